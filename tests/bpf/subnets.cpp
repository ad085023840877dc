// SPDX-License-Identifier: Apache-2.0
// One record with addresses of two subnets (requirement 1.1): each is under its own subnet's ACL (4.2), route
// table (5.4) and router (5.1).
//
//   device i1, record a     10.1.2.30, 2001:db8:12::30   ACL 2: port 53   198.51.100.0/24 is a blackhole
//                           10.1.4.30, 2001:db8:14::30   ACL 3: port 54   198.51.100.0/24 by way of b
//                           10.1.4.64/28, delegated
#include <bpf/libbpf.h>
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"
#include "weft/abi/spread.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t second_table = 9;
constexpr std::uint32_t acls[] = {2, 3};
constexpr std::uint16_t ports[] = {53, 54};
constexpr const char* own[] = {"10.1.2.30", "10.1.4.30"};
constexpr const char* own6[] = {"2001:db8:12::30", "2001:db8:14::30"};
constexpr const char* routers[] = {"10.1.2.1", "10.1.4.1"};
constexpr const char* routers6[] = {"2001:db8:12::1", "2001:db8:14::1"};
constexpr const char* other = "10.1.3.7";  // c, of a third subnet
const Mac everyone = mac("ff:ff:ff:ff:ff:ff");

void allow(World& world, std::uint32_t acl, std::uint16_t port) {
    for (const auto direction : {WEFT_TX, WEFT_RX}) {
        world.allow_address(acl, direction, "0.0.0.0", 0, acl);
        world.allow_ports(acl, direction, acl, protocol_udp, port, 16);
    }
}

Bytes udp_between(std::string_view from, std::string_view to, std::uint16_t port, const Mac& to_mac,
                  const Mac& from_mac, std::uint8_t ttl = 64) {
    const Ipv4 header{.source = ip(from), .destination = ip(to), .ttl = ttl, .fragment = 0x4000};
    return ethernet(to_mac, from_mac, ethertype_ipv4, ipv4(header, udp(port, port, payload(20))));
}

// The inner frame of an encapsulated one (Geneve over IPv4).
Bytes inside(const Bytes& packet) { return slice(packet, 14 + 20 + 8 + 32); }

struct Subnets : World {
    Subnets() {
        for (int i = 0; i < 2; ++i) allow(*this, acls[i], ports[i]);
        weft_port first{};
        change_port(i1, [&](weft_port& p) {
            p.acl = acls[0];
            p.flags |= WEFT_PORT_SUBNETS;
            first = p;
            p.flags |= WEFT_PORT_SHARED;
        });
        auto second = first;
        second.table = second_table;
        second.acl = acls[1];
        second.address = mapped(own[1]);
        second.address6 = mapped(own6[1]);
        second.router = mapped(routers[1]);
        second.router6 = mapped(routers6[1]);
        for (const auto* address : {own[0], own6[0]}) add_port(address, first);
        for (const auto* address : {own[1], own6[1], "10.1.4.0"}) add_port(address, second);
        weft_local local{};
        for (const auto* address : {own[0], own6[0]})
            change_local(blue, address, [&](weft_local& l) {
                l.acl = acls[0];
                local = l;
            });
        local.acl = acls[1];
        for (const auto* address : {own[1], own6[1]})
            put(WEFT_MAP_NAME(WEFT_LOCAL_MAP), overlay(blue, address), local);
        const weft_overlay_prefix delegated{WEFT_GNI_BITS + WEFT_MAPPED_BITS + 28, blue, mapped("10.1.4.64")};
        put(WEFT_MAP_NAME(WEFT_LOCAL_PREFIX_MAP), delegated, local);
        add_remote(blue, record_b, "10.1.4.50", mac_b, tag_b);
        add_routes();
    }
    void add_routes() {
        for (const auto table : {blue_table, second_table}) {
            add_route(table, "10.1.0.0", 16, WEFT_ROUTE_LOCAL);
            for (const auto* router : {"10.1.2.1", "10.1.3.1", "10.1.4.1"})
                add_route(table, router, 32, WEFT_ROUTE_ROUTER);
            for (const auto* router : routers6) add_route(table, router, 128, WEFT_ROUTE_ROUTER);
        }
        add_route(blue_table, "198.51.100.0", 24, WEFT_ROUTE_BLACKHOLE);
        add_route(second_table, "198.51.100.0", 24, WEFT_ROUTE_RECORD, "10.1.4.50");
    }
    void add_port(const char* source, const weft_port& port) {
        weft_port_key key{};
        key.ifindex = i1;
        key.source = mapped(source);
        put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, port);
    }
    Ran send(std::string_view from, std::string_view to, std::uint16_t port, const Mac& next = mac_router) {
        return programs.send(udp_between(from, to, port, next, mac_a), i1);
    }
    Ran receive(std::string_view from, std::string_view to, std::uint16_t port) {
        return programs.receive(arriving(udp_between(from, to, port, mac_a, mac_router)));
    }
    Ran ask(std::string_view sender, std::string_view target) {
        const Arp question{.sender_mac = mac_a, .sender = ip(sender), .target = ip(target)};
        return programs.send(ethernet(everyone, mac_a, ethertype_arp, arp(question)), i1);
    }
    Ran ask6(std::string_view sender, std::string_view target) {
        const Ipv6 header{
            .source = ip6(sender), .destination = ip6(target), .next = protocol_icmp6, .hops = 255};
        return programs.send(
            ethernet(mac_router, mac_a, ethertype_ipv6, ipv6(header, icmp6(header, 135, 0, 0, ip6(target)))),
            i1);
    }
};

// MAC that an ARP answer, or the option of an advertisement, gives.
std::string told(const Ran& ran) {
    return to_hex(slice(ran.packet, ran.packet.size() < 60 ? 22 : ran.packet.size() - 6, 6));
}
std::string hex(const Mac& mac) { return to_hex(Bytes(mac.begin(), mac.end())); }

}  // namespace

TEST_CASE("[4.2/subnets] [1.1/subnets] what an address sends is asked of its own subnet's ACL") {
    Subnets world;
    for (int i = 0; i < 2; ++i) CHECK(world.send(own[i], other, ports[i]).verdict == redirect);
    world.expect_nothing_dropped();
    for (int i = 0; i < 2; ++i) {
        CHECK(world.send(own[i], other, ports[1 - i]).verdict == shot);
        CHECK(world.drops(WEFT_DROP_egress_acl, WEFT_TX) == static_cast<std::uint64_t>(i + 1));
        CHECK(world.drops(record_a, WEFT_DROP_egress_acl, WEFT_TX) == static_cast<std::uint64_t>(i + 1));
    }
    CHECK(world.counter(record_a).tx_packets == 2);
    CHECK(world.counter(record_a).tx_drops == 2);
}

TEST_CASE("[4.2/subnets] what is sent to an address is asked of its own subnet's ACL") {
    Subnets world;
    for (int i = 0; i < 2; ++i) CHECK(world.receive(other, own[i], ports[i]).verdict == redirect);
    world.expect_nothing_dropped();
    for (int i = 0; i < 2; ++i) {
        CHECK(world.receive(other, own[i], ports[1 - i]).verdict == shot);
        CHECK(world.drops(record_a, WEFT_DROP_ingress_acl, WEFT_RX) == static_cast<std::uint64_t>(i + 1));
    }
    CHECK(world.counter(record_a).rx_packets == 2);
    CHECK(world.counter(record_a).rx_drops == 2);
}

TEST_CASE(
    "[4.2/subnets] inside its subnet an address is under no ACL, towards the record's other one it is") {
    Subnets world;
    CHECK(world.send(own[1], "10.1.4.50", 7, mac_b).verdict == redirect);
    CHECK(world.receive("10.1.4.50", own[1], 8).verdict == redirect);
    world.expect_nothing_dropped();
    SUBCASE("out") { world.expect_dropped(world.send(own[0], "10.1.4.50", 9), WEFT_DROP_egress_acl); }
    SUBCASE("in") { world.expect_dropped(world.receive("10.1.4.50", own[0], 9), WEFT_DROP_ingress_acl); }
}

TEST_CASE("[5.4/subnets] the route table is that of the source address's subnet") {
    Subnets world;
    const auto ran = world.send(own[1], "198.51.100.1", ports[1]);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(inside(ran.packet)) ==
          to_hex(udp_between(own[1], "198.51.100.1", ports[1], mac_b, mac_router, 63)));
    world.expect_nothing_dropped();
    CHECK(world.send(own[0], "198.51.100.1", ports[0]).verdict == shot);
    CHECK(world.drops(record_a, WEFT_DROP_blackhole, WEFT_TX) == 1);
}

TEST_CASE("[5.1/subnets] the router of each subnet answers ARP, neighbour discovery and ping") {
    Subnets world;
    for (const auto* sender : own)
        for (const auto* router : routers) {
            const auto ran = world.ask(sender, router);
            CHECK(ran.verdict == redirect);
            CHECK(told(ran) == hex(mac_router));
        }
    for (const auto* sender : {own6[0], own6[1], "fe80::ff:fe00:a01"})
        for (const auto* router : {routers6[0], routers6[1], router_link_local}) {
            const auto ran = world.ask6(sender, router);
            CHECK(ran.verdict == redirect);
            CHECK(told(ran) == hex(mac_router));
        }
    const Ipv4 header{.source = ip(own[1]), .destination = ip(routers[1]), .protocol = protocol_icmp};
    const auto echo = ipv4(header, icmp(8, 0, 0x00010002, payload(56)));
    CHECK(world.programs.send(ethernet(mac_router, mac_a, ethertype_ipv4, echo), world.i1).verdict ==
          redirect);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.1/subnets] a record of one subnet asks for its own router alone") {
    World world;
    const Arp question{.sender_mac = mac_a, .sender = ip("10.1.2.30"), .target = ip("10.1.3.1")};
    world.expect_dropped(
        world.programs.send(ethernet(everyone, mac_a, ethertype_arp, arp(question)), world.i1),
        WEFT_DROP_arp_unknown, record_a);
}

TEST_CASE("[5.1/subnets] an ICMP error comes from the router of the address's own subnet") {
    Subnets world;
    const auto ran =
        world.programs.send(udp_between(own[1], other, ports[1], mac_router, mac_a, 1), world.i1);
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 26, 4)) == "0a010401");  // outer source: 10.1.4.1
    CHECK(to_hex(slice(ran.packet, 30, 4)) == "0a01041e");
    CHECK(world.drops(WEFT_DROP_ttl_exceeded) == 1);
}

TEST_CASE("[4.3/subnets] what is none of the record's addresses is refused, in any of its subnets") {
    for (const auto* source : {"10.1.2.31", "10.1.4.31", "10.1.4.0", "10.1.4.1", "10.9.9.9"}) {
        CAPTURE(source);
        Subnets world;
        world.expect_dropped(world.send(source, other, 53), WEFT_DROP_source_address, record_a);
    }
}

TEST_CASE("[4.3/subnets] an unchecked record's other sources are under its first subnet") {
    Subnets world;
    weft_port_key key{};
    key.ifindex = world.i1;
    world.change<weft_port>(WEFT_MAP_NAME(WEFT_PORT_MAP), key,
                            [](weft_port& p) { p.flags &= ~__u32{WEFT_PORT_SOURCE_DEST_CHECK}; });
    CHECK(world.send("203.0.113.9", other, ports[0]).verdict == redirect);
    world.expect_dropped(world.send("203.0.113.9", other, ports[1]), WEFT_DROP_egress_acl);
}

TEST_CASE("[1.1/subnets] a delegated prefix is under its subnet's ACL and table, both ways") {
    Subnets world;
    CHECK(world.send("10.1.4.70", other, ports[1]).verdict == redirect);
    CHECK(world.send("10.1.4.70", "198.51.100.1", ports[1]).verdict == redirect);
    CHECK(world.receive(other, "10.1.4.79", ports[1]).verdict == redirect);
    world.expect_nothing_dropped();
    SUBCASE("out") { world.expect_dropped(world.send("10.1.4.70", other, 53), WEFT_DROP_egress_acl); }
    SUBCASE("in") { world.expect_dropped(world.receive(other, "10.1.4.79", 53), WEFT_DROP_ingress_acl); }
    SUBCASE("beside") { world.expect_dropped(world.send("10.1.4.80", other, 54), WEFT_DROP_source_address); }
}

TEST_CASE("[2.7/subnets] an instance of a shared record receives under the ACL of the address's subnet") {
    constexpr std::uint64_t member = 0x700010b1;
    const Mac name = mac("de:77:70:00:10:b1");
    Subnets world;
    weft_station_key key{};
    key.gni = blue;
    std::copy(name.begin(), name.end(), key.mac);
    for (std::uint16_t i = 0; i < 2; ++i)
        world.change_local(blue, own[i], [&](weft_local& local) {
            local.flags |= WEFT_PORT_SPREAD;
            local.attachment = member;
            key.subnet = i;
            world.put(WEFT_MAP_NAME(WEFT_STATION_MAP), key, local);
            local.attachment = local.ifindex = local.policy = local.acl = 0;
            local.subnet = i;
        });
    const auto to_member = [&](const char* address, std::uint16_t port) {
        return world.programs.receive(arriving(udp_between(other, address, port, name, mac_router)));
    };
    for (int i = 0; i < 2; ++i) CHECK(to_member(own[i], ports[i]).verdict == redirect);
    world.expect_nothing_dropped();
    for (int i = 0; i < 2; ++i) CHECK(to_member(own[i], ports[1 - i]).verdict == shot);
    CHECK(world.drops(record_a, WEFT_DROP_ingress_acl, WEFT_RX) == 2);
}
