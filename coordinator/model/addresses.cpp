// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/addresses.h"

#include <algorithm>

namespace weft::coordinator {
namespace {

constexpr std::uint64_t first_offset = 2;  // 0 is the network, 1 the router

// Offset of an address inside the prefix, its low 64 bits.
std::uint64_t offset_of(const Prefix& prefix, const Address& address) {
    std::uint64_t offset = 0;
    const auto& base = prefix.address().mapped();
    const auto& bytes = address.mapped();
    for (std::size_t i = 8; i < bytes.size(); ++i)
        offset = offset << 8U | static_cast<std::uint8_t>(bytes[i] ^ base[i]);
    return offset;
}

// One past the last offset that may be given out.
std::uint64_t end_offset(const Prefix& prefix) { return prefix.size() - (prefix.broadcast() ? 1 : 0); }

}  // namespace

std::vector<Range> ranges_of(const schema::Subnet& subnet) {
    std::vector<Range> ranges{{subnet.cidr, subnet.router}};
    if (subnet.cidr6) ranges.push_back({subnet.cidr6, subnet.router6});
    return ranges;
}

bool is_assignable(const schema::Subnet& subnet, const Address& address) {
    const auto range = range_of(subnet, address);
    return range.cidr && address != range.cidr.address() && address != range.router &&
           address != range.cidr.broadcast();
}

std::vector<Address> held_addresses(const schema::Record& record) {
    auto held = record.addresses;
    for (const auto& address : record.former_addresses)
        if (std::ranges::find(record.addresses, address) == record.addresses.end()) held.push_back(address);
    return held;
}

std::vector<Address> served_addresses(const schema::Record& record) {
    return record.address_step == schema::AddressStep::withdrawing ? record.addresses
                                                                   : held_addresses(record);
}

bool is_announced(const schema::Record& record, const Address& address) {
    const auto known = record.address_step == schema::AddressStep::enabling ? record.former_addresses
                                                                            : served_addresses(record);
    return std::ranges::find(known, address) != known.end();
}

Result<std::vector<Address>> Chooser::addresses(const Cloud& cloud, const schema::Subnet& subnet) {
    std::vector<Address> chosen;
    for (const auto& range : ranges_of(subnet)) {
        const auto one = address(cloud, subnet, range.cidr);
        if (!one)
            return Error{
                ErrorCode::exhausted,
                "every address of subnet " + subnet.name + " (" + to_string(range.cidr) + ") is in use",
                "addresses", 0};
        chosen.push_back(one);
    }
    return chosen;
}

Result<std::vector<Address>> Chooser::addresses(const Cloud& cloud, const schema::Subnet& subnet,
                                                const schema::AddressPool& pool) {
    std::vector<Address> chosen;
    for (const auto& range : ranges_of(subnet)) {
        std::string tried;
        Address one;
        for (const auto& part : pool.ranges) {
            if (one || !range.cidr.contains(part)) continue;
            tried += (tried.empty() ? "" : ", ") + to_string(part);
            one = address(cloud, subnet, part);
        }
        if (one) chosen.push_back(one);
        if (!one && !tried.empty())
            return Error{ErrorCode::exhausted,
                         "every address of address-pool " + pool.name + " in subnet " + subnet.name + " (" +
                             tried + ") is in use",
                         "address-pool", 0};
    }
    if (chosen.empty())
        return invalid("address-pool",
                       "address-pool " + pool.name + " has no range in subnet " + subnet.name);
    return chosen;
}

Address Chooser::address(const Cloud& cloud, const schema::Subnet& subnet, const Prefix& range) {
    const auto& taken = cloud.addresses();
    const bool whole = range == subnet.cidr || range == subnet.cidr6;
    const auto first = whole ? first_offset : 0;
    const auto end = whole ? end_offset(range) : range.size();
    auto [cursor, fresh] = next_offset_.try_emplace({subnet.id.value, range}, first);
    if (fresh) {
        // After a restart: behind the highest in use, as nobody knows which were freed last.
        auto last = taken.lower_bound({subnet.id.value, range.address().plus(end)});
        if (last != taken.begin() && (--last)->first.first == subnet.id.value &&
            range.contains(last->first.second))
            cursor->second = std::max(first, offset_of(range, last->first.second) + 1);
    }
    // First from the cursor to the end, then from the start to the cursor.
    const auto search = [&](std::uint64_t from, std::uint64_t to) -> std::uint64_t {
        auto used = taken.lower_bound({subnet.id.value, range.address().plus(from)});
        for (std::uint64_t offset = from; offset < to; ++offset) {
            const auto candidate = range.address().plus(offset);
            const bool free =
                used == taken.end() || used->first != Cloud::AddressKey{subnet.id.value, candidate};
            if (!free)
                ++used;
            else if (is_assignable(subnet, candidate))
                return offset;
        }
        return to;
    };
    const auto start = std::min(cursor->second, end);
    auto offset = search(start, end);
    if (offset == end) {
        offset = search(first, start);
        if (offset >= start) return {};
    }
    cursor->second = offset + 1;
    return range.address().plus(offset);
}

Ptr<schema::Record> Chooser::record(const Cloud& cloud, Id pool, const Cloud::Fits& fits) {
    auto& last = last_record_[pool.value];
    auto found = cloud.record_of_pool(pool, last, fits);
    if (found) last = found->id.value;
    return found;
}

Result<std::uint32_t> Chooser::gni(const Cloud& cloud) {
    last_gni_ = std::max(last_gni_, cloud.highest_gni());
    for (std::uint32_t tried = 0; tried < schema::max_gni; ++tried) {
        last_gni_ = last_gni_ >= schema::max_gni ? 1 : last_gni_ + 1;
        if (!cloud.gni_used(last_gni_)) return last_gni_;
    }
    return Error{ErrorCode::exhausted, "every GNI is in use", "gni", 0};
}

}  // namespace weft::coordinator
