// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/spread.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <vector>

namespace weft::agent {

static_assert(schema::most_members == WEFT_SPREAD_MEMBERS);

namespace {

// The largest prime that is not above the number of slots: the few beyond repeat the first ones.
constexpr std::uint32_t prime = 1021;
static_assert(prime <= WEFT_SPREAD_SLOTS);

// The order in which a member would like to have the slots: each once, since their number is a prime.
class Preference {
public:
    explicit Preference(std::uint64_t attachment)
        : next_(static_cast<std::uint32_t>(finalized(attachment) % prime)),
          skip_(1 + static_cast<std::uint32_t>(finalized(~attachment) % (prime - 1))) {}

    std::uint32_t take() {
        const auto slot = next_;
        next_ = (next_ + skip_) % prime;
        return slot;
    }

private:
    // MurmurHash3's 64-bit finalizer.
    static std::uint64_t finalized(std::uint64_t x) {
        x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
        x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
        return x ^ (x >> 33);
    }

    std::uint32_t next_;
    std::uint32_t skip_;
};

}  // namespace

weft_spread spread_slots(std::span<const schema::Member> members) {
    weft_spread out{};
    std::vector<Preference> preferences;
    for (const auto& member : members) {
        if (member.weight == 0) continue;
        out.member[preferences.size()] = weft_member_id(member.attachment.value);
        preferences.emplace_back(member.attachment.value);
    }
    if (preferences.empty()) return out;
    std::bitset<prime> taken;
    for (std::uint32_t filled = 0; filled < prime; ++filled) {
        const auto turn = filled % preferences.size();
        auto slot = preferences[turn].take();
        while (taken[slot]) slot = preferences[turn].take();
        taken.set(slot);
        out.slot[slot] = static_cast<__u8>(turn);
    }
    for (std::uint32_t slot = prime; slot < WEFT_SPREAD_SLOTS; ++slot)
        out.slot[slot] = out.slot[slot - prime];
    return out;
}

}  // namespace weft::agent
