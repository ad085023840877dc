// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/counters.h"

#include <algorithm>

namespace weft::coordinator::api {

namespace asio = boost::asio;

namespace {

constexpr std::size_t bytes_per_part = 48U << 10;  // an attribute has 64 KiB
constexpr std::size_t bytes_of_record = 96;        // without its names and drops
constexpr std::size_t bytes_of_drop = 48;

// The id of the record that the request names; empty for all.
Result<std::string> record_id(Backend& backend, const Principal& principal, const std::string& ref) {
    WEFT_TRY(const auto object, backend.service.ask(principal, Verb::counters, Kind::record, ref));
    const auto record = as<schema::Record>(object);
    return record ? to_string(record->id) : std::string{};
}

// False: not for the principal's eyes.
bool complete(const Cloud& cloud, const Principal& principal, wire::RecordCounters& counters) {
    const auto record = cloud.find<schema::Record>(counters.record);
    if (record) counters.name = record->name.empty() ? to_string(record->id) : record->name;
    return principal.is_operator() || (record && permit(cloud, principal, Verb::counters, Object{record}));
}

std::vector<wire::Counters> cut(wire::Counters all) {
    std::vector<wire::Counters> parts(1);
    std::size_t bytes = 0;
    for (auto& record : all.records) {
        const auto size =
            bytes_of_record + record.name.size() + record.host.size() + record.drops.size() * bytes_of_drop;
        if (bytes + size > bytes_per_part) {
            parts.emplace_back();
            bytes = 0;
        }
        bytes += size;
        parts.back().records.push_back(std::move(record));
    }
    if (all.missing_hosts.size() > 1000) all.missing_hosts.resize(1000);
    parts.back().missing_hosts = std::move(all.missing_hosts);
    return parts;
}

}  // namespace

asio::awaitable<Result<std::vector<wire::Counters>>> gather_counters(Backend& backend, Principal principal,
                                                                     wire::CountersRequest request) {
    WEFT_CO_TRY(const auto id, record_id(backend, principal, request.record));
    auto counters = co_await backend.sessions.counters(id);
    std::erase_if(counters.records,
                  [&](auto& record) { return !complete(backend.cloud(), principal, record); });
    if (!principal.is_operator()) counters.missing_hosts.clear();
    std::ranges::sort(counters.records, {}, [](const auto& r) { return std::tie(r.name, r.host); });
    co_return cut(std::move(counters));
}

}  // namespace weft::coordinator::api
