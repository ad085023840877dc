// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/subnet_rules.h"

namespace weft::coordinator {
namespace {

// Network, router, broadcast, and at least one address for a record.
constexpr std::uint64_t least_subnet = 4;

bool is_special(const Prefix& cidr) {
    return cidr.address().is_special() || (cidr.broadcast() && cidr.broadcast().is_special());
}

}  // namespace

Result<void> check_cidrs(std::span<const Prefix> cidrs) {
    if (cidrs.empty()) return invalid("cidrs", "a partition needs at least one");
    for (std::size_t i = 0; i < cidrs.size(); ++i) {
        if (!cidrs[i]) return invalid("cidrs", "an empty one is given");
        if (is_special(cidrs[i]))
            return invalid("cidrs", to_string(cidrs[i]) + " is not made of unicast addresses");
        for (std::size_t j = 0; j < i; ++j)
            if (cidrs[i].overlaps(cidrs[j]))
                return invalid("cidrs", to_string(cidrs[i]) + " overlaps " + to_string(cidrs[j]));
    }
    return {};
}

Result<void> check_subnet(const schema::Partition& partition, const schema::Subnet& subnet,
                          std::span<const Ptr<schema::Subnet>> others) {
    bool inside = false;
    for (const auto& cidr : partition.cidrs) inside = inside || cidr.contains(subnet.cidr);
    if (!inside)
        return invalid("cidr",
                       to_string(subnet.cidr) + " is outside the CIDRs of partition " + partition.name);
    if (subnet.cidr.size() < least_subnet)
        return invalid("cidr", to_string(subnet.cidr) + " is too small: expected at least 4 addresses");
    for (const auto& other : others) {
        if (other->cidr.overlaps(subnet.cidr))
            return conflict("cidr", to_string(subnet.cidr) + " overlaps subnet " + other->name + " (" +
                                        to_string(other->cidr) + ")");
        if (other->name == subnet.name)
            return conflict("name", "partition " + partition.name + " has a subnet " + subnet.name);
    }
    return {};
}

void complete_subnet(schema::Subnet& subnet) {
    subnet.id = new_id(Kind::subnet);
    subnet.router = subnet.cidr.router();
    subnet.router_mac = Mac::local(subnet.id.value);
}

}  // namespace weft::coordinator
