// SPDX-License-Identifier: Apache-2.0
// Attach a record to an instance: the checks of row 2.1 in its order, then the intent. The operation does the
// rest (operation.h).
#include "coordinator/service/device.h"
#include "coordinator/service/kept_rules.h"
#include "coordinator/service/leases.h"
#include "coordinator/service/placement.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"
#include "weft/schema/desired.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Instance;
using schema::Phase;
using schema::Record;

// Attached there, or on the way: the answer says so. Leaving: the requester waits until it is gone.
Result<Plan> existing(const Context& context, const wire::AttachRequest& request, const Record& record,
                      const Attachment& attachment) {
    if ((!request.device.empty() && request.device != attachment.device) ||
        (!request.netns.empty() && request.netns != attachment.netns))
        return conflict("device", "record " + record.name + " is attached there as " + attachment.device);
    if (request.has_vlan && request.vlan != attachment.vlan)
        return conflict(
            "vlan", "record " + record.name + " is attached there " +
                        (attachment.vlan == 0 ? "untagged" : "with tag " + std::to_string(attachment.vlan)));
    if (!request.rules.empty() && request.rules != attachment.rules)
        return conflict("rules", "record " + record.name + " is attached there with other rules");
    const bool leaving = attachment.phase == Phase::cutting || attachment.phase == Phase::withdrawing;
    if (leaving) return conflict("record", "record " + record.name + " is being detached from there");
    return already(context, {context.draft(),
                             "record " + record.name + " is already " +
                                 (attachment.phase == Phase::attached ? "attached" : "attaching") + " there",
                             attachment.id, attachment.operation});
}

// Both the record and the instance have a say (row 3.2).
Result<void> check_rights(const Context& context, const wire::AttachRequest& request,
                          const Ptr<Record>& record, const Ptr<Instance>& instance) {
    for (const auto& [object, field] : {std::pair{Object{record}, "record"}, {Object{instance}, "instance"}})
        if (auto allowed = context.permit(Verb::attach, object); !allowed) {
            auto error = allowed.error();
            error.field = field;
            return error;
        }
    if (!request.rules.empty()) WEFT_CHECK(context.permit(Verb::attach, Object{instance}, "rules"));
    if (!request.has_delete_on_terminate || request.delete_on_terminate == record->delete_on_terminate)
        return {};
    return context.permit(Verb::attach, Object{record}, "delete-on-terminate");
}

// The host that it is to be on, of those that the instance spans; none: not known yet.
Result<Id> choose_host(const Context& context, const wire::AttachRequest& request, const Instance& instance) {
    if (request.host.empty()) return instance.host;
    WEFT_CHECK(context.permit(Verb::attach, context.cloud.find(instance.id), "host"));
    WEFT_TRY(const auto host, resolve<schema::Host>(context.cloud, context.principal, request.host, "host"));
    if (!is_on(instance, host->id))
        return conflict("host", "instance " + instance.name + " is not on host " + host->name);
    return host->id;
}

Result<void> check_instance(const Context& context, const Record& record, const Instance& instance, Id at,
                            std::vector<std::string>& notes, bool& programs) {
    if (instance.state == schema::InstanceState::terminated)
        return conflict("instance", "instance " + instance.name + " is terminated");
    const auto attachments = context.cloud.attachments_of_instance(instance.id);
    if (attachments.size() >= most_attachments)
        return Error{ErrorCode::exhausted,
                     "instance " + instance.name + " has " + std::to_string(attachments.size()) +
                         " attachments, the most there can be",
                     "instance", 0};
    if (is_moving(context.cloud, instance))
        return conflict("instance", "instance " + instance.name + " is being moved");
    if (!at) {
        notes.push_back("instance " + instance.name + " has no host yet: programmed as soon as it has one");
        return {};
    }
    const auto host = context.cloud.find<schema::Host>(at);
    WEFT_CHECK(check_placement(context.cloud, record, *host));
    const auto why = unusable(context.hosts, *host);
    const auto session = context.hosts.session(host->id);
    if (!why.empty() && answers(session))
        return conflict("host", "host " + host->name + " cannot be used: " + why);
    if (!why.empty())
        notes.push_back("host " + host->name + ": " + why + "; programmed as soon as it does");
    else if (!answers(session))
        notes.push_back("host " + host->name + " is " + std::string(to_string(session)) +
                        ": programmed when it is back");
    if (!takes_ports(instance))
        notes.push_back("instance " + instance.name + " is " + std::string(to_string(instance.state)) +
                        ": programmed when it boots");
    programs = why.empty() && takes_ports(instance);
    return {};
}

}  // namespace

Result<void> attach_to(const Context& context, const Record& record, const Instance& instance,
                       const wire::AttachRequest& request, Plan& plan) {
    bool programs = false;
    WEFT_TRY(const Id at, choose_host(context, request, instance));
    WEFT_CHECK(check_instance(context, record, instance, at, plan.notes, programs));
    WEFT_TRY(auto device, choose_device(context, request, record, instance, at));

    Attachment attachment;
    attachment.id = new_id(Kind::attachment);
    attachment.record = record.id;
    attachment.instance = instance.id;
    attachment.device = std::move(device.name);
    attachment.netns = std::move(device.netns);
    attachment.vlan = device.vlan;
    attachment.device_of = device.of;
    attachment.device_mac = device.mac;
    attachment.rules = request.rules;
    if (request.rules.empty() && !(attachment.rules = kept_rules(instance, record.id)).empty())
        plan.notes.push_back("under the rules that instance " + instance.name + " keeps for it");
    attachment.made = device.made;
    if (!instance.hosts.empty()) attachment.at = at;
    attachment.owner = context.principal.name;
    attachment.tags = request.tags;
    attachment.delete_on_terminate =
        request.has_delete_on_terminate ? request.delete_on_terminate : record.delete_on_terminate;
    if (programs) {
        attachment.phase = Phase::programming;
        attachment.host = at;
        begin_lease(attachment, lease_of(record), *context.cloud.find<schema::Host>(at));
    }

    schema::Operation operation;
    operation.id = new_id(Kind::operation);
    operation.kind = schema::OperationKind::attach;
    operation.step = to_string(attachment.phase);
    operation.attachments = {attachment.id};
    operation.instance = instance.id;
    operation.to_host = at;
    operation.principal = context.principal.name;
    // Made with the attachment: it leaves with it if that fails (row 1.3).
    if (!context.cloud.find<Record>(record.id)) operation.then_delete = record.id;
    attachment.operation = operation.id;

    plan.text = "attaching record " + record.name + " to instance " + instance.name;
    plan.object = attachment.id;
    plan.operation = operation.id;
    // A new generation: of two that choose a device of it at once, one is planned again.
    plan.draft.put(instance);
    if (!kept_rules(instance, record.id).empty())
        WEFT_CHECK(keep_rules(plan.draft, instance.id, record.id, attachment.rules));
    if (at) plan.draft.rely(at);
    plan.draft.rely(record.partition);
    if (!record.failover.empty()) {  // it waits for nobody any more
        Record found = record;
        found.failover.clear();
        plan.draft.put(found);
    } else if (!record.exclusive && context.cloud.find<Record>(record.id)) {
        plan.draft.put(record);  // likewise: of two that would be one member too many, one is planned again
    }
    plan.draft.put(attachment);
    plan.draft.put(operation);
    return {};
}

Result<Plan> attach(const Context& context, const wire::AttachRequest& request) {
    const auto& cloud = context.cloud;
    if (request.record.empty() == request.pool.empty())
        return invalid("record", "either a record or a pool is needed");
    Ptr<Record> record;
    if (request.pool.empty()) {
        WEFT_TRY(record, resolve<Record>(cloud, context.principal, request.record, "record"));
    }
    WEFT_TRY(const auto instance, resolve<Instance>(cloud, context.principal, request.instance, "instance"));
    if (!record) {
        WEFT_TRY(const auto pool, resolve<schema::Pool>(cloud, context.principal, request.pool, "pool"));
        WEFT_TRY(record, free_record(context, *pool, *instance));
    }
    WEFT_CHECK(check_rights(context, request, record, instance));
    WEFT_CHECK(check_generation(context.options, Object{record}));
    WEFT_CHECK(check_attachment_rules(request.rules));
    if (const auto there = cloud.attachment(record->id, instance->id))
        return existing(context, request, *record, *there);
    const auto others = cloud.attachments_of_record(record->id);
    if (others.size() >= schema::most_members)
        return Error{ErrorCode::exhausted,
                     "record " + record->name + " is on " + std::to_string(others.size()) +
                         " instances, the most there can be",
                     "record", 0};
    for (const auto& other : others)
        if (record->exclusive) {
            const auto where = cloud.find(other->instance);
            return conflict(
                "record", "record " + record->name + " is exclusive and attached to " +
                              (may_see(cloud, context.principal, where) ? title(where) : "another instance"));
        }
    Plan plan{context.draft(), {}};
    plan.draft.rely(record->id);
    WEFT_CHECK(attach_to(context, *record, *instance, request, plan));
    return plan;
}

}  // namespace weft::coordinator
