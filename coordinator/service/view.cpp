// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/view.h"

#include <algorithm>

#include "coordinator/model/routing.h"
#include "coordinator/service/placement.h"
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

// What the record's own routes and those of its subnet's table lack.
void add_routes(std::string& notice, const Cloud& cloud, const schema::Record& record) {
    auto routes = record.routes;
    if (const auto table = table_of(cloud, record))
        routes.insert(routes.end(), table->routes.begin(), table->routes.end());
    for (const auto& route : routes)
        if (const auto why = out_of_force(cloud, record.partition, route); !why.empty())
            add_notice(notice, "route " + to_string(route.prefix) + " is a blackhole: " + why);
}

}  // namespace

schema::Record view(const Cloud& cloud, const Acknowledgements& hosts, schema::Record record) {
    bool attached = false;
    bool detaching = true;
    for (const auto& attachment : cloud.attachments_of_record(record.id)) {
        record.attachments.push_back(attachment->id);
        insert_once(record.instances, attachment->instance);
        if (attachment->host) insert_once(record.hosts, attachment->host);
        attached = attached || attachment->phase == Phase::attached;
        detaching = detaching && status_of(attachment->phase) == AttachmentStatus::detaching;
        add_notice(record.notice, notice_of(cloud, hosts, *attachment));
    }
    if (!record.repair.empty()) add_notice(record.notice, "in repair: " + record.repair);
    add_routes(record.notice, cloud, record);
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
