// SPDX-License-Identifier: Apache-2.0
// Chooses what is free: addresses of a subnet, records of a pool, GNIs. A cursor only moves on (and around at
// the end), so what was freed is not reused at once, and requests in flight at the same time get different
// ones. The claims of the store decide; a lost race is a conflict and the verb chooses again.
#pragma once

#include <map>
#include <utility>

#include "coordinator/model/cloud.h"

namespace weft::coordinator {

// One of a subnet's ranges and its phantom router.
struct Range {
    Prefix cidr;
    Address router;
};
// One or two, at most one of a family.
[[nodiscard]] std::vector<Range> ranges_of(const schema::Subnet& subnet);
// The range that the address or prefix is in; unset when it is in neither.
template <class T>
[[nodiscard]] Range range_of(const schema::Subnet& subnet, const T& inside) {
    for (const auto& range : ranges_of(subnet))
        if (range.cidr.contains(inside)) return range;
    return {};
}

// Whether an instance may have the address: inside, not the network, router or broadcast address.
[[nodiscard]] bool is_assignable(const schema::Subnet& subnet, const Address& address);

// Whether a record may have the prefix: inside a range of the subnet and shorter than an address, without the
// network, router and broadcast address.
[[nodiscard]] bool is_delegable(const schema::Subnet& subnet, const Prefix& prefix);

// The subnets of the record's addresses, the first one first; those that it is to lose are among them.
[[nodiscard]] std::vector<Id> subnets_of(const Cloud& cloud, const schema::Record& record);
// The one of them that its address, or prefix, is of; the first one where none holds it. Subnets do not
// change their ranges, and stay while an address of theirs is held.
[[nodiscard]] Id subnet_holding(const Cloud& cloud, const schema::Record& record, const Prefix& range);
[[nodiscard]] Id subnet_holding(const Cloud& cloud, const schema::Record& record, const Address& address);
// Whether it is the record's first subnet or a further one.
[[nodiscard]] bool uses(const schema::Record& record, Id subnet);

// Addresses that nobody else may have: its own and, until hosts have let go of them, its former ones. So
// with the prefixes that are delegated to it.
[[nodiscard]] std::vector<Address> held_addresses(const schema::Record& record);
[[nodiscard]] std::vector<Prefix> held_prefixes(const schema::Record& record);
// Both, an address as the prefix of it alone: nothing delegated is that long.
[[nodiscard]] std::vector<Prefix> held_ranges(const schema::Record& record);
// Those that its own hosts take packets from and for.
[[nodiscard]] std::vector<Address> served_addresses(const schema::Record& record);
[[nodiscard]] std::vector<Prefix> served_prefixes(const schema::Record& record);
// Whether other hosts know of the range, one of held_ranges(), as the record's.
[[nodiscard]] bool is_announced(const schema::Record& record, const Prefix& range);

class Chooser {
public:
    // One of each of the subnet's ranges; exhausted when every assignable address of one is taken.
    [[nodiscard]] Result<std::vector<Address>> addresses(const Cloud& cloud, const schema::Subnet& subnet);
    // The same from a pool: one of each family that the pool has in the subnet.
    [[nodiscard]] Result<std::vector<Address>> addresses(const Cloud& cloud, const schema::Subnet& subnet,
                                                         const schema::AddressPool& pool);
    // A block of this length in the subnet's range of this family that nobody has an address or a prefix in,
    // as far from the addresses chosen as there is one; unset: there is none.
    [[nodiscard]] static Prefix prefix(const Cloud& cloud, const schema::Subnet& subnet, const Prefix& range,
                                       unsigned length);
    // Of the public pools, in the order of their names; exhausted when none has one left.
    [[nodiscard]] Result<Address> public_address(const Cloud& cloud, bool v6);
    // The next record of the pool that fits; null when there is none.
    [[nodiscard]] Ptr<schema::Record> record(const Cloud& cloud, Id pool, const Cloud::Fits& fits);
    [[nodiscard]] Result<std::uint32_t> gni(const Cloud& cloud);

private:
    // Of `range`, which is a range of the subnet or a part of one; unset when all are taken.
    [[nodiscard]] Address address(const Cloud& cloud, const schema::Subnet& subnet, const Prefix& range);

    std::map<std::pair<std::uint64_t, Prefix>, std::uint64_t> next_offset_;  // by subnet and range
    std::map<Prefix, Address> last_public_;                                  // by range of a pool
    std::map<std::uint64_t, std::uint64_t> last_record_;                     // by pool
    std::uint32_t last_gni_{0};
};

}  // namespace weft::coordinator
