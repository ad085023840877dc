// SPDX-License-Identifier: Apache-2.0
// States of sessions and convergence times, with time turned by hand.
#include <doctest/doctest.h>

#include "coordinator/distribution/acknowledgement_table.h"
#include "coordinator/distribution/affected_log.h"

using namespace weft;
using namespace weft::coordinator;
using schema::SessionState;

namespace {

struct HandClock final : Clock {
    std::uint64_t ns{1'000'000'000};
    [[nodiscard]] std::uint64_t boot_ns() const override { return ns; }
    [[nodiscard]] std::uint64_t unix_us() const override { return 0; }
    void pass_ms(std::uint64_t ms) { ns += ms * 1'000'000; }
};

const Id host{Kind::host, 7};

wire::Installed at(Revision revision) {
    wire::Installed message;
    message.revision = revision;
    return message;
}

}  // namespace

TEST_CASE("[2.12/state] never, connected, lost after three silent seconds, connected again") {
    HandClock clock;
    AcknowledgementTable table(clock);
    std::vector<SessionState> told;
    table.subscribe([&](Id id) { told.push_back(table.session(id)); });
    CHECK(table.session(host) == SessionState::never);
    table.opened(host);
    CHECK(table.session(host) == SessionState::connected);
    clock.pass_ms(3000);
    CHECK(table.session(host) == SessionState::connected);
    clock.pass_ms(1);
    CHECK(table.session(host) == SessionState::lost);
    table.tick();
    table.tick();  // told once
    table.heard(host);
    CHECK(told == std::vector{SessionState::connected, SessionState::lost, SessionState::connected});
}

TEST_CASE("[2.12/state] a session that ended is lagging until it is silent for too long") {
    HandClock clock;
    AcknowledgementTable table(clock);
    table.opened(host);
    table.closed(host);
    CHECK(table.session(host) == SessionState::lagging);
    clock.pass_ms(3001);
    CHECK(table.session(host) == SessionState::lost);
}

TEST_CASE("[2.12/state] a host with an overdue acknowledgement is lagging") {
    HandClock clock;
    AcknowledgementTable table(clock);
    table.opened(host);
    table.owes(host, 5);
    clock.pass_ms(1001);
    table.heard(host);
    CHECK(table.session(host) == SessionState::lagging);
    table.installed(host, at(5));
    CHECK(table.session(host) == SessionState::connected);
}

TEST_CASE(
    "[2.12/restart] a host with a certificate counts as lost only some time after the coordinator's start") {
    HandClock clock;
    AcknowledgementTable table(clock);
    table.expect(host);
    CHECK(table.session(host) == SessionState::lagging);
    clock.pass_ms(3001);
    CHECK(table.session(host) == SessionState::lost);
}

TEST_CASE("[2.12/took] convergence is the time from the change to its acknowledgement") {
    HandClock clock;
    AcknowledgementTable table(clock);
    table.opened(host);
    table.owes(host, 5);
    clock.pass_ms(2);
    table.owes(host, 8);
    clock.pass_ms(3);
    table.installed(host, at(7));
    CHECK(table.convergence_us(host) == 5000);
    clock.pass_ms(4);
    table.installed(host, at(8));
    CHECK(table.convergence_us(host) == 7000);
    CHECK(table.installed(host) == 8);
}

TEST_CASE("[2.12/objects] failures and what waits are kept as of the latest acknowledgement") {
    HandClock clock;
    AcknowledgementTable table(clock);
    table.opened(host);
    const Id attachment{Kind::attachment, 3};
    auto message = at(5);
    message.failed = {{schema::DesiredKind::port, to_string(attachment), "the map is full"}};
    message.waiting = {to_string(Id{Kind::attachment, 4})};
    message.needs_confirmation = true;
    message.problem = "would remove much";
    table.installed(host, message);
    CHECK(table.failure(host, attachment) == "the map is full");
    CHECK(!table.failure(host, {Kind::attachment, 4}));
    CHECK(table.waiting(host, {Kind::attachment, 4}));
    CHECK(table.session(host) == SessionState::needs_confirmation);
    CHECK(table.problem(host) == "would remove much");
    CHECK(table.failures(host) ==
          std::vector<std::string>{"port " + to_string(attachment) + ": the map is full"});
    table.installed(host, at(6));
    CHECK(!table.failure(host, attachment));
    table.set_refusal(host, "no");
    CHECK(table.problem(host) == "no");
    table.opened(host);
    CHECK(table.problem(host).empty());
}

TEST_CASE("[2.12/concerned] an operation remembers the newest revision for each host it concerned") {
    AffectedLog log;
    const Id operation{Kind::operation, 1};
    const auto change = [&](schema::OperationState state) {
        auto object = std::make_shared<schema::Operation>();
        object->id = operation;
        object->state = state;
        return std::vector<Change>{{operation, {}, Ptr<schema::Operation>(object)}};
    };
    const Id other{Kind::host, 8};
    log.add(1, change(schema::OperationState::running), {host});
    log.add(2, change(schema::OperationState::running), {host, other});
    log.add(3, {}, {other});
    log.add(4, change(schema::OperationState::done), {host});
    CHECK(log.hosts_of_operation(operation) == Awaited{{host, 4}, {other, 2}});
    CHECK(log.hosts_of(3) == Awaited{{other, 3}});
    CHECK(log.hosts_of(5).empty());
    for (Revision r = 5; r < 5 + AffectedLog::kept_revisions; ++r) log.add(r, {}, {});
    CHECK(log.hosts_of(3).empty());
    CHECK(log.hosts_of_operation(operation).size() == 2);
}

TEST_CASE("[1.1/monitoring] counts are the last that the host reported of what still counts") {
    HandClock clock;
    AcknowledgementTable table{clock};
    const Id record{Kind::record, 1};
    const Id other{Kind::record, 2};
    CHECK(table.counted(host, record) == schema::TrafficCounts{});
    wire::UsageReport report;
    report.incarnation = 5;
    report.counts = {{70, record, 5, 500, 3, 300, 1, 2, false}, {71, other, 1, 60, 0, 0, 0, 0, false}};
    table.set_counts(host, report, 1'000);
    CHECK(table.counted(host, record) == schema::TrafficCounts{5, 500, 3, 300, 1, 2, 1'000});
    CHECK(table.counted({Kind::host, 8}, record) == schema::TrafficCounts{});
    report.counts = {{70, record, 6, 600, 3, 300, 1, 2, false}};
    table.set_counts(host, report, 2'000);
    CHECK(table.counted(host, record) == schema::TrafficCounts{6, 600, 3, 300, 1, 2, 2'000});
    CHECK(table.counted(host, other) == schema::TrafficCounts{1, 60, 0, 0, 0, 0, 2'000});
    SUBCASE("a counter that is gone says nothing any more, unless another one took its place") {
        report.counts = {{72, record, 1, 100, 0, 0, 0, 0, false},
                         {70, record, 6, 600, 3, 300, 1, 2, true},
                         {71, other, 1, 60, 0, 0, 0, 0, true}};
        table.set_counts(host, report, 3'000);
        CHECK(table.counted(host, record) == schema::TrafficCounts{1, 100, 0, 0, 0, 0, 3'000});
        CHECK(table.counted(host, other) == schema::TrafficCounts{});
    }
    SUBCASE("a host that was booted anew counts from zero") {
        report.incarnation = 6;
        report.counts = {};
        table.set_counts(host, report, 3'000);
        CHECK(table.counted(host, record) == schema::TrafficCounts{});
    }
}
