// SPDX-License-Identifier: Apache-2.0
// Several instances of a shared record on one host, each on its own device: what they have in common stands
// once, follows every change at once, and goes with the last of them (row 2.7).
#include <doctest/doctest.h>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/reconciler.h"
#include "tests/harness/fake_datapath.h"
#include "weft/abi/local.h"

using namespace weft;
using namespace weft::agent;
using weft::test::FakeDatapath;

namespace {

constexpr Installed identity{11, 22, 100, 1};

schema::Port port(std::uint64_t attachment, const std::string& device) {
    schema::Port out;
    out.attachment = {Kind::attachment, attachment};
    out.record = {Kind::record, 77};
    out.gni = 42;
    out.mac = Mac::local(77);
    out.table = 42;
    out.device = device;
    out.addresses = {*Address::parse("10.0.0.9")};
    out.mtu = 1400;
    out.tag = 7;
    out.spread = true;
    return out;
}

struct Host {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    schema::Port one = port(5, "tap0");
    schema::Port two = port(6, "tap1");

    Host() {
        datapath.add_device("tap0", 9);
        datapath.add_device("tap1", 10);
        DesiredSet desired;
        desired.put(schema::Tag{42, 7, {}});
        desired.put(one);
        desired.put(two);
        const auto outcome = reconciler.snapshot(desired, identity);
        CHECK(outcome.failed.empty());
        CHECK(outcome.waiting.empty());
    }
    weft_local common() {
        REQUIRE(datapath.map(MapId::local).size() == 1);
        return from_bytes<weft_local>(datapath.map(MapId::local).begin()->second);
    }
};

}  // namespace

TEST_CASE("[2.7/local] a change of the record reaches what its instances have in common at once") {
    Host host;
    CHECK(host.common().attachment == 0);
    CHECK((host.common().flags & WEFT_PORT_DISABLED) == 0);
    CHECK(host.datapath.map(MapId::station).size() == 2);
    host.one.disabled = host.two.disabled = true;
    CHECK(host.reconciler.delta({{host.one, host.two}, {}}, 101).failed.empty());
    CHECK((host.common().flags & WEFT_PORT_DISABLED) != 0);
    host.one.addresses = host.two.addresses = {*Address::parse("10.0.0.10")};
    CHECK(host.reconciler.delta({{host.one, host.two}, {}}, 102).failed.empty());
    CHECK(host.datapath.map(MapId::local).begin()->first ==
          to_bytes(weft_overlay_key{42, to_abi(*Address::parse("10.0.0.10"))}));
    CHECK((host.common().flags & WEFT_PORT_DISABLED) != 0);
}

TEST_CASE("[2.7/local] it goes with the last instance, or the last one's device") {
    Host host;
    CHECK(host.reconciler.delta({{}, {key_of(host.one)}}, 101).failed.empty());
    CHECK(host.common().record == 77);
    CHECK(host.datapath.map(MapId::station).size() == 1);
    SUBCASE("detached") { (void)host.reconciler.delta({{}, {key_of(host.two)}}, 102); }
    SUBCASE("without its device") {
        host.datapath.devices.erase("tap1");
        CHECK(host.reconciler.environment_changed().waiting.size() == 1);
    }
    CHECK(host.datapath.map(MapId::local).empty());
    CHECK(host.datapath.map(MapId::station).empty());
}
