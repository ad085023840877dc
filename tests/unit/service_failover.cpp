// SPDX-License-Identifier: Apache-2.0
// A record goes to a standby when its host, its device or its instance fails (row 2.11).
#include "coordinator/service/watch/failover.h"

#include "coordinator/service/watch/device_watch.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr std::uint64_t half_second = 500'000'000;
constexpr std::uint64_t year_us = 365ULL * 24 * 3600 * 1'000'000;

// r1 is attached to i1 under a lease of 10 s; its standbys are i2 on h2 and i5 on h3.
struct Standing : Lab {
    Id h3 = add_host("h3", "192.0.2.3", "z1");
    Id i5 = add_instance(ann, "i5", h3);
    std::unique_ptr<Failover> failover;
    Id first;
    std::uint64_t number{0};
    unsigned dummies{0};

    Standing() {
        for (const Id host : {h1, h2, h3}) report(host, {"geneve/1", "lease"});
        list({i2, i5});
        watch();
        first = attached("r1", "i1");
    }
    void watch() { failover = std::make_unique<Failover>(*ledger, *all_hosts, *leases, clock); }
    void list(const std::vector<Id>& standbys) {
        schema::Record patch;
        patch.standbys = standbys;
        REQUIRE(code(modify(ann, "r1", patch, mask_of<schema::Record>("standbys"))) == ok);
    }
    void crash() {
        failover.reset();
        restart();
        watch();
    }
    [[nodiscard]] Id record() const { return cloud().record(cloud().partition("ann", "blue")->id, "r1")->id; }
    [[nodiscard]] Ptr<schema::Attachment> active() const {
        const auto all = cloud().attachments_of_record(record());
        return all.empty() ? nullptr : all.front();
    }
    [[nodiscard]] bool on(Id instance) const {
        const auto attachment = active();
        return attachment && attachment->instance == instance;
    }
    bool renews(Id host, Id attachment) {
        return failover->renew(host, {++number, {{attachment, 10}}}).granted.size() == 1;
    }
    void lose(Id host) { hosts.states[host].session = SessionState::lost; }
    // Whatever was under way is stored when this is.
    void settle() { add_record(ann, front, "dummy" + std::to_string(++dummies)); }
    void pass(double seconds) {
        for (auto left = static_cast<std::uint64_t>(seconds * 2); left > 0; --left) {
            clock.boot += half_second;
            failover->on_tick();
            engine->on_tick();
            settle();
        }
    }
    void acknowledge_until_on(Id instance) {
        acknowledge_until([&] { return on(instance) && active()->phase == Phase::attached; });
    }
};

}  // namespace

TEST_CASE("[2.11/standby] a lost host's record is its first standby's a tenth after its lease, not before") {
    Standing lab;
    unsigned fewest = 1;
    lab.ledger->subscribe([&](Revision, std::span<const Change>) {
        fewest = std::min<unsigned>(
            fewest, static_cast<unsigned>(lab.cloud().attachments_of_record(lab.record()).size()));
    });
    lab.pass(5);
    REQUIRE(lab.renews(lab.h1, lab.first));
    lab.lose(lab.h1);
    lab.pass(10.5);
    CHECK(lab.phase(lab.first) == Phase::attached);
    lab.pass(0.5);
    lab.loop.run_until([&] { return lab.on(lab.i2); });
    CHECK(!lab.renews(lab.h1, lab.first));
    lab.acknowledge_until_on(lab.i2);
    CHECK(fewest == 1);  // it was never free
    CHECK(lab.active()->host == lab.h2);
    const auto shown = lab.shown("r1");
    CHECK(shown.standbys == std::vector{lab.i5, lab.i1});
    CHECK(shown.notice.empty());
    const auto operation = lab.cloud().table<schema::Operation>();
    bool told = false;
    for (const auto& [id, entry] : operation)
        told = told ||
               (entry.object->kind == schema::OperationKind::failover &&
                entry.object->state == OperationState::done && entry.object->reason == "host h1 is lost");
    CHECK(told);
}

TEST_CASE("[2.11/clock] only time since boot counts, whatever the date says") {
    Standing lab;
    lab.pass(5);
    REQUIRE(lab.renews(lab.h1, lab.first));
    lab.lose(lab.h1);
    for (const bool later : {true, false}) {
        lab.clock.unix = later ? lab.clock.unix + 9 * year_us : lab.clock.unix - 18 * year_us;
        lab.pass(2);
        CHECK(lab.phase(lab.first) == Phase::attached);
    }
    lab.pass(7);
    lab.loop.run_until([&] { return lab.on(lab.i2); });
}

TEST_CASE("[2.11/cut-off] a host that renews in time keeps its record") {
    Standing lab;
    lab.pass(5);
    lab.lose(lab.h1);
    REQUIRE(lab.renews(lab.h1, lab.first));
    lab.pass(10.5);
    CHECK(lab.renews(lab.h1, lab.first));
    lab.pass(10.5);
    CHECK(lab.phase(lab.first) == Phase::attached);
    CHECK(!lab.renews(lab.h2, lab.first));  // it is not that host's
}

TEST_CASE("[2.11/fence] once it is decided renewals are refused, and one granted before is waited for") {
    Standing lab;
    lab.pass(5);
    REQUIRE(lab.renews(lab.h1, lab.first));
    lab.lose(lab.h1);
    lab.pass(10.5);
    lab.clock.boot += half_second;
    lab.failover->on_tick();
    CHECK(lab.renews(lab.h1, lab.first));  // the decision is not stored yet
    lab.loop.run_until([&] { return lab.phase(lab.first) == Phase::cutting; });
    CHECK(!lab.renews(lab.h1, lab.first));
    lab.pass(10.5);
    CHECK(lab.phase(lab.first) == Phase::cutting);
    CHECK(lab.shown("r1").notice->find("goes to a standby: host h1 is lost") != std::string::npos);
    SUBCASE("its lease is over") { lab.pass(0.5); }
    SUBCASE("its host is back and has let go of it") {
        lab.hosts.states[lab.h1].session = SessionState::connected;
        lab.acknowledge(lab.h1);
    }
    lab.loop.run_until([&] { return lab.on(lab.i2); });
    lab.acknowledge_until_on(lab.i2);
}

TEST_CASE("[2.11/crash] a coordinator that starts does not know what the last one granted: it waits") {
    Standing lab;
    lab.pass(5);
    lab.lose(lab.h1);
    lab.pass(5);
    lab.crash();
    lab.pass(10.5);
    CHECK(lab.phase(lab.first) == Phase::attached);
    lab.pass(0.5);
    lab.loop.run_until([&] { return lab.on(lab.i2); });
}

TEST_CASE("[2.11/crash] a coordinator may die after any step") {
    for (unsigned steps = 1; steps <= 6; ++steps) {
        Standing lab;
        lab.pass(5);
        lab.lose(lab.h1);
        const auto state = [&] { return std::pair{lab.active()->id, lab.active()->phase}; };
        auto seen = state();
        unsigned changes = 0;
        for (unsigned round = 0; round < 100 && !(lab.on(lab.i2) && seen.second == Phase::attached);
             ++round) {
            for (const Id host : {lab.h2, lab.h3}) lab.acknowledge(host);
            lab.pass(0.5);
            REQUIRE(lab.cloud().attachments_of_record(lab.record()).size() == 1);
            if (state() == std::exchange(seen, state())) continue;
            if (++changes == steps) lab.crash();
        }
        INFO(steps);
        CHECK(lab.on(lab.i2));
        CHECK(lab.active()->phase == Phase::attached);
    }
}

TEST_CASE("[2.11/pause] a coordinator that slept hears its hosts before it takes anything from them") {
    Standing lab;
    lab.pass(5);
    REQUIRE(lab.renews(lab.h1, lab.first));
    lab.clock.boot += 60'000'000'000;
    lab.lose(lab.h1);  // as it seems: nobody was heard
    lab.failover->on_ack(lab.h1);
    lab.failover->on_tick();
    lab.pass(2);
    CHECK(lab.phase(lab.first) == Phase::attached);
    CHECK(lab.renews(lab.h1, lab.first));
    lab.pass(10.5);
    CHECK(lab.phase(lab.first) == Phase::attached);
}

TEST_CASE("[2.11/standby] without a standby that can have it the record says so, and waits for one") {
    Standing lab;
    lab.pass(5);
    for (const Id host : {lab.h1, lab.h2}) lab.lose(host);
    schema::Instance stopped;
    stopped.state = schema::InstanceState::stopped;
    REQUIRE(code(lab.modify(lab.ann, "i5", stopped)) == ok);
    lab.pass(15);
    CHECK(lab.phase(lab.first) == Phase::attached);
    CHECK(lab.shown("r1").notice->find("no standby can take it over: i2 host h2 is lost; i5 is stopped") !=
          std::string::npos);
    stopped.state = schema::InstanceState::running;
    REQUIRE(code(lab.modify(lab.ann, "i5", stopped, mask_of<schema::Instance>("state"))) == ok);
    lab.pass(1);
    lab.loop.run_until([&] { return lab.on(lab.i5); });
    lab.acknowledge_until_on(lab.i5);
    CHECK(lab.shown("r1").standbys == std::vector{lab.i2, lab.i1});
}

TEST_CASE("[2.11/standby] a standby that fails on the way is treated like who had it") {
    Standing lab;
    lab.pass(5);
    lab.lose(lab.h1);
    lab.pass(11);
    lab.loop.run_until([&] { return lab.on(lab.i2); });
    const Id second = lab.active()->id;
    SUBCASE("its host is lost") {
        REQUIRE(lab.renews(lab.h2, second));
        lab.lose(lab.h2);
        lab.pass(10.5);
        CHECK(lab.on(lab.i2));
        lab.pass(1);
    }
    SUBCASE("its host refuses") {
        lab.hosts.states[lab.h2].failures[second] = "no such device";
        lab.acknowledge(lab.h2);
    }
    lab.loop.run_until([&] { return lab.on(lab.i5); });
    lab.acknowledge_until_on(lab.i5);
    CHECK(lab.shown("r1").failover.empty());
    CHECK(lab.shown("r1").standbys.size() == 2);
}

TEST_CASE("[2.11/device] a device that fails on a live host is let go of at once, without a lease's wait") {
    Standing lab;
    DeviceWatch devices{*lab.ledger, *lab.all_hosts, lab.clock};
    REQUIRE(lab.renews(lab.h1, lab.first));
    lab.hosts.states[lab.h1].lost = {lab.first};
    lab.failover->on_ack(lab.h1);
    devices.on_ack(lab.h1);
    lab.loop.run_until([&] { return lab.phase(lab.first) == Phase::cutting; });
    lab.settle();
    CHECK(lab.phase(lab.first) == Phase::cutting);  // until the host has let go of it
    lab.hosts.states[lab.h1].lost.clear();
    lab.acknowledge_until_on(lab.i2);
    CHECK(lab.shown("r1").status == schema::RecordStatus::available);
    CHECK(lab.shown("r1").repair.empty());
}

TEST_CASE("[2.11/terminated] the end of an instance gives its record to a standby") {
    Standing lab;
    schema::Instance end;
    end.state = schema::InstanceState::terminated;
    REQUIRE(code(lab.modify(lab.ann, "i1", end)) == ok);
    CHECK(lab.shown("r1").notice->find("instance i1 was terminated") == std::string::npos);  // on its way out
    lab.acknowledge_until_on(lab.i2);
    CHECK(lab.shown("r1").standbys == std::vector{lab.i5});
    CHECK(lab.shown("r1").failover.empty());
}

TEST_CASE("[2.11/request] a planned failover: the host lets go first, then the standby has it") {
    Standing lab;
    const auto ask = [&](const Principal& who, const std::string& to, bool dry = false) {
        wire::FailoverRequest request{"blue/r1", to, {}};
        request.options.dry_run = dry;
        return lab.ask(&Service::failover, who, request);
    };
    CHECK_REFUSED(lab, ask(lab.bob, ""), ErrorCode::not_found, "record");
    CHECK_REFUSED(lab, ask(lab.ann, "i3"), ErrorCode::conflict, "instance");
    CHECK(code(ask(lab.ann, "i5", true)) == ok);
    CHECK(lab.phase(lab.first) == Phase::attached);
    CHECK(!ask(lab.ann, "i1").changed);
    const auto ack = ask(lab.ann, "i5");
    REQUIRE(code(ack) == ok);
    CHECK(lab.phase(lab.first) == Phase::cutting);
    CHECK(!lab.renews(lab.h1, lab.first));
    lab.install(lab.h1, [&] { return lab.on(lab.i5); });
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.on(lab.i5));
    CHECK(lab.active()->phase == Phase::attached);
    CHECK(lab.shown("r1").standbys == std::vector{lab.i2, lab.i1});
    lab.list({});
    CHECK_REFUSED(lab, ask(lab.ann, ""), ErrorCode::conflict, "record");
}

TEST_CASE("[2.11/request] who is asked to detach it meanwhile, detaches it") {
    Standing lab;
    const auto ack = lab.ask(&Service::failover, lab.ann, wire::FailoverRequest{"blue/r1", {}, {}});
    const auto detach = lab.detach("r1", "");
    REQUIRE(detach.changed);
    lab.acknowledge_until_ended(detach.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::failed);
    lab.pass(2);
    CHECK(!lab.active());
}

TEST_CASE("[2.11/fence] nothing is taken from a host before it has said that it is under a lease") {
    Lab plain;  // whose hosts know of no leases yet
    const auto attachment = plain.attached("r1", "i1");
    Failover failover{*plain.ledger, *plain.all_hosts, *plain.leases, plain.clock};
    for (const Id host : {plain.h1, plain.h2}) plain.report(host, {"geneve/1", "lease"});
    const auto now = [&] { return plain.cloud().find<schema::Attachment>(attachment); };
    CHECK(now()->lease == 0);
    schema::Record patch;
    patch.standbys = {plain.i2};
    REQUIRE(code(plain.modify(plain.ann, "r1", patch)) == ok);
    CHECK(now()->lease == 10);
    CHECK(now()->lease_held == 0);
    CHECK(plain.shown("r1").notice->find("has yet to take the lease") != std::string::npos);
    CHECK(!plain.leases->lapsed(*now()));
    plain.clock.boot += 1'000'000'000'000;
    CHECK(!plain.leases->lapsed(*now()));
    const auto says = [&](std::uint32_t seconds) {
        static_cast<void>(failover.renew(plain.h1, {1, {{attachment, seconds}}}));
        plain.add_record(plain.ann, plain.front, "dummy" + std::to_string(plain.cloud().revision()));
        return now()->lease_held;
    };
    CHECK(says(10) == 0);  // of a lease before: it has not installed this one
    plain.acknowledge(plain.h1);
    CHECK(says(0) == 0);
    CHECK(says(10) == 10);
    CHECK(plain.shown("r1").notice.empty());

    patch = {};
    patch.lease = 60;
    REQUIRE(code(plain.modify(plain.ann, "r1", patch)) == ok);
    CHECK(now()->lease_held == 60);  // at most
    patch.lease = 5;
    REQUIRE(code(plain.modify(plain.ann, "r1", patch)) == ok);
    CHECK(now()->lease == 5);
    CHECK(now()->lease_held == 60);
    plain.acknowledge(plain.h1);
    CHECK(says(60) == 60);
    CHECK(says(5) == 5);
    REQUIRE(code(plain.modify(plain.ann, "r1", schema::Record{}, mask_of<schema::Record>("standbys"))) == ok);
    CHECK(now()->lease == 0);
    CHECK(now()->lease_held == 0);
}

TEST_CASE("[2.11/standby] a list names instances that one may attach to, each once, of an exclusive record") {
    Lab lab;
    const auto list = [&](const Principal& who, const std::string& record, std::vector<Id> ids) {
        schema::Record patch;
        patch.standbys = std::move(ids);
        return lab.modify(who, record, patch);
    };
    const Id foreign = lab.add_instance(lab.bob, "theirs", lab.h2);
    CHECK_REFUSED(lab, list(lab.ann, "r1", {foreign}), ErrorCode::not_found, "standbys");
    CHECK_REFUSED(lab, list(lab.ann, "r1", {lab.i2, lab.i2}), ErrorCode::invalid, "standbys");
    schema::Record shared;
    shared.name = "many";
    shared.subnet = lab.front;
    shared.exclusive = false;
    REQUIRE(code(lab.create(lab.ann, shared)) == ok);
    CHECK_REFUSED(lab, list(lab.ann, "many", {lab.i2}), ErrorCode::conflict, "standbys");
    CHECK(code(list(lab.root, "r1", {foreign})) == ok);
    CHECK(code(list(lab.ann, "r1", {foreign, lab.i2})) == ok);  // what was listed stays
}

TEST_CASE("[2.11/standby] an instance that is deleted is nobody's standby; without one there is no lease") {
    Standing lab;
    wire::Options force;
    force.force = true;
    CHECK(code(lab.remove(lab.ann, Kind::instance, "i2", force)) == ok);
    lab.acknowledge_until([&] { return lab.shown("r1").standbys == std::vector{lab.i5}; });
    CHECK(lab.active()->lease == 10);
    CHECK(code(lab.remove(lab.ann, Kind::instance, "i5")) == ok);
    CHECK(lab.shown("r1").standbys.empty());
    CHECK(lab.active()->lease == 0);
    CHECK(lab.cloud().records_with_standby(lab.i5).empty());
}

TEST_CASE("[3.3/keep] the rules of a record that waits for a standby are there when one takes it over") {
    Standing lab;
    std::vector<schema::SecurityRule> rules(1);
    rules.front().protocol = schema::Protocol::tcp;
    schema::Attachment patch;
    patch.rules = rules;
    REQUIRE(code(lab.modify(lab.ann, to_string(lab.first), patch, mask_of<schema::Attachment>("rules"))) ==
            ok);
    lab.list({lab.i2});
    schema::Instance ends;
    ends.state = schema::InstanceState::terminated;
    REQUIRE(code(lab.modify(lab.ann, "i1", ends, mask_of<schema::Instance>("state"))) == ok);
    lab.acknowledge_until_on(lab.i2);
    CHECK(lab.active()->rules == rules);
}
