// SPDX-License-Identifier: Apache-2.0
// The agent's side of leases (row 2.11): what the maps say, and when.
#include "agent/reconcile/leases.h"

#include <doctest/doctest.h>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/reconciler.h"
#include "tests/harness/fake_datapath.h"
#include "weft/abi/local.h"

using namespace weft;
using namespace weft::agent;
using weft::test::FakeDatapath;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr Installed identity{11, 22, 100, 1};

struct HandClock final : Clock {
    std::uint64_t boot{1000 * second};
    std::uint64_t unix{1'800'000'000'000'000};
    [[nodiscard]] std::uint64_t boot_ns() const override { return boot; }
    [[nodiscard]] std::uint64_t unix_us() const override { return unix; }
};

schema::Port port(std::uint64_t attachment, std::uint32_t lease) {
    schema::Port out;
    out.attachment = {Kind::attachment, attachment};
    out.record = {Kind::record, attachment + 100};
    out.gni = 42;
    out.mac.bytes[5] = static_cast<std::uint8_t>(attachment);
    out.device = "tap" + std::to_string(attachment);
    out.addresses = {Address::v4(0x0a000000U + static_cast<std::uint32_t>(attachment))};
    out.mtu = 1400;
    out.tag = 7;
    out.lease = lease;
    return out;
}

struct Host {
    HandClock clock;
    FakeDatapath datapath;
    std::unique_ptr<Reconciler> reconciler;

    Host() {
        datapath.add_device("tap1", 9);
        start();
    }
    void start() {
        reconciler = std::make_unique<Reconciler>(datapath, FlowLimits{}, clock);
        REQUIRE(reconciler->adopt().has_value());
    }
    void hold(const schema::Port& held) {
        DesiredSet set;
        set.put(schema::Tag{42, 7, {}});
        set.put(held);
        REQUIRE(reconciler->snapshot(std::move(set), identity).failed.empty());
    }
    void change(const schema::Port& to) {
        Changes changes;
        changes.puts.emplace_back(to);
        REQUIRE(reconciler->delta(std::move(changes), 101).failed.empty());
    }
    // The same in all entries of the attachment.
    std::uint64_t expiry() {
        std::set<std::uint64_t> said;
        for (const auto& [key, value] : datapath.map(MapId::port))
            said.insert(from_bytes<weft_port>(value).lease_expiry);
        for (const auto map : {MapId::local, MapId::station})
            for (const auto& [key, value] : datapath.map(map))
                said.insert(from_bytes<weft_local>(value).lease_expiry);
        REQUIRE(said.size() == 1);
        return *said.begin();
    }
    std::vector<wire::LeaseState> asks(std::uint64_t& number) {
        const auto requests = reconciler->lease_requests();
        if (requests.empty()) return {};
        number = requests.front().number;
        return requests.front().leases;
    }
    void grant(std::uint64_t number) { reconciler->lease_answered({number, {{Kind::attachment, 1}}}); }
};

}  // namespace

TEST_CASE("[2.11/fence] a port that comes with a lease passes nothing until the first one is granted") {
    Host host;
    host.hold(port(1, 10));
    CHECK(host.expiry() == 1);
    std::uint64_t number = 0;
    CHECK(host.asks(number) == std::vector<wire::LeaseState>{{{Kind::attachment, 1}, 10}});
    const auto sent = host.clock.boot;
    host.clock.boot += 4 * second;  // however long the answer takes
    host.grant(number);
    CHECK(host.expiry() == sent + 10 * second);
}

TEST_CASE("[2.11/fence] what is granted counts from when it was sent, and never shortens what there is") {
    Host host;
    host.hold(port(1, 10));
    std::uint64_t early = 0;
    std::uint64_t late = 0;
    REQUIRE(host.asks(early).size() == 1);
    host.clock.boot += second;
    const auto sent = host.clock.boot;
    REQUIRE(host.asks(late).size() == 1);
    host.grant(late);
    host.grant(early);
    CHECK(host.expiry() == sent + 10 * second);
    host.grant(late);  // again: it was answered
    host.grant(77);    // never sent
    CHECK(host.expiry() == sent + 10 * second);
    std::uint64_t next = 0;
    CHECK(host.asks(next).empty());  // most of it is left
    host.clock.boot += 3 * second;
    CHECK(host.asks(next).size() == 1);
}

TEST_CASE("[2.11/fence] a refused renewal changes nothing: the lease ends when it does") {
    Host host;
    host.hold(port(1, 10));
    std::uint64_t number = 0;
    REQUIRE(host.asks(number).size() == 1);
    host.grant(number);
    const auto expiry = host.expiry();
    host.clock.boot += 9 * second;
    REQUIRE(host.asks(number).size() == 1);
    host.reconciler->lease_answered({number, {}});
    CHECK(host.expiry() == expiry);
}

TEST_CASE("[2.11/fence] a port without a lease goes on until its first one is granted, and says so") {
    Host host;
    host.hold(port(1, 0));
    CHECK(host.expiry() == 0);
    std::uint64_t number = 0;
    CHECK(host.asks(number).empty());
    host.change(port(1, 10));
    CHECK(host.expiry() == 0);
    CHECK(host.asks(number).front().seconds == 0);
    host.grant(number);
    CHECK(host.expiry() == host.clock.boot + 10 * second);
    CHECK(host.asks(number).front().seconds == 10);  // at once: the coordinator is to know
    host.grant(number);
    CHECK(host.asks(number).empty());
    host.change(port(1, 0));
    CHECK(host.expiry() == 0);
}

TEST_CASE("[2.11/fence] a shorter lease is in force at once") {
    Host host;
    host.hold(port(1, 60));
    std::uint64_t number = 0;
    REQUIRE(host.asks(number).size() == 1);
    host.grant(number);
    host.change(port(1, 5));
    CHECK(host.expiry() == host.clock.boot + 5 * second);
    CHECK(host.asks(number).front().seconds == 5);
}

TEST_CASE(
    "[2.11/fence] an agent that starts again takes over what the maps say, and fences what they do not") {
    Host host;
    host.hold(port(1, 10));
    std::uint64_t number = 0;
    REQUIRE(host.asks(number).size() == 1);
    host.grant(number);
    const auto expiry = host.expiry();
    host.clock.boot += 2 * second;
    SUBCASE("its device is there") {
        host.start();
        host.hold(port(1, 10));
        CHECK(host.expiry() == expiry);
    }
    SUBCASE("with a shorter lease") {
        host.start();
        host.hold(port(1, 3));
        CHECK(host.expiry() == host.clock.boot + 3 * second);
    }
    SUBCASE("its device was away") {
        host.datapath.remove_host_device("tap1");
        host.reconciler->environment_changed();
        host.start();
        host.hold(port(1, 10));
        host.datapath.add_device("tap1", 9);
        host.reconciler->environment_changed();
        CHECK(host.expiry() == 1);
    }
}

TEST_CASE("[2.11/clock] the agent's leases do not know the date") {
    Host host;
    host.hold(port(1, 10));
    std::uint64_t number = 0;
    host.clock.unix += 9'000'000'000'000'000;
    REQUIRE(host.asks(number).size() == 1);
    host.clock.unix = 0;
    host.grant(number);
    CHECK(host.expiry() == host.clock.boot + 10 * second);
}
