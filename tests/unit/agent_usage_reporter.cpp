// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "agent/report/usage_reporter.h"
#include "weft/wire/message.h"

using namespace weft;
using namespace weft::agent;

namespace {

const std::chrono::steady_clock::time_point some_time{std::chrono::seconds{5}};

HostUsage host(std::uint64_t counters, std::uint64_t packets) {
    HostUsage usage{77, {}};
    for (std::uint64_t i = 1; i <= counters; ++i)
        usage.counters.push_back({1000 + i, {i, packets, packets * 60, 0, 0, 0, 0}, false});
    return usage;
}

}  // namespace

TEST_CASE("[8.4/report] what is acknowledged is told again only when it changes or all is asked for") {
    UsageReporter reporter{std::chrono::seconds{60}};
    auto usage = host(3, 5);
    auto reports = reporter.reports(usage, true);
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].incarnation == 77);
    CHECK(reports[0].interval == 60);
    CHECK(reports[0].counts.size() == 3);
    CHECK(reports[0].counts[0] == wire::UsageCount{1001, {Kind::record, 1}, 5, 300, 0, 0, 0, 0, false});
    CHECK(reporter.reports(usage, false)[0].counts.size() == 3);  // not acknowledged yet
    CHECK(!reporter.last());
    CHECK(reporter.acknowledged(reports[0].number, some_time).empty());
    CHECK(reporter.last() == some_time);
    usage.counters[1].counts.rx_drops = 1;
    reports = reporter.reports(usage, false);
    REQUIRE(reports.size() == 1);
    REQUIRE(reports[0].counts.size() == 1);
    CHECK(reports[0].counts[0].life == 1002);
    CHECK(reporter.acknowledged(reports[0].number, some_time).empty());
    CHECK(reporter.reports(usage, false)[0].counts.empty());  // but it is heard of
    CHECK(reporter.reports(usage, true)[0].counts.size() == 3);
}

TEST_CASE("[8.4/report] a counter that is gone may be forgotten after its acknowledgement, not before") {
    UsageReporter reporter{std::chrono::seconds{60}};
    auto usage = host(2, 5);
    const auto before = reporter.reports(usage, true)[0].number;
    usage.counters[0].gone = true;
    const auto first = reporter.reports(usage, false)[0].number;
    const auto second = reporter.reports(usage, false)[0].number;
    CHECK(reporter.acknowledged(before, some_time).empty());
    CHECK(reporter.acknowledged(9999, some_time).empty());
    CHECK(reporter.acknowledged(second, some_time) == std::vector<std::uint64_t>{1001});
    CHECK(reporter.acknowledged(second, some_time).empty());
    CHECK(reporter.acknowledged(first, some_time) == std::vector<std::uint64_t>{1001});
}

TEST_CASE("[8.4/report] thousands of counters go in messages that can be sent") {
    UsageReporter reporter{std::chrono::seconds{60}};
    auto usage = host(4096, ~0ULL / 60);
    for (auto& counter : usage.counters) {
        counter.counts.rx_packets = counter.counts.rx_bytes = counter.counts.rx_drops = ~0ULL;
        counter.counts.tx_drops = ~0ULL;
        counter.gone = true;
    }
    std::size_t counts = 0;
    for (const auto& report : reporter.reports(usage, true)) {
        counts += report.counts.size();
        CHECK(wire::pack(wire::Command::usage_report, report).has_value());
    }
    CHECK(counts == 4096);
}
