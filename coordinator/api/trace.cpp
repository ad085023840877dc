// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/trace.h"

#include <algorithm>

#include "coordinator/model/routing.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_hops = 4;  // a host forwards to one more at most, and once more during a move

Result<Id> host_of(const Cloud& cloud, Id record) {
    for (const auto& attachment : cloud.attachments_of_record(record))
        if (attachment->host) return attachment->host;
    return Error{ErrorCode::conflict, "the record is not attached to an instance on a host", "record", 0};
}

bool is_foreign(const Cloud& cloud, Id id) {
    const auto host = cloud.find<schema::Host>(id);
    return host && host->foreign;
}

// Whether packets of the record may lead there: hosts that hold its partition or one that it peers with.
bool leads_to(const Cloud& cloud, Id record, Id host) {
    const auto found = cloud.find<schema::Record>(record);
    if (!found) return false;
    auto partitions = peers_of(cloud, found->partition);
    partitions.push_back(found->partition);
    return std::ranges::any_of(partitions, [&](Id partition) {
        return std::ranges::count(cloud.hosts_of_partition(partition), host) != 0;
    });
}

// Hosts know route tables by their numbers; people by names.
void name_tables(const Cloud& cloud, Id id, wire::TraceHop& hop) {
    const auto record = cloud.find<schema::Record>(id);
    if (!record) return;
    const auto rename = [&](std::uint32_t number, const std::string& name) {
        const auto text = " of table " + std::to_string(number) + ",";
        for (auto& step : hop.steps)
            if (const auto at = step.find(text); at != std::string::npos)
                step.replace(at, text.size(), " of " + name + ",");
    };
    for (const auto& table : cloud.route_tables(record->partition))
        rename(table->number, "table " + table->name);
    if (const auto own = own_table(*record)) rename(own, "its own routes");
}

}  // namespace

asio::awaitable<Result<wire::Trace>> gather_trace(Backend& backend, Principal principal,
                                                  wire::TraceRequest request) {
    const auto object = backend.service.ask(principal, Verb::trace, Kind::record, request.record);
    if (!object) co_return object.error();
    const Id record = as<schema::Record>(*object)->id;
    const auto first = host_of(backend.cloud(), record);
    if (!first) co_return first.error();
    if (is_foreign(backend.cloud(), *first))
        co_return Error{ErrorCode::conflict, "the record is on a foreign host, which traces nothing",
                        "record", 0};
    request.record = to_string(record);
    request.packet.clear();
    wire::Trace trace;
    for (Id host = *first; host && trace.hops.size() < most_hops;) {
        auto hop = co_await backend.sessions.trace(host, request);
        if (!hop && trace.hops.empty()) co_return hop.error();
        if (!hop) {
            wire::TraceHop silent;
            if (const auto known = backend.cloud().find<schema::Host>(host)) silent.host = known->name;
            silent.steps.push_back("not traced: " + hop.error().text);
            trace.hops.push_back(std::move(silent));
            break;
        }
        host = hop->verdict == wire::TraceVerdict::sent ? hop->next : Id{};
        if (host && !leads_to(backend.cloud(), record, host)) host = {};
        request.packet = hop->packet;
        name_tables(backend.cloud(), record, *hop);
        if (!principal.is_operator()) hop->packet.clear();
        trace.hops.push_back(std::move(*hop));
        if (is_foreign(backend.cloud(), host)) break;  // sent there is all that is known
    }
    co_return trace;
}

}  // namespace weft::coordinator::api
