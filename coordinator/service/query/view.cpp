// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/query/view.h"

#include <algorithm>
#include <set>

#include "coordinator/model/addresses.h"
#include "coordinator/model/routing.h"
#include "coordinator/service/placement.h"
#include "coordinator/service/standby.h"
#include "coordinator/service/watch/scaling_step.h"
#include "weft/wire/codec.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::AttachmentStatus;
using schema::Phase;

AttachmentStatus status_of(Phase phase) {
    switch (phase) {
        case Phase::attached: return AttachmentStatus::attached;
        case Phase::cutting:
        case Phase::withdrawing: return AttachmentStatus::detaching;
        default: return AttachmentStatus::attaching;
    }
}

std::string host_name(const Cloud& cloud, Id id) {
    const auto host = cloud.find<schema::Host>(id);
    return host ? host->name : to_string(id);
}

std::string notice_of(const Cloud& cloud, const Acknowledgements& hosts, const Attachment& attachment) {
    if (attachment.phase == Phase::waiting) {
        const auto instance = cloud.find<schema::Instance>(attachment.instance);
        if (!instance || !instance->host) return "waits for its instance to be placed on a host";
        if (!takes_ports(*instance)) return "waits for its instance to boot";
        const Id at = attachment.at ? attachment.at : instance->host;
        const auto host = cloud.find<schema::Host>(at);
        return "waits for host " + host_name(cloud, at) + ": " +
               (host ? unusable(hosts, *host) : "it is gone");
    }
    const bool lost = !answers(hosts.session(attachment.host));
    const auto name = host_name(cloud, attachment.host);
    if (status_of(attachment.phase) == AttachmentStatus::detaching)
        return lost ? "not enforced on " + name + ": it is " +
                          std::string(to_string(hosts.session(attachment.host)))
                    : std::string{};
    if (hosts.waiting(attachment.host, attachment.id))
        return "waits for device " + attachment.device + " on " + name;
    if (const auto reason = hosts.failure(attachment.host, attachment.id)) return *reason;
    if (lost) return "host " + name + " is " + std::string(to_string(hosts.session(attachment.host)));
    return {};
}

template <class T>
void insert_once(std::vector<T>& list, const T& value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

void add_notice(std::string& notice, const std::string& text) {
    if (!text.empty()) notice += (notice.empty() ? "" : "; ") + text;
}

// Whether a standby takes the record over, or why not.
void add_failover(std::string& notice, const Cloud& cloud, const Acknowledgements& hosts,
                  const schema::Record& record) {
    if (record.standbys.empty()) return;
    const auto attachments = cloud.attachments_of_record(record.id);
    const auto* active = attachments.empty() ? nullptr : attachments.front().get();
    const auto none = [&] {
        const auto standby = on_standby(cloud, hosts, record, active);
        return standby ? std::string{} : ": " + standby.error().text;
    };
    if (active == nullptr) {
        if (!record.failover.empty()) add_notice(notice, *record.failover + "; waits for a standby" + none());
        return;
    }
    const auto operation = cloud.find<schema::Operation>(active->operation);
    if (operation && operation->kind == schema::OperationKind::failover)
        return add_notice(notice, "goes to a standby: " + operation->reason);
    if (active->phase != Phase::attached) return;
    if (active->lease_held == 0)
        add_notice(notice, "its host has yet to take the lease: no standby takes it over by itself before");
    else if (const auto why = none(); !why.empty() && !answers(hosts.session(active->host)))
        add_notice(notice, "no standby can take it over" + why);
}

void add_counts(schema::TrafficCounts& sum, const schema::TrafficCounts& counts) {
    if (counts.time == 0) return;
    sum.tx_packets += counts.tx_packets;
    sum.tx_bytes += counts.tx_bytes;
    sum.rx_packets += counts.rx_packets;
    sum.rx_bytes += counts.rx_bytes;
    sum.tx_drops += counts.tx_drops;
    sum.rx_drops += counts.rx_drops;
    sum.time = sum.time == 0 ? counts.time : std::min(sum.time, counts.time);
}

// What a host that it is attached on says of itself and of the record.
void add_host(schema::Record& record, const Cloud& cloud, const Acknowledgements& hosts, Id id) {
    if (std::ranges::count(record.hosts, id) != 0) return;
    record.hosts.edit().push_back(id);
    add_counts(record.monitoring.edit(), hosts.counted(id, record.id));
    const auto host = cloud.find<schema::Host>(id);
    if (host && answers(hosts.session(id)))
        for (const auto& mac : host->nics) insert_once(record.nics.edit(), mac);
}

// How an instance of a shared record stands: "web-1 on h1: no flows, host h1 is lost".
std::string member_of(const Cloud& cloud, const Attachment& attachment) {
    const auto instance = cloud.find<schema::Instance>(attachment.instance);
    auto text = instance ? instance->name : to_string(attachment.instance);
    if (attachment.host) text += " on " + host_name(cloud, attachment.host);
    if (attachment.phase != Phase::attached) return text + ": " + std::string(to_string(attachment.phase));
    return text + (attachment.failed.empty() ? ": healthy" : ": no flows, " + attachment.failed);
}

// What the record's own routes and those of its subnets' tables lack.
void add_routes(std::string& notice, const Cloud& cloud, const schema::Record& record) {
    std::set<std::string> lacking;
    const auto add = [&](const std::vector<schema::RouteEntry>& routes) {
        for (const auto& route : routes) {
            const auto why = out_of_force(cloud, record.partition, route);
            auto text = "route " + to_string(route.prefix) + " is a blackhole: " + why;
            if (!why.empty() && lacking.insert(text).second) add_notice(notice, text);
        }
    };
    add(record.routes);
    for (const Id id : subnets_of(cloud, record)) {
        const auto subnet = cloud.find<schema::Subnet>(id);
        if (const auto table = subnet ? table_of(cloud, *subnet) : nullptr) add(table->routes);
    }
}

}  // namespace

schema::Record view(const Cloud& cloud, const Acknowledgements& hosts, schema::Record record) {
    const auto attachments = cloud.attachments_of_record(record.id);
    return view(cloud, hosts, std::move(record), attachments);
}

schema::Record view(const Cloud& cloud, const Acknowledgements& hosts, schema::Record record,
                    const std::vector<Ptr<Attachment>>& attachments) {
    bool attached = false;
    bool detaching = true;
    std::string notice;
    for (const auto& attachment : attachments) {
        record.attachments.edit().push_back(attachment->id);
        insert_once(record.instances.edit(), attachment->instance);
        if (attachment->host) add_host(record, cloud, hosts, attachment->host);
        attached = attached || attachment->phase == Phase::attached;
        detaching = detaching && status_of(attachment->phase) == AttachmentStatus::detaching;
        add_notice(notice, notice_of(cloud, hosts, *attachment));
        if (!record.exclusive) record.members.edit().push_back(member_of(cloud, *attachment));
    }
    if (!record.repair.empty()) add_notice(notice, "in repair: " + *record.repair);
    add_failover(notice, cloud, hosts, record);
    add_routes(notice, cloud, record);
    record.notice = std::move(notice);
    for (const auto& address : record.addresses)
        record.address_subnets.edit().push_back({address, subnet_holding(cloud, record, address)});
    if (record.attachments.empty())
        record.attachment_status = AttachmentStatus::detached;
    else if (attached)
        record.attachment_status = AttachmentStatus::attached;
    else
        record.attachment_status = detaching ? AttachmentStatus::detaching : AttachmentStatus::attaching;
    return record;
}

schema::Host view(const Cloud& cloud, const Acknowledgements& hosts, schema::Host host) {
    (void)cloud;
    host.session = hosts.session(host.id);
    if (host.foreign) return host;  // nobody reports for it
    host.installed_revision = hosts.installed(host.id);
    host.problem = unusable(hosts, host);
    return host;
}

schema::Attachment view(const Cloud& cloud, const Acknowledgements& hosts, schema::Attachment attachment) {
    attachment.notice = notice_of(cloud, hosts, attachment);
    return attachment;
}

schema::Operation view(const Cloud& cloud, const Acknowledgements& hosts, schema::Operation operation) {
    if (operation.end_time != 0) return operation;
    for (const Id id : operation.attachments) {
        const auto attachment = cloud.find<Attachment>(id);
        if (!attachment || attachment->operation != operation.id || !attachment->host) continue;
        const auto revision = cloud.table<Attachment>().revision(id);
        operation.await_revision = std::max(operation.await_revision, revision);
        if (hosts.installed(attachment->host) < revision) insert_once(operation.awaited, attachment->host);
    }
    return operation;
}

schema::ScalingRule view(const Cloud& cloud, const Acknowledgements& hosts, schema::ScalingRule rule) {
    (void)hosts;
    for (const auto& instance : oldest_first(cloud.instances_of_rule(rule.id)))
        rule.instances.push_back(instance->id);
    return rule;
}

schema::AccessKey view(const Cloud& cloud, const Acknowledgements& hosts, schema::AccessKey key) {
    (void)cloud;
    (void)hosts;
    key.salt.clear();
    key.hash.clear();
    return key;
}

Result<Bytes> encode_view(const Cloud& cloud, const Acknowledgements& hosts, const Object& object) {
    return std::visit(
        [&]<class P>(const P& pointer) -> Result<Bytes> {
            if constexpr (std::is_same_v<P, std::monostate>)
                return Bytes{};
            else
                return wire::encode(view(cloud, hosts, *pointer));
        },
        object);
}

}  // namespace weft::coordinator
