// SPDX-License-Identifier: Apache-2.0
// A record's own routes precede its subnet's route table (requirement 5.4).
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t own_table = 900;

struct Owning : World {
    Owning() {
        change_port(i1, [](weft_port& p) { p.own_table = own_table; });
        add_route(blue_table, "0.0.0.0", 0, WEFT_ROUTE_RECORD, "10.1.2.50");
    }
    Ran send(std::string_view destination) {
        return programs.send(from_a(destination, mac_router, payload(10)), i1);
    }
    void expect_sent_to(const Mac& mac, std::string_view destination) {
        const auto ran = send(destination);
        REQUIRE(ran.verdict == redirect);
        CHECK(to_hex(slice(ran.packet, 74, 6)) == to_hex(Bytes(mac.begin(), mac.end())));
    }
};

}  // namespace

TEST_CASE("[5.4/own] an own route decides, however long the table's prefix") {
    Owning world;
    world.add_route(blue_table, "198.51.100.0", 24, WEFT_ROUTE_RECORD, "10.1.2.50");
    world.add_route(own_table, "198.51.0.0", 16, WEFT_ROUTE_RECORD, "10.1.3.7");
    world.expect_sent_to(mac_c, "198.51.100.1");
}

TEST_CASE("[5.4/own] without a match of its own the subnet's table applies") {
    Owning world;
    world.add_route(own_table, "198.51.0.0", 16, WEFT_ROUTE_RECORD, "10.1.3.7");
    world.expect_sent_to(mac_b, "203.0.113.1");
}

TEST_CASE("[5.4/own] the longest of its own, and other records have none of it") {
    Owning world;
    world.add_route(own_table, "198.51.0.0", 16, WEFT_ROUTE_RECORD, "10.1.3.7");
    world.add_route(own_table, "198.51.100.0", 24, WEFT_ROUTE_BLACKHOLE);
    world.expect_dropped(world.send("198.51.100.1"), WEFT_DROP_blackhole, record_a);
    world.expect_sent_to(mac_c, "198.51.99.1");
    const Ipv4 header{.source = ip("10.1.2.31"), .destination = ip("198.51.100.1"), .fragment = 0x4000};
    const auto frame = ethernet(mac_router, mac_d, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
    CHECK(world.programs.send(frame, world.i2).verdict == redirect);
}

TEST_CASE("[5.4/own] it takes another subnet by way of an appliance, but no router's address") {
    Owning world;
    world.add_route(own_table, "10.1.3.0", 24, WEFT_ROUTE_RECORD, "10.1.2.50");
    world.expect_sent_to(mac_b, "10.1.3.7");
    const Ipv4 header{.source = ip("10.1.2.30"),
                      .destination = ip("10.1.3.1"),
                      .protocol = protocol_icmp,
                      .fragment = 0x4000};
    const auto ping =
        ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, icmp(8, 0, 0x00010001, payload(8))));
    const auto ran = world.programs.send(ping, world.i1);
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 34, 1)) == "00");  // echo reply
}

TEST_CASE("[5.4/own] [5.6/own] so over IPv6") {
    Owning world;
    world.add_route(blue_table, "::", 0, WEFT_ROUTE_RECORD, "2001:db8:12::50");
    world.add_route(own_table, "2001:db8:99::", 48, WEFT_ROUTE_RECORD, "2001:db8:13::7");
    const auto hop = [&](std::string_view to) {
        const auto ran = world.programs.send(from_a6(to, mac_router, payload(8)), world.i1);
        REQUIRE(ran.verdict == redirect);
        return to_hex(slice(ran.packet, 74, 6));
    };
    CHECK(hop("2001:db8:99::1") == to_hex(Bytes(mac_c.begin(), mac_c.end())));
    CHECK(hop("2001:db8:98::1") == to_hex(Bytes(mac_b.begin(), mac_b.end())));
}
