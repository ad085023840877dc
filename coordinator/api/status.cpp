// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/status.h"

#include <fmt/format.h>

#include "coordinator/api/answer.h"
#include "coordinator/negotiation/select.h"
#include "weft/base/version.h"

namespace weft::coordinator::api {

using wire::Command;

namespace {

constexpr std::size_t hosts_per_part = 100;
constexpr std::size_t bytes_of_problem = 256;
constexpr std::size_t most_texts = 8;  // of a host: failures, waiting objects
constexpr std::size_t most_operations = 100;

template <class T>
std::vector<T> at_most(std::vector<T> items, std::size_t count) {
    if (items.size() > count) items.resize(count);
    return items;
}

// Why this host cannot exchange packets with others of its partitions, if so.
std::string unreachable_peers(const Cloud& cloud, const schema::Host& host) {
    const negotiation::Party here{host.name, host.capabilities};
    for (const Id partition : cloud.partitions_on_host(host.id))
        for (const Id id : cloud.hosts_of_partition(partition)) {
            const auto other = cloud.find<schema::Host>(id);
            if (!other || id == host.id || other->capabilities == host.capabilities) continue;
            const auto selection = negotiation::select(here, {other->name, other->capabilities});
            if (!selection) return selection.error().text;
        }
    return {};
}

wire::HostStatus status_of(const Backend& backend, const schema::Host& host) {
    const auto& table = backend.table;
    wire::HostStatus status;
    status.host = host.id;
    status.name = host.name;
    status.session = backend.hosts.session(host.id);
    status.installed = table.installed(host.id);
    status.convergence_us = table.convergence_us(host.id);
    status.failed = at_most(table.failures(host.id), most_texts);
    status.waiting = at_most(table.waiting_objects(host.id), most_texts);
    status.problem = table.problem(host.id);
    if (status.problem.empty()) status.problem = unreachable_peers(backend.cloud(), host);
    status.problem = status.problem.substr(0, bytes_of_problem);
    return status;
}

std::string in_words(const Backend& backend, const schema::Operation& operation) {
    auto text =
        fmt::format("{} {} {}", to_string(operation.id), schema::to_string(operation.kind), operation.step);
    const Id blocked = backend.engine.blocked_on(operation.id);
    if (const auto host = backend.cloud().find<schema::Host>(blocked))
        text += ", waits for host " + host->name;
    return text;
}

}  // namespace

void send_status(Backend& backend, const Principal& principal, wire::Channel& channel,
                 std::uint32_t sequence) {
    const auto& cloud = backend.cloud();
    wire::Status status;
    status.program = "weft-coordinator " + std::string(version);
    status.cluster = backend.ledger.repository().cluster();
    status.epoch = backend.ledger.repository().epoch();
    status.revision = cloud.revision();
    for (const Id id : cloud.open_operations()) {
        const auto operation = cloud.find<schema::Operation>(id);
        if (status.operations.size() < most_operations && may_see(cloud, principal, cloud.find(id)))
            status.operations.push_back(in_words(backend, *operation));
    }
    status.facts["records"] = std::to_string(cloud.table<schema::Record>().size());
    status.facts["attachments"] = std::to_string(cloud.table<schema::Attachment>().size());
    const bool many = principal.is_operator() && cloud.table<schema::Host>().size() > hosts_per_part;
    if (principal.is_operator())
        for (const auto& [id, entry] : cloud.table<schema::Host>()) {
            if (status.hosts.size() == hosts_per_part) {
                answer(channel, Command::status, status, sequence, wire::flag_multi);
                status.hosts.clear();
            }
            status.hosts.push_back(status_of(backend, *entry.object));
        }
    answer(channel, Command::status, status, sequence,
           static_cast<std::uint16_t>(many ? wire::flag_multi : 0));
    if (many) channel.send(wire::empty_frame(Command::done, sequence, wire::flag_multi));
}

}  // namespace weft::coordinator::api
