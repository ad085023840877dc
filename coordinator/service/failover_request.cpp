// SPDX-License-Identifier: Apache-2.0
// Failover by request: a record goes to a standby although nothing failed. It is detached first, with the
// host's acknowledgement (operation_failover.cpp).
#include <algorithm>

#include "coordinator/service/operation/operation.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/standby.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Instance;
using schema::Record;

Result<void> check_right(const Context& context, Verb verb, const Object& object, std::string_view field) {
    auto allowed = context.permit(verb, object);
    if (allowed) return {};
    auto error = allowed.error();
    error.field = field;
    return error;
}

// The one attachment there is, if it is not on its way somewhere.
Result<Ptr<Attachment>> present(const Context& context, const Record& record) {
    const auto attachments = context.cloud.attachments_of_record(record.id);
    if (attachments.empty()) return conflict("record", "record " + record.name + " is detached: attach it");
    if (attachments.front()->phase != schema::Phase::attached || attachments.front()->operation)
        return conflict("record", "record " + record.name + " is " +
                                      std::string(to_string(attachments.front()->phase)) + ": try again");
    return attachments.front();
}

}  // namespace

Result<Plan> failover(const Context& context, const wire::FailoverRequest& request) {
    const auto& cloud = context.cloud;
    WEFT_TRY(const auto record, resolve<Record>(cloud, context.principal, request.record, "record"));
    WEFT_CHECK(check_right(context, Verb::attach, Object{record}, "record"));
    WEFT_CHECK(check_generation(context.options, Object{record}));
    Id wanted;
    if (!request.instance.empty()) {
        WEFT_TRY(const auto to, resolve<Instance>(cloud, context.principal, request.instance, "instance"));
        WEFT_CHECK(check_right(context, Verb::attach, Object{to}, "instance"));
        if (cloud.attachment(record->id, to->id))
            return already(context,
                           {context.draft(), "record " + record->name + " is already on instance " + to->name,
                            record->id});
        if (std::ranges::find(record->standbys, to->id) == record->standbys.end())
            return conflict("instance", "instance " + to->name + " is no standby of record " + record->name);
        wanted = to->id;
    }
    if (record->standbys.empty()) return conflict("record", "record " + record->name + " has no standbys");
    WEFT_TRY(const auto former, present(context, *record));
    WEFT_CHECK(check_right(context, Verb::detach, Object{former}, "record"));
    WEFT_TRY(const auto taker, on_standby(cloud, context.hosts, *record, former.get(), wanted));
    const auto instance = cloud.find(taker.instance);
    WEFT_CHECK(check_right(context, Verb::attach, instance, "instance"));

    Plan plan{context.draft(), "record " + record->name + " fails over to " + title(instance), former->id};
    auto operation = begin_failover(*former, context.principal.name, "by request");
    operation.instance = taker.instance;
    operation.to_host = taker.host;
    plan.operation = operation.id;
    plan.draft.rely(record->id);
    WEFT_CHECK(check_keeps_record(context, {former}, plan.draft));
    set_phase(plan.draft, operation, {former}, schema::Phase::cutting);
    return plan;
}

}  // namespace weft::coordinator
