// SPDX-License-Identifier: Apache-2.0
// Destination check, and who receives what arrives or is delivered on this host.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

Bytes to(const Mac& station, std::string_view destination) {
    const Ipv4 header{.source = ip("10.1.2.50"), .destination = ip(destination)};
    return ethernet(station, mac_b, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
}

void uncheck_a(World& world) {
    const auto uncheck = [](weft_local& l) { l.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); };
    world.change_local(blue, "10.1.2.30", uncheck);
    weft_station_key key{};
    key.gni = blue;
    std::copy(mac_a.begin(), mac_a.end(), key.mac);
    world.change<weft_local>(WEFT_MAP_NAME(WEFT_STATION_MAP), key, uncheck);
}

}  // namespace

TEST_CASE("[4.3/destination] a checked record receives its own addresses alone") {
    World world;
    world.expect_dropped(world.programs.receive(arriving(to(mac_a, "198.51.100.7"))),
                         WEFT_DROP_destination_address, record_a, WEFT_RX);
}

TEST_CASE("[4.3/destination-off] an unchecked record receives whatever is sent to its MAC") {
    World world;
    uncheck_a(world);
    SUBCASE("an address outside") {
        const auto frame = to(mac_a, "198.51.100.7");
        const auto ran = world.programs.receive(arriving(frame));
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(frame));
    }
    SUBCASE("even the address of a neighbour on its host") {
        CHECK(world.programs.receive(arriving(to(mac_a, "10.1.2.31"))).verdict == redirect);
        CHECK(world.counter(record_d).rx_packets == 0);
    }
    CHECK(world.counter(record_a).rx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[7.2/receive] a sender's stale MAC does not misdirect what goes by address") {
    World world;
    const auto ran = world.programs.receive(arriving(to(mac_a, "10.1.2.31")));
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(ran.packet) == to_hex(to(mac_d, "10.1.2.31")));
    CHECK(world.counter(record_d).rx_packets == 1);
    CHECK(world.counter(record_a).rx_packets == 0);
}

TEST_CASE("[2.4/receive] what nobody here has is dropped") {
    World world;
    world.expect_dropped(world.programs.receive(arriving(to(mac_c, "10.1.3.7"))), WEFT_DROP_no_destination);
}

TEST_CASE("[4.3/appliance] a route to a local record delivers to it only if it forwards for others") {
    World world;
    world.add_route(blue_table, "0.0.0.0", 0, WEFT_ROUTE_RECORD, "10.1.2.30");
    const Ipv4 header{.source = ip("10.1.2.31"), .destination = ip("198.51.100.7")};
    const auto frame = ethernet(mac_router, mac_d, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
    SUBCASE("checked") {
        world.expect_dropped(world.programs.send(frame, world.i2), WEFT_DROP_not_forwarding);
    }
    SUBCASE("unchecked") {
        uncheck_a(world);
        CHECK(world.programs.send(frame, world.i2).verdict == redirect);
        CHECK(world.counter(record_a).rx_packets == 1);
    }
}

TEST_CASE("[2.4/off] [1.15/receive] the receiver's state is enforced on what arrives") {
    World world;
    const auto packet = arriving(inner_b_to_a());
    const auto set = [&](auto change) { world.change_local(blue, "10.1.2.30", change); };
    SUBCASE("not delivering") {
        set([](weft_local& l) { l.flags &= ~static_cast<__u32>(WEFT_PORT_DELIVER); });
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_deliver_off, record_a, WEFT_RX);
    }
    SUBCASE("disabled") {
        set([](weft_local& l) { l.flags |= WEFT_PORT_DISABLED; });
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_disabled, record_a, WEFT_RX);
    }
    SUBCASE("in repair") {
        set([](weft_local& l) { l.flags |= WEFT_PORT_IN_REPAIR; });
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_in_repair, record_a, WEFT_RX);
    }
    SUBCASE("lease gone") {
        set([](weft_local& l) { l.lease_expiry = 1; });
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_lease_expired, record_a, WEFT_RX);
    }
    SUBCASE("larger than its device") {
        set([](weft_local& l) { l.mtu = 47; });
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_local_too_big, record_a, WEFT_RX);
    }
    SUBCASE("just as large as its device") {
        set([](weft_local& l) { l.mtu = 48; });
        CHECK(world.programs.receive(packet).verdict == redirect);
    }
}
