// SPDX-License-Identifier: Apache-2.0
// Attach a record to an instance: the checks of row 2.1 in its order, then the intent. The operation does the
// rest (operation.h).
#include <algorithm>

#include "coordinator/service/placement.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Instance;
using schema::Phase;
using schema::Record;

// Bounds what one operation carries (a move takes all of an instance).
constexpr std::size_t most_attachments = 64;

struct Device {
    std::string name;
    std::string netns;
};

bool is_device_name(const std::string& name) {
    return name != "." && name != ".." && std::none_of(name.begin(), name.end(), [](unsigned char c) {
               return c == '/' || c == ':' || c <= ' ' || c == 0x7f;
           });
}

std::string free_eth(const std::vector<Ptr<Attachment>>& attachments) {
    for (std::size_t number = 0;; ++number) {
        auto name = "eth" + std::to_string(number);
        const auto uses = [&](const Ptr<Attachment>& a) { return a->device == name; };
        if (std::none_of(attachments.begin(), attachments.end(), uses)) return name;
    }
}

Result<Device> choose_device(const Context& context, const wire::AttachRequest& request,
                             const Instance& instance) {
    Device device{request.device, request.netns.empty() ? instance.netns : request.netns};
    const auto attachments = context.cloud.attachments_of_instance(instance.id);
    if (device.netns != instance.netns)
        WEFT_CHECK(context.permit(Verb::attach, context.cloud.find(instance.id), "netns"));
    if (device.netns.find('/') != std::string::npos || device.netns == "." || device.netns == "..")
        return invalid("netns", "'" + device.netns + "' is not the name of a network namespace");
    if (!is_device_name(device.name)) return invalid("device", "'" + device.name + "' is not a device name");
    // Devices of a foreign host are not weft's to tell apart.
    const auto host = context.cloud.find<schema::Host>(instance.host);
    const bool foreign = host && host->foreign;
    if (device.netns.empty() && !(foreign && device.name.empty())) {
        if (device.name.empty())
            return invalid("device", "is missing: instance " + instance.name + " has no network namespace");
        WEFT_CHECK(context.permit(Verb::attach, context.cloud.find(instance.id), "device"));
    }
    if (device.name.empty()) device.name = free_eth(attachments);
    auto others = attachments;
    if (device.netns.empty() && instance.host && !foreign)
        for (auto& other : context.cloud.attachments_on_host(instance.host)) others.push_back(other);
    for (const auto& other : others)
        if (other->device == device.name && other->netns == device.netns)
            return Error{ErrorCode::unsupported,
                         device.name + " carries " + to_string(other->id) +
                             "; several records on one device are not supported yet",
                         "device", 0};
    return device;
}

// Attached there, or on the way: the answer says so. Leaving: the requester waits until it is gone.
Result<Plan> existing(const Context& context, const wire::AttachRequest& request, const Record& record,
                      const Attachment& attachment) {
    if ((!request.device.empty() && request.device != attachment.device) ||
        (!request.netns.empty() && request.netns != attachment.netns))
        return conflict("device", "record " + record.name + " is attached there as " + attachment.device);
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
    if (!request.has_delete_on_terminate || request.delete_on_terminate == record->delete_on_terminate)
        return {};
    return context.permit(Verb::attach, Object{record}, "delete-on-terminate");
}

Result<void> check_instance(const Context& context, const Record& record, const Instance& instance,
                            std::vector<std::string>& notes, bool& programs) {
    if (instance.state == schema::InstanceState::terminated)
        return conflict("instance", "instance " + instance.name + " is terminated");
    const auto attachments = context.cloud.attachments_of_instance(instance.id);
    if (attachments.size() >= most_attachments)
        return Error{ErrorCode::exhausted,
                     "instance " + instance.name + " has " + std::to_string(attachments.size()) +
                         " attachments, the most there can be",
                     "instance", 0};
    for (const auto& attachment : attachments) {
        const auto operation = context.cloud.find<schema::Operation>(attachment->operation);
        if (operation && operation->kind == schema::OperationKind::move)
            return conflict("instance", "instance " + instance.name + " is being moved");
    }
    if (!instance.host) {
        notes.push_back("instance " + instance.name + " has no host yet: programmed as soon as it has one");
        return {};
    }
    const auto host = context.cloud.find<schema::Host>(instance.host);
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

Result<Plan> attach(const Context& context, const wire::AttachRequest& request) {
    const auto& cloud = context.cloud;
    WEFT_TRY(const auto record, resolve<Record>(cloud, context.principal, request.record, "record"));
    WEFT_TRY(const auto instance, resolve<Instance>(cloud, context.principal, request.instance, "instance"));
    WEFT_CHECK(check_rights(context, request, record, instance));
    WEFT_CHECK(check_generation(context.options, Object{record}));
    if (const auto there = cloud.attachment(record->id, instance->id))
        return existing(context, request, *record, *there);
    for (const auto& other : cloud.attachments_of_record(record->id))
        if (record->exclusive) {
            const auto where = cloud.find(other->instance);
            return conflict(
                "record", "record " + record->name + " is exclusive and attached to " +
                              (may_see(cloud, context.principal, where) ? title(where) : "another instance"));
        }
    Plan plan{context.draft(), {}};
    bool programs = false;
    WEFT_CHECK(check_instance(context, *record, *instance, plan.notes, programs));
    WEFT_TRY(auto device, choose_device(context, request, *instance));

    Attachment attachment;
    attachment.id = new_id(Kind::attachment);
    attachment.record = record->id;
    attachment.instance = instance->id;
    attachment.device = std::move(device.name);
    attachment.netns = std::move(device.netns);
    attachment.owner = context.principal.name;
    attachment.delete_on_terminate =
        request.has_delete_on_terminate ? request.delete_on_terminate : record->delete_on_terminate;
    if (programs) {
        attachment.phase = Phase::programming;
        attachment.host = instance->host;
    }

    schema::Operation operation;
    operation.id = new_id(Kind::operation);
    operation.kind = schema::OperationKind::attach;
    operation.step = to_string(attachment.phase);
    operation.attachments = {attachment.id};
    operation.instance = instance->id;
    operation.to_host = instance->host;
    operation.principal = context.principal.name;
    attachment.operation = operation.id;

    plan.text = "attaching record " + record->name + " to instance " + instance->name;
    plan.object = attachment.id;
    plan.operation = operation.id;
    plan.draft.rely(record->id);
    plan.draft.rely(instance->id);
    if (instance->host) plan.draft.rely(instance->host);
    plan.draft.rely(record->partition);
    plan.draft.put(attachment);
    plan.draft.put(operation);
    return plan;
}

}  // namespace weft::coordinator
