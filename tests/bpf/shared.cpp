// SPDX-License-Identifier: Apache-2.0
// Several records on one device, told apart by source address (requirement 2.6).
//
//   device i1, MAC of a     a 10.1.2.30 in blue, the primary one
//                           e 10.7.0.5 and 2001:db8:17::5 in red
#include <bpf/libbpf.h>
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"
#include "weft/abi/punt.h"

using namespace weft::test;

namespace {

constexpr std::uint64_t record_e = 0xe7;
const Mac everyone = mac("ff:ff:ff:ff:ff:ff");
const Mac mac_f = mac("02:00:00:00:0f:07");

struct Shared : World {
    Shared() {
        weft_port a{};
        change_port(i1, [&](weft_port& p) {
            a = p;
            p.flags |= WEFT_PORT_SHARED;
        });
        for (const auto* address : {"10.1.2.30", "2001:db8:12::30"}) add(address, a);
        auto e = a;
        e.record = record_e;
        e.gni = red;
        e.table = red_table;
        e.address = mapped("10.7.0.5");
        e.address6 = mapped("2001:db8:17::5");
        e.router = mapped("10.7.0.1");
        e.router6 = mapped("2001:db8:17::1");
        for (const auto* address : {"10.7.0.5", "2001:db8:17::5"}) {
            add(address, e);
            weft_local local{};
            change_local(blue, "10.1.2.30", [&](weft_local& l) { local = l; });
            local.record = record_e;
            put(WEFT_MAP_NAME(WEFT_LOCAL_MAP), overlay(red, address), local);
        }
        const std::vector<weft_counter> zero(static_cast<std::size_t>(libbpf_num_possible_cpus()));
        put_raw(WEFT_MAP_NAME(WEFT_COUNTER_MAP), &record_e, zero.data());
        put(WEFT_MAP_NAME(WEFT_QUOTA_MAP), record_e, quota());
        put(WEFT_MAP_NAME(WEFT_FLOW_USE_MAP), record_e, weft_flow_use{});
        add_remote(red, record_s, "10.7.0.9", mac_f, 0);
        put(WEFT_MAP_NAME(WEFT_PUNT_MAP), __u32{0}, weft_punt{programs.device("punt")});
    }
    void add(const char* address, const weft_port& port) {
        weft_port_key key{};
        key.ifindex = i1;
        key.source = mapped(address);
        put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, port);
    }
    weft_quota quota() {
        weft_quota value{};
        get_raw(WEFT_MAP_NAME(WEFT_QUOTA_MAP), &record_a, &value);
        return value;
    }
};

Bytes sent(std::string_view source, std::string_view destination, const Mac& to, const Mac& from = mac_a) {
    const Ipv4 header{.source = ip(source), .destination = ip(destination), .fragment = 0x4000};
    return ethernet(to, from, ethertype_ipv4, ipv4(header, udp(5, 6, payload(20))));
}

// RFC 8926: the VNI behind outer Ethernet, IPv4 and UDP headers and four bytes of Geneve.
std::uint32_t vni(const Bytes& packet) { return read32(packet, 46) >> 8; }

Bytes solicitation(std::string_view source, std::string_view target) {
    const Ipv6 header{
        .source = ip6(source), .destination = ip6("ff02::1:ff00:5"), .next = protocol_icmp6, .hops = 255};
    return ethernet(mac("33:33:ff:00:00:05"), mac_a, ethertype_ipv6,
                    ipv6(header, icmp6(header, 135, 0, 0, ip6(target))));
}

Bytes question(std::string_view sender, std::string_view target) {
    return ethernet(everyone, mac_a, ethertype_arp,
                    arp({.sender_mac = mac_a, .sender = ip(sender), .target = ip(target)}));
}

Bytes dhcp() {
    const Ipv4 header{.source = 0, .destination = ip("255.255.255.255")};
    return ethernet(everyone, mac_a, ethertype_ipv4, ipv4(header, udp(68, 67, payload(300))));
}

}  // namespace

TEST_CASE("[2.6/shared] each record of a device sends as itself, into its own partition") {
    Shared world;
    const auto as_a = world.programs.send(sent("10.1.2.30", "10.1.2.50", mac_b), world.i1);
    CHECK(as_a.verdict == redirect);
    CHECK(vni(as_a.packet) == blue);
    CHECK(world.counter(record_a).tx_packets == 1);
    const auto as_e = world.programs.send(sent("10.7.0.5", "10.7.0.9", mac_f), world.i1);
    CHECK(as_e.verdict == redirect);
    CHECK(vni(as_e.packet) == red);
    CHECK(world.counter(record_a).tx_packets == 1);
    CHECK(world.counter(record_e).tx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[2.6/shared] [4.5] the same destination is another one in the second's partition") {
    Shared world;
    const auto ran = world.programs.send(sent("10.7.0.5", "10.1.2.50", mac_router), world.i1);
    CHECK(ran.verdict == redirect);
    CHECK(vni(ran.packet) == red);
    world.expect_nothing_dropped();
}

TEST_CASE("[2.6/shared] [4.3/source] an address of none of them, or a foreign MAC, is refused and counted") {
    Shared world;
    SUBCASE("a neighbour's address") {
        world.expect_dropped(world.programs.send(sent("10.1.2.31", "10.1.2.50", mac_b), world.i1),
                             WEFT_DROP_no_port_source);
    }
    SUBCASE("a free one of the second's subnet") {
        world.expect_dropped(world.programs.send(sent("10.7.0.6", "10.7.0.9", mac_f), world.i1),
                             WEFT_DROP_no_port_source);
    }
    SUBCASE("another MAC") {
        world.expect_dropped(world.programs.send(sent("10.7.0.5", "10.7.0.9", mac_f, mac_d), world.i1),
                             WEFT_DROP_source_mac, record_e);
    }
    SUBCASE("ARP as a neighbour") {
        world.expect_dropped(world.programs.send(question("10.1.2.31", "10.1.2.50"), world.i1),
                             WEFT_DROP_no_port_source);
    }
    SUBCASE("IPv6 as a neighbour") {
        world.expect_dropped(
            world.programs.send(solicitation("2001:db8:12::31", "2001:db8:12::50"), world.i1),
            WEFT_DROP_no_port_source);
    }
}

TEST_CASE("[2.6/shared] ARP and solicitations go by their sender's address") {
    Shared world;
    const auto reply = world.programs.send(question("10.7.0.5", "10.7.0.9"), world.i1);
    CHECK(reply.verdict == redirect);
    CHECK(to_hex(slice(reply.packet, 22, 6)) == to_hex(Bytes(mac_f.begin(), mac_f.end())));
    CHECK(world.programs.send(solicitation("2001:db8:17::5", "2001:db8:17::1"), world.i1).verdict ==
          redirect);
    CHECK(world.counter(record_a).tx_packets == 0);
}

TEST_CASE("[2.6/probe] what asks for its own address before it takes it hears nothing, whoever's it is") {
    Shared world;
    SUBCASE("the second's, ARP") {
        world.expect_dropped(world.programs.send(question("0.0.0.0", "10.7.0.5"), world.i1),
                             WEFT_DROP_arp_own, record_e);
    }
    SUBCASE("the second's, IPv6") {
        world.expect_dropped(world.programs.send(solicitation("::", "2001:db8:17::5"), world.i1),
                             WEFT_DROP_discovery_own, record_e);
    }
    SUBCASE("the primary's") {
        world.expect_dropped(world.programs.send(question("0.0.0.0", "10.1.2.30"), world.i1),
                             WEFT_DROP_arp_own, record_a);
    }
    SUBCASE("a neighbour's is answered: it is taken") {
        CHECK(world.programs.send(question("0.0.0.0", "10.1.2.50"), world.i1).verdict == redirect);
    }
}

TEST_CASE("[2.6/primary] what comes without an address is the primary record's, if there is one") {
    Shared world;
    SUBCASE("DHCP") { CHECK(world.programs.send(dhcp(), world.i1).verdict == redirect); }
    SUBCASE("from a link-local address") {
        CHECK(world.programs.send(solicitation("fe80::ff:fe00:a01", "2001:db8:12::50"), world.i1).verdict ==
              redirect);
    }
    CHECK(world.counter(record_a).tx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[2.6/primary] without one it is nobody's") {
    Shared world;
    world.change_port(world.i1, [](weft_port& p) {
        p = {};
        p.flags = WEFT_PORT_SHARED;
    });
    world.expect_dropped(world.programs.send(dhcp(), world.i1), WEFT_DROP_no_port_source);
}

TEST_CASE("[2.6/primary] answers of the agent go by their address, those to all to the primary record") {
    Shared world;
    const auto answer = [&](std::string_view to) {
        const Ipv4 header{.source = ip("10.1.2.1"), .destination = ip(to)};
        const auto frame = ethernet({}, mac_b, ethertype_ipv4, ipv4(header, udp(67, 68, payload(300))));
        return world.programs.answer(be16(WEFT_PUNT_MARK) + be32(world.i1) + slice(frame, 6));
    };
    CHECK(answer("255.255.255.255").verdict == redirect);
    CHECK(world.counter(record_a).rx_packets == 1);
    CHECK(answer("10.7.0.5").verdict == redirect);
    CHECK(world.counter(record_a).rx_packets == 1);
}
