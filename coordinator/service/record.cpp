// SPDX-License-Identifier: Apache-2.0
// Interface records (rows 1.2, 1.4, 1.6).
#include <algorithm>

#include "coordinator/service/device.h"
#include "coordinator/service/fields.h"
#include "coordinator/service/groups.h"
#include "coordinator/service/leases.h"
#include "coordinator/service/ranges.h"
#include "coordinator/service/record_subnets.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/routes.h"
#include "coordinator/service/verbs.h"
#include "weft/schema/principal_list.h"

namespace weft::coordinator {
namespace {

using schema::Record;
using schema::RecordStatus;
using schema::Subnet;

Result<void> check_mac(const Mac& mac) {
    if (!mac || (mac.bytes[0] & 1U) != 0) return invalid("mac", "'" + to_string(mac) + "' is not unicast");
    return {};
}

Result<void> check_status(const Context& context, const Record& before, const Record& after) {
    if (before.status == after.status) return {};
    if (before.status != RecordStatus::in_repair && after.status != RecordStatus::in_repair) return {};
    const bool made = !before.id;
    const auto record = made ? Object{std::make_shared<Record>(after)} : context.cloud.find(before.id);
    const auto allowed = context.permit(made ? Verb::create : Verb::modify, record, "status=in-repair");
    if (allowed) return {};
    auto error = allowed.error();
    error.field = "status";
    return error;
}

Result<void> check_lists(const Record& record) {
    WEFT_CHECK(schema::check_principals(record.attachers, "attachers"));
    WEFT_CHECK(schema::check_principals(record.detachers, "detachers"));
    WEFT_CHECK(schema::check_principals(record.ip_setters, "ip-setters"));
    return schema::check_principals(record.modifiers, "modifiers");
}

Result<void> check_in_groups(const Record& record) {
    if (!record.security_groups.empty()) return {};
    return invalid("security-groups", "a record is in at least one group");
}

Result<void> check_name(const Context& context, const Record& record) {
    const auto same_name = context.cloud.record(record.partition, record.name);
    if (same_name && same_name->id != record.id)
        return conflict("name", "its partition has a record " + record.name);
    return {};
}

Result<void> check_own_routes(const Context& context, const Record& record, const Record& before,
                              Plan& plan) {
    if (record.routes.empty()) return {};
    const auto partition = context.cloud.find<schema::Partition>(record.partition);
    const bool moves = before.partition != record.partition;
    const std::span<const schema::RouteEntry> standing = before.routes;
    WEFT_CHECK(check_routes(context, {*partition, record.id, moves ? standing.first(0) : standing},
                            record.routes, plan));
    if (record.routes != before.routes) plan.draft.put(*partition);
    return {};
}

// Attached in the same transaction (row 1.3).
Result<void> attach_at_once(const Context& context, const wire::CreateRequest& request, const Record& record,
                            Plan& plan) {
    WEFT_TRY(const auto instance,
             resolve<schema::Instance>(context.cloud, context.principal, request.instance, "instance"));
    if (auto allowed = context.permit(Verb::attach, Object{instance}); !allowed) {
        auto error = allowed.error();
        error.field = "instance";
        return error;
    }
    if (!request.rules.empty()) WEFT_CHECK(context.permit(Verb::attach, Object{instance}, "rules"));
    WEFT_CHECK(check_attachment_rules(request.rules));
    wire::AttachRequest attachment;
    attachment.device = request.device;
    attachment.netns = request.netns;
    attachment.rules = request.rules;
    WEFT_CHECK(attach_to(context, record, *instance, attachment, plan));
    plan.text = "created record " + record.name + ", attaching it to instance " + instance->name;
    plan.object = record.id;
    return {};
}

// Whoever lists an instance could attach the record to it. Those that were listed before stay.
Result<void> check_standbys(const Context& context, const Record& record, const Record& before,
                            Draft& draft) {
    const auto& listed = record.standbys;
    if (!listed.empty() && !record.exclusive)
        return conflict("standbys",
                        "a record that is not exclusive has no standbys: it is on several at once");
    for (auto at = listed.begin(); at != listed.end(); ++at) {
        if (std::find(listed.begin(), at, *at) != at)
            return invalid("standbys", to_string(*at) + " is given twice");
        if (std::ranges::find(before.standbys, *at) != before.standbys.end()) continue;
        WEFT_TRY(const auto instance,
                 resolve<schema::Instance>(context.cloud, context.principal, to_string(*at), "standbys"));
        if (auto allowed = context.permit(Verb::attach, Object{instance}); !allowed) {
            auto error = allowed.error();
            error.field = "standbys";
            return error;
        }
        if (instance->state == schema::InstanceState::terminated)
            return conflict("standbys", "instance " + instance->name + " is terminated");
        // A new generation: one that is deleted at once is not left in the list.
        draft.put(*instance);
    }
    return {};
}

// Its attachments get the lease, and are known to have it when their hosts say so (failover.cpp).
void change_leases(const Context& context, const Record& before, const Record& after, Draft& draft) {
    if (lease_of(before) == lease_of(after)) return;
    const auto attachments = context.cloud.attachments_of_record(before.id);
    if (attachments.empty()) draft.unused(ClaimKind::attachment, before.id);
    for (const auto& attachment : attachments) {
        schema::Attachment changed = *attachment;
        change_lease(changed, lease_of(after));
        draft.put(changed);
    }
}

bool is_programmed(const Cloud& cloud, Id record) {
    const auto attachments = cloud.attachments_of_record(record);
    return std::any_of(attachments.begin(), attachments.end(), [](const auto& attachment) {
        return attachment->host && attachment->phase >= schema::Phase::programming &&
               attachment->phase <= schema::Phase::attached;
    });
}

// What it had of the former subnet: another is given with the new one, or chosen.
void leave_subnet(const Record& before, const Subnets& subnets, Record& after) {
    const auto left = [&](const auto& one) { return !holding(subnets, one); };
    if (after.addresses == before.addresses) std::erase_if(after.addresses, left);
    if (after.prefixes == before.prefixes) std::erase_if(after.prefixes, left);
}

// Where hosts have the record, they change its addresses step by step (operation_addresses.cpp).
schema::Operation change_addresses(const Context& context, const Record& before, Record& after) {
    schema::Operation operation;
    operation.id = new_id(Kind::operation);
    operation.kind = schema::OperationKind::addresses;
    operation.record = before.id;
    operation.principal = context.principal.name;
    after.former_addresses = before.addresses;
    after.former_prefixes = before.prefixes;
    after.address_step = schema::AddressStep::enabling;
    after.operation = operation.id;
    operation.step = to_string(after.address_step);
    return operation;
}

}  // namespace

Result<Plan> create_record(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<Record>(request.object));
    Record& record = given.object;
    WEFT_TRY(const auto subnet,
             resolve<Subnet>(context.cloud, context.principal, to_string(record.subnet), "subnet"));
    const auto partition = context.cloud.find<schema::Partition>(subnet->partition);
    record.id = new_id(Kind::record);
    record.partition = subnet->partition;
    record.zone = subnet->zone;
    record.owner = partition->owner;
    WEFT_CHECK(context.permit_new(record));
    WEFT_CHECK(check_lists(record));
    if (record.name.empty()) record.name = to_string(record.id);
    if (!record.dns) record.dns = partition->dns;
    if (given.has(&Record::mac)) WEFT_CHECK(check_mac(record.mac));
    if (!record.mac) record.mac = Mac::local(record.id.value);
    WEFT_CHECK(check_status(context, Record{}, record));
    WEFT_CHECK(check_name(context, record));
    Plan plan{context.draft(), "created record " + record.name, record.id};
    WEFT_TRY(auto subnets, further_subnets(context, {}, record, plan.draft));
    subnets.insert(subnets.begin(), subnet);
    WEFT_CHECK(take_addresses(context, subnets, {}, record, plan.draft));
    WEFT_CHECK(check_addresses(context, subnets, {}, record));
    WEFT_CHECK(take_prefixes(context, subnets, {}, record, plan.draft));
    WEFT_CHECK(take_public_addresses(context, {}, record));
    if (given.has(&Record::security_groups)) WEFT_CHECK(check_in_groups(record));
    plan.draft.rely(subnet->id);
    WEFT_CHECK(check_own_routes(context, record, {}, plan));
    WEFT_CHECK(check_standbys(context, record, {}, plan.draft));
    WEFT_CHECK(enter_groups(plan.draft, record));
    plan.draft.put(record);
    if (!request.instance.empty()) WEFT_CHECK(attach_at_once(context, request, record, plan));
    return plan;
}

Result<Plan> modify_record(const Context& context, const Record& before, const Bytes& patch) {
    const bool attached = !context.cloud.attachments_of_record(before.id).empty();
    WEFT_TRY(auto after, patched(context, before, patch, attached));
    WEFT_CHECK(check_lists(after));
    // Who may change the record need not see its subnet; another one it has to.
    auto subnet = context.cloud.find<Subnet>(before.subnet);
    if (after.subnet != before.subnet) {
        WEFT_TRY(subnet,
                 resolve<Subnet>(context.cloud, context.principal, to_string(after.subnet), "subnet"));
    }
    Draft draft = context.draft();
    if (after.subnet != before.subnet) {
        const auto partition = context.cloud.find<schema::Partition>(subnet->partition);
        if (partition->owner != before.owner) return invalid("subnet", "is in a partition of another owner");
        after.partition = subnet->partition;
        after.zone = subnet->zone;
        draft.rely(subnet->id);
    }
    if (after.partition != before.partition && after.subnets == before.subnets) after.subnets.clear();
    WEFT_TRY(auto subnets, further_subnets(context, before, after, draft));
    subnets.insert(subnets.begin(), subnet);
    if (after.subnet != before.subnet) leave_subnet(before, subnets, after);
    if (after.partition != before.partition) {
        WEFT_CHECK(check_no_route(context.cloud, before));
        draft.unused(ClaimKind::route_use, before.id);
    }
    if (after.subnet != before.subnet || after.mac != before.mac)
        draft.unused(ClaimKind::attachment, before.id);
    if (after.name.empty()) after.name = to_string(after.id);
    WEFT_CHECK(check_mac(after.mac));
    WEFT_CHECK(check_status(context, before, after));
    WEFT_CHECK(check_name(context, after));
    if (after.partition != before.partition) {
        if (after.pool == before.pool) after.pool = {};
        if (after.address_pool == before.address_pool) after.address_pool = {};
    }
    WEFT_CHECK(take_addresses(context, subnets, before, after, draft));
    WEFT_CHECK(check_addresses(context, subnets, before, after));
    WEFT_CHECK(take_prefixes(context, subnets, before, after, draft));
    WEFT_CHECK(take_public_addresses(context, before, after));
    // Those of another partition are given with the new subnet, or it is in that one's default group.
    if (after.partition != before.partition && after.security_groups == before.security_groups)
        after.security_groups.clear();
    else
        WEFT_CHECK(check_in_groups(after));
    if (after.security_groups != before.security_groups) WEFT_CHECK(enter_groups(draft, after));
    WEFT_CHECK(check_sharing(context.cloud, after));
    const bool prefixes_change = after.prefixes != before.prefixes;
    const bool changes = after.addresses != before.addresses || prefixes_change;
    if (before.operation && changes)
        return conflict(prefixes_change ? "prefixes" : "addresses",
                        "are being changed by " + to_string(before.operation) + ": try again");
    if (after.status != before.status) after.repair.clear();
    WEFT_CHECK(check_standbys(context, after, before, draft));
    if (after.standbys.empty()) after.failover.clear();
    change_leases(context, before, after, draft);
    Plan checked{std::move(draft), {}};
    WEFT_CHECK(check_own_routes(context, after, before, checked));
    if (changes && is_programmed(context.cloud, before.id)) {
        const auto operation = change_addresses(context, before, after);
        checked.draft.put(operation);
        for (const auto& attachment : context.cloud.attachments_of_record(before.id))
            checked.draft.rely(attachment->id);
    }
    WEFT_TRY(auto plan, replace(context, std::move(checked.draft), before, after));
    plan.notes = std::move(checked.notes);
    plan.operation = after.operation;
    if (after.tag != before.tag) leave_groups(plan.draft, before);
    return plan;
}

Result<Plan> remove_record(const Context& context, const Record& record) {
    WEFT_CHECK(check_no_route(context.cloud, record));
    const auto attachments = context.cloud.attachments_of_record(record.id);
    if (!attachments.empty()) {
        if (!context.options.force)
            return conflict("", "record " + record.name + " is attached to " +
                                    title(context.cloud.find(attachments.front()->instance)) +
                                    ": detach it first, or force");
        return detach_all(context, attachments, {.then_delete = record.id});
    }
    Plan plan{context.draft(), "deleted record " + record.name};
    erase_unattached(plan.draft, record.id);
    return plan;
}

}  // namespace weft::coordinator
