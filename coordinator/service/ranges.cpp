// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/ranges.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weft::coordinator {
namespace {

using schema::Record;

// "0.0.0.0/28" and "::/80": any of that length.
bool is_any(const Prefix& prefix) {
    const auto& bytes = prefix.address().mapped();
    const auto from = bytes.begin() + (prefix.address().is_v4() ? 12 : 0);
    return std::all_of(from, bytes.end(), [](auto byte) { return byte == 0; });
}

// One of that length that the record has already, and the request does not name; unset: there is none.
Prefix kept(const Record& before, const Record& record, const Prefix& any) {
    if (before.subnet != record.subnet) return {};
    for (const auto& prefix : before.prefixes)
        if (prefix.length() == any.length() && prefix.address().is_v6() == any.address().is_v6() &&
            !std::ranges::count(record.prefixes, prefix))
            return prefix;
    return {};
}

std::string names_text(const Subnets& subnets) {
    std::string out;
    for (const auto& subnet : subnets) out += (out.empty() ? "" : " or ") + subnet->name;
    return out;
}

Result<Prefix> choose_prefix(const Context& context, const Subnets& subnets, const Prefix& any) {
    std::string full;
    for (const auto& subnet : subnets)
        for (const auto& range : ranges_of(*subnet)) {
            if (range.cidr.address().is_v6() != any.address().is_v6()) continue;
            if (const auto chosen = Chooser::prefix(context.cloud, *subnet, range.cidr, any.length()))
                return chosen;
            full += (full.empty() ? "subnet " : " and subnet ") + subnet->name + " (" +
                    to_string(range.cidr) + ')';
        }
    if (!full.empty())
        return Error{ErrorCode::exhausted,
                     full + " has no free block of length " + std::to_string(any.length()), "prefixes", 0};
    return invalid("prefixes",
                   "subnet " + names_text(subnets) + " has no range of the family of " + to_string(any));
}

Result<void> check_prefix(const Context& context, const Subnets& subnets, const Record& record,
                          const Prefix& prefix) {
    const auto text = to_string(prefix);
    const auto subnet = holding(subnets, prefix);
    if (!record.exclusive)
        return invalid("prefixes", "are of exclusive records alone: this one may be shared");
    if (prefix.length() == prefix.address().bits())
        return invalid("prefixes", text + " is a single address: give it as one of the addresses");
    if (!subnet || !is_delegable(*subnet, prefix))
        return invalid("prefixes", text + " is not inside " + names_text(subnets) +
                                       ", or has its network, router or broadcast address");
    for (const auto& other : record.prefixes)
        if (&other != &prefix && other.overlaps(prefix))
            return invalid("prefixes", text + " overlaps " + to_string(other));
    for (const auto& address : held_addresses(record))
        if (prefix.contains(address))
            return invalid("prefixes", text + " has the record's own address " + to_string(address));
    const auto& taken = context.cloud.addresses();
    const auto used = taken.lower_bound({subnet->id.value, prefix.address()});
    if (used != taken.end() && used->first.first == subnet->id.value && prefix.contains(used->first.second))
        return conflict("prefixes", text + " has " + to_string(used->first.second) + ", which is in use");
    const auto over = context.cloud.delegated_over(subnet->id, prefix);
    const auto held = over ? context.cloud.record_with(subnet->id, prefix) : nullptr;
    if (over && !(held && held->id == record.id))
        return conflict("prefixes", text + " overlaps " + to_string(over) + ", which is delegated");
    return {};
}

bool is_public(const Cloud& cloud, const Address& address) {
    const auto pools = cloud.address_pools({Kind::partition, 0});
    return std::ranges::any_of(pools, [&](const auto& pool) {
        return std::ranges::any_of(pool->ranges, [&](const Prefix& r) { return r.contains(address); });
    });
}

Result<void> check_pair(const Context& context, const Record& record, const schema::PublicAddress& pair) {
    const auto text = to_string(pair.address);
    if (!std::ranges::count(record.addresses, pair.address))
        return invalid("public-addresses", text + " is not an address of the record");
    const auto one = to_string(pair.public_address);
    if (pair.public_address.is_v6() != pair.address.is_v6())
        return invalid("public-addresses", one + " is not of the family of " + text);
    for (const auto& other : record.public_addresses) {
        if (&other == &pair) continue;
        if (other.address == pair.address)
            return invalid("public-addresses", text + " has two public addresses");
        if (other.public_address == pair.public_address)
            return invalid("public-addresses", one + " is given twice");
    }
    const auto taken = context.cloud.public_addresses().find(pair.public_address);
    if (taken != context.cloud.public_addresses().end() && taken->second != record.id.value)
        return conflict("public-addresses", one + " is in use");
    if (!is_public(context.cloud, pair.public_address))
        return invalid("public-addresses", one + " is in no public pool of addresses");
    return {};
}

}  // namespace

Result<void> take_prefixes(const Context& context, const Subnets& subnets, const Record& before,
                           Record& record, Draft& draft) {
    if (record.prefixes == before.prefixes && record.addresses == before.addresses) return {};
    std::array<bool, 2> chosen{};  // of IPv4, of IPv6
    for (auto& prefix : record.prefixes) {
        if (!is_any(prefix)) continue;
        if (std::exchange(chosen[prefix.address().is_v6() ? 1 : 0], true))
            return invalid("prefixes", "of a family one is chosen at a time");
        const auto same = kept(before, record, prefix);
        if (same) {
            prefix = same;
        } else {
            WEFT_TRY(prefix, choose_prefix(context, subnets, prefix));
        }
    }
    for (const auto& prefix : record.prefixes) WEFT_CHECK(check_prefix(context, subnets, record, prefix));
    if (record.prefixes != before.prefixes)
        for (const auto& subnet : subnets) draft.rely(subnet->id);
    return {};
}

Result<void> take_public_addresses(const Context& context, const Record& before, Record& record) {
    if (record.public_addresses == before.public_addresses && record.addresses == before.addresses) return {};
    for (auto& pair : record.public_addresses) {
        if (pair.public_address) continue;
        const auto same =
            std::ranges::find(before.public_addresses, pair.address, &schema::PublicAddress::address);
        if (same != before.public_addresses.end()) {
            pair.public_address = same->public_address;
        } else {
            WEFT_TRY(pair.public_address,
                     context.chooser.public_address(context.cloud, pair.address.is_v6()));
        }
    }
    for (const auto& pair : record.public_addresses) WEFT_CHECK(check_pair(context, record, pair));
    return {};
}

}  // namespace weft::coordinator
