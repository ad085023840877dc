// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/addresses.h"

#include <algorithm>

namespace weft::coordinator {

using schema::AddressStep;

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

template <class T>
bool has(const std::vector<T>& list, const T& one) {
    return std::ranges::find(list, one) != list.end();
}

// Each once.
template <class T>
std::vector<T> joined(std::vector<T> list, const std::vector<T>& former) {
    const auto present = list.size();
    for (const auto& one : former)
        if (std::find(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(present), one) ==
            list.begin() + static_cast<std::ptrdiff_t>(present))
            list.push_back(one);
    return list;
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

bool is_delegable(const schema::Subnet& subnet, const Prefix& prefix) {
    const auto range = range_of(subnet, prefix);
    return range.cidr && prefix.length() < prefix.address().bits() &&
           !prefix.contains(range.cidr.address()) && !prefix.contains(range.router) &&
           !prefix.contains(range.cidr.broadcast());
}

std::vector<Id> subnets_of(const Cloud& cloud, const schema::Record& record) {
    std::vector<Id> subnets{record.subnet};
    subnets.insert(subnets.end(), record.subnets.begin(), record.subnets.end());
    const auto add = [&](Id subnet) {
        if (!has(subnets, subnet)) subnets.push_back(subnet);
    };
    for (const auto& address : record.former_addresses) add(subnet_holding(cloud, record, address));
    for (const auto& prefix : record.former_prefixes) add(subnet_holding(cloud, record, prefix));
    return subnets;
}

Id subnet_holding(const Cloud& cloud, const schema::Record& record, const Prefix& range) {
    const bool changing = !record.former_addresses.empty() || !record.former_prefixes.empty();
    if (record.subnets.empty() && !changing) return record.subnet;
    const auto holds = [&](Id id) {
        const auto subnet = cloud.find<schema::Subnet>(id);
        return subnet && range_of(*subnet, range).cidr;
    };
    if (holds(record.subnet)) return record.subnet;
    const auto further = std::ranges::find_if(record.subnets, holds);
    if (further != record.subnets.end()) return *further;
    const auto lost = cloud.subnet_of(record.partition, range.address());
    return lost ? lost->id : record.subnet;
}

Id subnet_holding(const Cloud& cloud, const schema::Record& record, const Address& address) {
    return subnet_holding(cloud, record, Prefix::host(address));
}

bool uses(const schema::Record& record, Id subnet) {
    return record.subnet == subnet || has(*record.subnets, subnet);
}

std::vector<Address> held_addresses(const schema::Record& record) {
    return joined(record.addresses, record.former_addresses);
}

std::vector<Prefix> held_prefixes(const schema::Record& record) {
    return joined(record.prefixes, record.former_prefixes);
}

std::vector<Prefix> held_ranges(const schema::Record& record) {
    auto ranges = held_prefixes(record);
    for (const auto& address : held_addresses(record)) ranges.push_back(Prefix::host(address));
    return ranges;
}

std::vector<Address> served_addresses(const schema::Record& record) {
    return record.address_step == AddressStep::withdrawing ? record.addresses : held_addresses(record);
}

std::vector<Prefix> served_prefixes(const schema::Record& record) {
    return record.address_step == AddressStep::withdrawing ? record.prefixes : held_prefixes(record);
}

bool is_announced(const schema::Record& record, const Prefix& range) {
    const bool former = record.address_step == AddressStep::enabling;
    if (range.length() == range.address().bits())
        return has(former ? record.former_addresses : served_addresses(record), range.address());
    return has(former ? record.former_prefixes : served_prefixes(record), range);
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
            const bool free = used == taken.end() || used->first != AddressKey{subnet.id.value, candidate};
            if (!free) {
                ++used;
            } else if (const auto delegated = cloud.delegated_around(subnet.id, candidate)) {
                const auto last = offset_of(range, delegated.address()) + delegated.size() - 1;
                used = taken.upper_bound({subnet.id.value, range.address().plus(last)});
                offset = std::max(offset, last);
            } else if (is_assignable(subnet, candidate)) {
                return offset;
            }
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

Prefix Chooser::prefix(const Cloud& cloud, const schema::Subnet& subnet, const Prefix& range,
                       unsigned length) {
    constexpr unsigned most_bits = 63;  // of offsets
    const auto bits = range.address().bits() - length;
    if (length <= range.length() || bits >= most_bits) return {};
    const auto& taken = cloud.addresses();
    for (auto block = range.size() >> bits; block-- > 0;) {
        const auto candidate = *Prefix::make(range.address().plus(block << bits), length);
        if (const auto other = cloud.delegated_over(subnet.id, candidate)) {
            block = std::min(block, offset_of(range, other.address()) >> bits);
            continue;
        }
        const auto used = taken.lower_bound({subnet.id.value, candidate.address()});
        if (used != taken.end() && used->first.first == subnet.id.value &&
            candidate.contains(used->first.second))
            continue;
        if (is_delegable(subnet, candidate)) return candidate;
    }
    return {};
}

Result<Address> Chooser::public_address(const Cloud& cloud, bool v6) {
    const auto& taken = cloud.public_addresses();
    for (const auto& pool : cloud.address_pools({Kind::partition, 0}))
        for (const auto& range : pool->ranges) {
            if (range.address().is_v6() != v6) continue;
            const auto first = last_public_.find(range);
            const auto start = first == last_public_.end() ? 0 : offset_of(range, first->second) + 1;
            for (std::uint64_t i = 0; i < range.size() && i <= taken.size(); ++i) {
                const auto one = range.address().plus((start + i) % range.size());
                if (taken.contains(one)) continue;
                last_public_[range] = one;
                return one;
            }
        }
    return Error{ErrorCode::exhausted,
                 std::string("no public pool has an ") + (v6 ? "IPv6" : "IPv4") + " address left",
                 "public-addresses", 0};
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
