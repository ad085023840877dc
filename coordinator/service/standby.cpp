// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/standby.h"

#include <algorithm>

#include "coordinator/service/device.h"
#include "coordinator/service/kept_rules.h"
#include "coordinator/service/leases.h"
#include "coordinator/service/placement.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Instance;
using schema::Record;

// Why the instance cannot take the record now; empty: it can.
std::string unfit(const Cloud& cloud, const Acknowledgements& hosts, const Record& record,
                  const Instance& instance) {
    if (cloud.attachment(record.id, instance.id)) return "has it";
    if (!instance.host) return "has no host";
    if (!takes_ports(instance)) return "is " + std::string(to_string(instance.state));
    if (is_moving(cloud, instance)) return "is being moved";
    const auto host = cloud.find<schema::Host>(instance.host);
    if (!host) return "its host is gone";
    if (!answers(hosts.session(host->id)))
        return "host " + host->name + " is " + std::string(to_string(hosts.session(host->id)));
    if (const auto why = unusable(hosts, *host); !why.empty()) return "host " + host->name + ": " + why;
    if (!knows_leases(*host)) return "host " + host->name + " knows no leases";
    if (const auto fits = check_placement(cloud, record, *host); !fits) return fits.error().text;
    if (cloud.attachments_of_instance(instance.id).size() >= most_attachments)
        return "has as many attachments as there can be";
    return {};
}

// The instance gets a device of its own; where it has no namespace to put one into, it is the one of the same
// name as before.
Result<Attachment> placed(const Cloud& cloud, const Acknowledgements& hosts, const Record& record,
                          const Attachment* former, const Instance& instance) {
    static const Principal coordinator{"coordinator", Role::operator_, {}};
    static const wire::Options none;
    Chooser chooser;
    const Context context{cloud, hosts, chooser, coordinator, none, 0};
    wire::AttachRequest request;
    if (instance.netns.empty() && former != nullptr) request.device = former->device;
    if (former != nullptr) {
        request.has_vlan = true;
        request.vlan = former->vlan;
    }
    WEFT_TRY(auto device, choose_device(context, request, record, instance, instance.host));
    Attachment attachment;
    attachment.record = record.id;
    attachment.instance = instance.id;
    attachment.host = instance.host;
    attachment.phase = schema::Phase::programming;
    attachment.device = std::move(device.name);
    attachment.netns = std::move(device.netns);
    attachment.vlan = device.vlan;
    attachment.device_of = device.of;
    attachment.device_mac = device.mac;
    attachment.made = device.made;
    if (!instance.hosts.empty()) attachment.at = instance.host;
    // They narrow what the record's groups allow, wherever it is (row 3.3).
    attachment.rules = rules_in_place_of(cloud, former, instance, record.id);
    attachment.owner = former != nullptr ? former->owner : record.owner;
    attachment.delete_on_terminate =
        former != nullptr ? former->delete_on_terminate : record.delete_on_terminate;
    return attachment;
}

// The list without `taker` and those that will never be again, and with `former` as its end.
std::vector<Id> rotated(const Cloud& cloud, const std::vector<Id>& standbys, Id taker, Id former) {
    std::vector<Id> out;
    const auto stays = [&](Id id) {
        const auto instance = cloud.find<Instance>(id);
        return instance && id != taker && instance->state != schema::InstanceState::terminated;
    };
    for (const Id id : standbys)
        if (id != former && stays(id)) out.push_back(id);
    if (former && stays(former)) out.push_back(former);
    if (out.size() > schema::most_standbys) out.erase(out.begin());
    return out;
}

}  // namespace

Result<Attachment> on_standby(const Cloud& cloud, const Acknowledgements& hosts, const Record& record,
                              const Attachment* former, Id wanted) {
    std::string why;
    const auto refuse = [&](const std::string& name, const std::string& text) {
        why += (why.empty() ? "" : "; ") + name + ' ' + text;
    };
    for (const Id id : record.standbys) {
        if (wanted && id != wanted) continue;
        const auto instance = cloud.find<Instance>(id);
        if (!instance) {
            refuse(to_string(id), "is gone");
            continue;
        }
        if (auto text = unfit(cloud, hosts, record, *instance); !text.empty()) {
            refuse(instance->name, text);
            continue;
        }
        auto attachment = placed(cloud, hosts, record, former, *instance);
        if (attachment) return attachment;
        refuse(instance->name, attachment.error().message());
    }
    return conflict("standbys", why.empty() ? "none" : why);
}

void take_over(Draft& draft, const Record& record, Attachment taker, const Attachment* former,
               schema::Operation operation) {
    const auto& cloud = draft.cloud();
    Record after = record;
    after.standbys =
        rotated(cloud, record.standbys, taker.instance, former != nullptr ? former->instance : Id{});
    after.failover.clear();
    const auto host = cloud.find<schema::Host>(taker.host);
    taker.id = new_id(Kind::attachment);
    taker.operation = operation.id;
    if (host) begin_lease(taker, lease_of(after), *host);
    operation.attachments = {taker.id};
    operation.step = to_string(taker.phase);
    operation.to_host = taker.host;
    operation.instance = taker.instance;
    // A new generation: of two that choose a device of it at once, one is planned again.
    if (const auto instance = cloud.find<Instance>(taker.instance)) draft.put(*instance);
    if (former != nullptr) {
        leave_rules(draft, record, *former);
        draft.erase(former->id);
    }
    draft.rely(taker.host);
    draft.rely(record.partition);
    draft.put(std::move(after));
    draft.put(std::move(taker));
    draft.put(std::move(operation));
}

void wait_for_standby(Draft& draft, const Record& record, const Attachment& former, std::string why) {
    Record after = record;
    after.standbys = rotated(draft.cloud(), record.standbys, {}, former.instance);
    after.failover = std::move(why);
    leave_rules(draft, record, former);
    draft.erase(former.id);
    draft.put(std::move(after));
}

void leave_to_standby(Draft& draft, const Attachment& former) {
    const auto record = draft.find<Record>(former.record);
    const auto instance = draft.cloud().find<Instance>(former.instance);
    if (!record || !instance || former.delete_on_terminate) return;
    if (std::ranges::all_of(record->standbys, [&](Id id) { return id == former.instance; })) return;
    Record after = *record;
    after.failover = "instance " + instance->name + " was terminated";
    leave_rules(draft, *record, former);
    draft.put(std::move(after));
}

void leave_standbys(Draft& draft, Id instance) {
    for (const auto& record : draft.cloud().records_with_standby(instance)) {
        const auto current = draft.find<Record>(record->id);
        if (!current) continue;
        Record after = *current;
        std::erase(after.standbys.edit(), instance);
        if (after.standbys.empty()) after.failover.clear();
        for (const auto& attachment : draft.cloud().attachments_of_record(record->id))
            if (const auto stays = draft.find<Attachment>(attachment->id);
                stays && lease_of(after) != lease_of(*record)) {
                Attachment changed = *stays;
                change_lease(changed, lease_of(after));
                draft.put(std::move(changed));
            }
        draft.put(std::move(after));
    }
}

}  // namespace weft::coordinator
