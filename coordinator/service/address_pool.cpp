// SPDX-License-Identifier: Apache-2.0
// Pools of addresses (row 1.10): private ones of a partition, public ones of the operator.
#include <algorithm>

#include "coordinator/service/fields.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::AddressPool;
using schema::Partition;

Result<void> check_inside(const Cloud& cloud, const Partition& partition, const Prefix& range) {
    for (const auto& subnet : cloud.subnets(partition.id))
        if (subnet->cidr.contains(range) || (subnet->cidr6 && subnet->cidr6.contains(range))) return {};
    return invalid("ranges", to_string(range) + " is not inside a subnet of partition " + partition.name);
}

// Early word of a mistake; that no public address is given out twice is for who gives it out.
Result<void> check_public(const Cloud& cloud, const AddressPool& pool, const Prefix& range) {
    for (const auto& other : cloud.address_pools({Kind::partition, 0}))
        for (const auto& taken : other->ranges)
            if (other->id != pool.id && taken.overlaps(range))
                return conflict("ranges", to_string(range) + " overlaps " + to_string(taken) +
                                              " of public pool " + other->name);
    return {};
}

Result<void> check_ranges(const Context& context, const AddressPool& pool) {
    const auto partition = context.cloud.find<Partition>(pool.partition);
    for (std::size_t i = 0; i < pool.ranges.size(); ++i) {
        const auto& range = pool.ranges[i];
        if (!range) return invalid("ranges", "'" + to_string(range) + "' is not a prefix");
        for (std::size_t j = 0; j < i; ++j)
            if (pool.ranges[j].overlaps(range))
                return invalid("ranges", to_string(range) + " overlaps " + to_string(pool.ranges[j]));
        WEFT_CHECK(partition ? check_inside(context.cloud, *partition, range)
                             : check_public(context.cloud, pool, range));
    }
    return {};
}

// None of the public addresses that the pool would have no more is a record's.
Result<void> check_unused(const Context& context, const AddressPool& pool, const std::vector<Prefix>& left) {
    if (pool.partition) return {};
    const auto& used = context.cloud.public_addresses();
    for (const auto& range : pool.ranges)
        for (auto at = used.lower_bound(range.address()); at != used.end() && range.contains(at->first); ++at)
            if (std::ranges::none_of(left, [&](const Prefix& p) { return p.contains(at->first); }))
                return conflict("ranges", to_string(at->first) + " of address-pool " + pool.name +
                                              " is in use by " +
                                              title(context.cloud.find(Id{Kind::record, at->second})));
    return {};
}

}  // namespace

Result<Plan> create_address_pool(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<AddressPool>(request.object));
    AddressPool& pool = given.object;
    Plan plan{context.draft(), "created address-pool " + pool.name};
    if (pool.partition) {
        WEFT_TRY(const auto partition, resolve<Partition>(context.cloud, context.principal,
                                                          to_string(pool.partition), "partition"));
        plan.draft.rely(partition->id);
    }
    WEFT_CHECK(context.permit_new(pool));
    if (context.cloud.address_pool(pool.partition, pool.name))
        return conflict("name", "there is an address-pool " + pool.name);
    WEFT_CHECK(check_ranges(context, pool));
    pool.id = new_id(Kind::address_pool);
    plan.object = pool.id;
    plan.draft.put(pool);
    return plan;
}

Result<Plan> modify_address_pool(const Context& context, const AddressPool& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    const auto same_name = context.cloud.address_pool(after.partition, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", "there is an address-pool " + after.name);
    WEFT_CHECK(check_ranges(context, after));
    WEFT_CHECK(check_unused(context, before, after.ranges));
    return replace(context, context.draft(), before, after);
}

Result<Plan> remove_address_pool(const Context& context, const AddressPool& pool) {
    const auto records = context.cloud.records_of_pool(pool.id);
    if (!records.empty())
        return conflict("", title(context.cloud.find(records.front())) +
                                " takes its addresses from address-pool " + pool.name);
    WEFT_CHECK(check_unused(context, pool, {}));
    Plan plan{context.draft(), "deleted address-pool " + pool.name};
    plan.draft.erase(pool.id);
    plan.draft.unused(ClaimKind::address_pool_use, pool.id);
    return plan;
}

}  // namespace weft::coordinator
