// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/subnet_rules.h"

#include "coordinator/model/addresses.h"

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

namespace {

// One range of a subnet; `field` is its name.
Result<void> check_range(const schema::Partition& partition, const char* field, const Prefix& cidr,
                         std::span<const Ptr<schema::Subnet>> others) {
    bool inside = false;
    for (const auto& whole : partition.cidrs) inside = inside || whole.contains(cidr);
    if (!inside)
        return invalid(field, to_string(cidr) + " is outside the CIDRs of partition " + partition.name);
    if (cidr.size() < least_subnet)
        return invalid(field, to_string(cidr) + " is too small: expected at least 4 addresses");
    for (const auto& other : others)
        for (const auto& range : ranges_of(*other))
            if (range.cidr.overlaps(cidr))
                return conflict(field, to_string(cidr) + " overlaps subnet " + other->name + " (" +
                                           to_string(range.cidr) + ")");
    return {};
}

}  // namespace

Result<void> check_subnet(const schema::Partition& partition, const schema::Subnet& subnet,
                          std::span<const Ptr<schema::Subnet>> others) {
    WEFT_CHECK(check_range(partition, "cidr", subnet.cidr, others));
    if (subnet.cidr6) {
        if (!subnet.cidr6.address().is_v6() || !subnet.cidr.address().is_v4())
            return invalid("cidr6", "is an IPv6 range besides an IPv4 `cidr`");
        WEFT_CHECK(check_range(partition, "cidr6", subnet.cidr6, others));
    }
    for (const auto& other : others)
        if (other->name == subnet.name)
            return conflict("name", "partition " + partition.name + " has a subnet " + subnet.name);
    return {};
}

std::string cidrs_text(const schema::Subnet& subnet) {
    return to_string(subnet.cidr) + (subnet.cidr6 ? " or " + to_string(subnet.cidr6) : "");
}

void complete_subnet(schema::Subnet& subnet) {
    subnet.id = new_id(Kind::subnet);
    subnet.router = subnet.cidr.router();
    if (subnet.cidr6) subnet.router6 = subnet.cidr6.router();
    subnet.router_mac = Mac::local(subnet.id.value);
}

}  // namespace weft::coordinator
