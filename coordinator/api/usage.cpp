// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/usage.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/api/answer.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;

namespace {

constexpr std::uint64_t second_us = 1000000;
constexpr std::size_t most_part_bytes = 48U << 10;  // an attribute has 64 KiB
constexpr std::size_t bytes_of_line = 256;          // without its texts

UsageReport stored(Id host, const wire::UsageReport& report) {
    UsageReport out{host, report.incarnation, report.interval * second_us, {}};
    out.counts.reserve(report.counts.size());
    for (const auto& c : report.counts)
        out.counts.push_back({c.life,
                              c.record,
                              {c.tx_packets, c.tx_bytes, c.rx_packets, c.rx_bytes, c.tx_drops, c.rx_drops},
                              c.gone});
    return out;
}

wire::RecordUsage shown(const UsageLine& line) {
    const auto& [tx_packets, tx_bytes, rx_packets, rx_bytes, tx_drops, rx_drops] = line.counts;
    return {line.record.record,
            line.record.name,
            line.record.partition,
            line.record.partition_name,
            line.record.owner,
            line.account,
            line.record_us / second_us,
            line.attached_us / second_us,
            tx_packets,
            tx_bytes,
            rx_packets,
            rx_bytes,
            tx_drops,
            rx_drops,
            line.estimated};
}

}  // namespace

void take_usage(Backend& backend, Id host, const wire::UsageReport& report, wire::Channel::Pointer channel) {
    backend.table.set_counts(host, report, backend.clock.unix_us());
    UsageChanges changes;
    changes.report = stored(host, report);
    backend.ledger.commit_usage(
        std::move(changes), backend.clock.unix_us(),
        [channel = std::move(channel), number = report.number](const Result<Revision>& committed) {
            if (committed) answer(*channel, wire::Command::usage_ack, wire::UsageAck{number}, 0);
        });
}

asio::awaitable<Result<UsagePage>> read_usage(Backend& backend, UsageQuery query) {
    const auto& repository = backend.ledger.repository();
    const auto read = [&]() -> asio::awaitable<Result<UsagePage>> { co_return repository.usage(query); };
    co_return co_await asio::co_spawn(backend.exports, read, asio::use_awaitable);
}

std::vector<wire::Usage> usage_messages(const std::vector<UsageLine>& lines) {
    std::vector<wire::Usage> parts;
    std::size_t bytes = most_part_bytes;
    for (const auto& line : lines) {
        auto record = shown(line);
        const auto size = bytes_of_line + record.name.size() + record.partition_name.size() +
                          record.owner.size() + record.account.size();
        if (bytes + size > most_part_bytes) {
            parts.emplace_back();
            bytes = 0;
        }
        bytes += size;
        parts.back().records.push_back(std::move(record));
    }
    return parts;
}

}  // namespace weft::coordinator::api
