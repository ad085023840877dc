// SPDX-License-Identifier: Apache-2.0
// Pools of records (row 1.10).
#include "coordinator/service/fields.h"
#include "coordinator/service/placement.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {

using schema::Pool;
using schema::Record;

Result<Plan> create_pool(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<Pool>(request.object));
    Pool& pool = given.object;
    WEFT_TRY(const auto partition, resolve<schema::Partition>(context.cloud, context.principal,
                                                              to_string(pool.partition), "partition"));
    WEFT_CHECK(context.permit_new(pool));
    if (context.cloud.pool(partition->id, pool.name))
        return conflict("name", "partition " + partition->name + " has a pool " + pool.name);
    pool.id = new_id(Kind::pool);
    Plan plan{context.draft(), "created pool " + pool.name, pool.id};
    plan.draft.rely(partition->id);
    plan.draft.put(pool);
    return plan;
}

Result<Plan> modify_pool(const Context& context, const Pool& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    const auto same_name = context.cloud.pool(after.partition, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", "its partition has a pool " + after.name);
    return replace(context, context.draft(), before, after);
}

Result<Plan> remove_pool(const Context& context, const Pool& pool) {
    const auto records = context.cloud.records_of_pool(pool.id);
    if (!records.empty())
        return conflict("", "pool " + pool.name + " has " + std::to_string(records.size()) +
                                " records, the first is " + title(context.cloud.find(records.front())));
    Plan plan{context.draft(), "deleted pool " + pool.name};
    WEFT_CHECK(check_unscaled(context, pool.id, plan.draft));
    plan.draft.erase(pool.id);
    plan.draft.unused(ClaimKind::pool_use, pool.id);
    return plan;
}

Result<Ptr<Record>> free_record(const Context& context, const Pool& pool, const schema::Instance& instance) {
    const auto& cloud = context.cloud;
    const auto host = cloud.find<schema::Host>(instance.host);
    std::size_t attached = 0, elsewhere = 0;
    const auto fits = [&](const Record& record) {
        if (!cloud.attachments_of_record(record.id).empty()) return ++attached, false;
        const bool here = record.status == schema::RecordStatus::available &&
                          (!host || check_placement(cloud, record, *host));
        if (!here) ++elsewhere;
        return here;
    };
    if (auto record = context.chooser.record(cloud, pool.id, fits)) return record;
    return Error{ErrorCode::exhausted,
                 "pool " + pool.name + " has no record to take: " + std::to_string(attached) +
                     " are attached, " + std::to_string(elsewhere) +
                     " are not available or may not live on the instance's host",
                 "pool", 0};
}

}  // namespace weft::coordinator
