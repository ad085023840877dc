// SPDX-License-Identifier: Apache-2.0
// punt: what the agent answers goes to its tap and the answers come back, and nothing else does (RFC 2131).
#include <doctest/doctest.h>

#include "tests/harness/bpf/live.h"
#include "weft/abi/punt.h"

using namespace weft::test;

namespace {

const Mac everyone = mac("ff:ff:ff:ff:ff:ff");

// From a's device; what is in the datagram is for the agent to look at.
Bytes asking(std::string_view source = "0.0.0.0", std::string_view destination = "255.255.255.255",
             std::uint16_t from = 68, std::uint16_t to = 67, std::uint16_t fragment = 0,
             const Mac& sender = mac_a) {
    const Ipv4 header{.source = ip(source), .destination = ip(destination), .fragment = fragment};
    return ethernet(everyone, sender, ethertype_ipv4, ipv4(header, udp(from, to, payload(300))));
}

// What the agent writes for the device; the source MAC is not looked at.
Bytes answering(const Bytes& to, std::string_view destination = "10.1.2.30") {
    const Ipv4 header{.source = ip("10.1.2.1"), .destination = ip(destination)};
    return to + slice(ethernet({}, mac_b, ethertype_ipv4, ipv4(header, udp(67, 68, payload(300)))), 6);
}

// The documented encoding of (ifindex, VLAN): 12 bits of the VLAN around the mark, then the index.
Bytes encoded(unsigned ifindex, unsigned vlan = 0) {
    return be16((vlan >> 8) << 12 | 0x0200 | (vlan & 0xff)) + be32(ifindex);
}

struct Punting : World {
    Punting() { use_tap(programs.device("punt")); }
    void use_tap(unsigned ifindex) { put(WEFT_MAP_NAME(WEFT_PUNT_MAP), __u32{0}, weft_punt{ifindex}); }
};

}  // namespace

TEST_CASE("[5.3/punt] a DHCP client's packets go to the agent, who learns where they came from") {
    Punting world;
    Bytes frame;
    SUBCASE("without an address, to all") { frame = asking(); }
    SUBCASE("without an address, to the router") { frame = asking("0.0.0.0", "10.1.2.1"); }
    SUBCASE("renewing with the router") { frame = asking("10.1.2.30", "10.1.2.1"); }
    SUBCASE("rebinding with all") { frame = asking("10.1.2.30"); }
    const auto ran = world.programs.send(frame, world.i1);
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(ran.packet) == to_hex(encoded(world.i1) + slice(frame, 6)));
    CHECK(world.counter(record_a).tx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.3/punt] [4.3/source] nothing but DHCP is sent without the record's address") {
    Punting world;
    SUBCASE("another's address") {
        world.expect_dropped(world.programs.send(asking("10.1.2.31"), world.i1), WEFT_DROP_source_address,
                             record_a);
    }
    SUBCASE("another's MAC") {
        const auto frame = asking("0.0.0.0", "255.255.255.255", 68, 67, 0, mac_d);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_source_mac, record_a);
    }
    SUBCASE("to another address") {
        world.expect_dropped(world.programs.send(asking("0.0.0.0", "10.1.2.50"), world.i1),
                             WEFT_DROP_source_address, record_a);
    }
    SUBCASE("to other ports") {
        for (const auto& [from, to] : {std::pair{68, 53}, {67, 68}, {1068, 67}}) {
            const auto frame = asking("0.0.0.0", "255.255.255.255", static_cast<std::uint16_t>(from),
                                      static_cast<std::uint16_t>(to));
            CHECK(world.programs.send(frame, world.i1).verdict == shot);
        }
        CHECK(world.drops(WEFT_DROP_source_address) == 3);
    }
    SUBCASE("a fragment") {
        world.expect_dropped(
            world.programs.send(asking("0.0.0.0", "255.255.255.255", 68, 67, 0x2000), world.i1),
            WEFT_DROP_source_address, record_a);
    }
    SUBCASE("another protocol") {
        const Ipv4 header{.source = 0, .destination = ip("255.255.255.255"), .protocol = protocol_tcp};
        const auto frame = ethernet(everyone, mac_a, ethertype_ipv4, ipv4(header, tcp(68, 67, payload(9))));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_source_address, record_a);
    }
    SUBCASE("a server's packet, from the record's own address") {
        world.expect_dropped(world.programs.send(asking("10.1.2.30", "255.255.255.255", 67, 68), world.i1),
                             WEFT_DROP_multicast, record_a);
    }
}

TEST_CASE("[5.3/off] without an agent its packets are dropped with a reason") {
    Punting world;
    SUBCASE("it never ran") { world.use_tap(0); }
    SUBCASE("its tap went with it") {
        const auto gone = world.programs.device("gone");
        configure("link delete gone\n");
        world.use_tap(gone);
    }
    world.expect_dropped(world.programs.send(asking(), world.i1), WEFT_DROP_punt_off, record_a);
}

TEST_CASE("[5.3/rate] one record cannot keep the agent busy, nor keep others from it") {
    Punting world;
    int passed = 0;
    for (int i = 0; i < 40; i++) passed += world.programs.send(asking(), world.i1).verdict == redirect;
    CHECK(passed >= WEFT_PUNT_BURST);
    CHECK(passed < 40);
    CHECK(world.drops(record_a, WEFT_DROP_punt_rate, WEFT_TX) == static_cast<unsigned>(40 - passed));
    const auto other = asking("0.0.0.0", "255.255.255.255", 68, 67, 0, mac_d);
    CHECK(world.programs.send(other, world.i2).verdict == redirect);
}

TEST_CASE("[5.3/answer] the agent's answer reaches the instance that asked, from the router's MAC") {
    Punting world;
    const auto frame = answering(encoded(world.i1), "255.255.255.255");
    const auto ran = world.programs.answer(frame);
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(ran.packet) == to_hex(Bytes(mac_a.begin(), mac_a.end()) +
                                       Bytes(mac_router.begin(), mac_router.end()) + slice(frame, 12)));
    CHECK(world.counter(record_a).rx_packets == 1);
    CHECK(world.counter(record_a).rx_bytes == frame.size());
    world.expect_nothing_dropped();
}

TEST_CASE("[5.3/answer] where records share a device the answer's address tells them apart") {
    Punting world;
    weft_port_key key{};
    key.ifindex = world.i1;
    weft_port port{};
    world.change_port(world.i1, [&](weft_port& p) { port = std::exchange(p, weft_port{}); });
    world.change_port(world.i1, [](weft_port& p) { p.flags = WEFT_PORT_SHARED; });
    key.source = mapped("10.1.2.30");
    world.put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, port);
    CHECK(world.programs.answer(answering(encoded(world.i1))).verdict == redirect);
    CHECK(world.counter(record_a).rx_packets == 1);
    CHECK(world.programs.answer(answering(encoded(world.i1), "10.1.2.31")).verdict == shot);
    CHECK(world.drops(WEFT_DROP_no_port) == 1);
}

TEST_CASE("[5.3/answer] anything else from the tap goes nowhere") {
    Punting world;
    const auto good = encoded(world.i1);
    SUBCASE("no mark in the MAC") {
        world.expect_dropped(world.programs.answer(answering(from_hex("ffff") + slice(good, 2))),
                             WEFT_DROP_punt_frame, 0, WEFT_RX);
    }
    SUBCASE("not IPv4") {
        const auto frame = good + slice(ethernet({}, mac_b, ethertype_arp, arp({})), 6);
        world.expect_dropped(world.programs.answer(frame), WEFT_DROP_punt_frame, 0, WEFT_RX);
    }
    SUBCASE("a device without attachment") {
        world.expect_dropped(world.programs.answer(answering(encoded(world.programs.uplink()))),
                             WEFT_DROP_no_port, 0, WEFT_RX);
    }
    SUBCASE("a VLAN without attachment") {
        world.expect_dropped(world.programs.answer(answering(encoded(world.i1, 7))), WEFT_DROP_no_port, 0,
                             WEFT_RX);
    }
    SUBCASE("[1.15/disabled] a disabled record") {
        world.change_port(world.i1, [](weft_port& p) { p.flags |= WEFT_PORT_DISABLED; });
        world.expect_dropped(world.programs.answer(answering(good)), WEFT_DROP_disabled, record_a, WEFT_RX);
    }
}

TEST_CASE("[5.3/trunk] [2.6/trunk] on a trunk the VLAN goes along in the encoding, both ways") {
    Live live;
    constexpr unsigned vlan = 0xabc;
    const auto tap = live.world.programs.device("punt");
    live.world.put(WEFT_MAP_NAME(WEFT_PUNT_MAP), __u32{0}, weft_punt{tap});
    configure("link set punt-far netns far\n");
    live.far.configure("link set punt-far up\n");
    live.attach_tc(tap, live.world.programs.punt_rx_fd());
    weft_port_key key{};
    key.ifindex = live.world.i1;
    weft_port port{};
    live.world.change_port(live.world.i1, [&](weft_port& p) { port = p; });
    live.world.erase(WEFT_MAP_NAME(WEFT_PORT_MAP), key);
    key.vlan = vlan;
    live.world.put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, port);
    const auto tag = be16(0x8100) + be16(vlan);

    Raw agent(live.far, "punt-far");
    Raw instance(live.inst1, "eth0");
    const auto frame = asking();
    instance.send(slice(frame, 0, 12) + tag + slice(frame, 12));
    const auto to = encoded(live.world.i1, vlan);
    const auto punted = agent.receive([&](const Bytes& f) { return slice(f, 0, 6) == to; });
    REQUIRE(punted);
    CHECK(to_hex(*punted) == to_hex(to + slice(frame, 6)));

    const auto reply = answering(to);
    agent.send(reply);
    const auto seen =
        instance.receive([](const Bytes& f) { return f.size() > 38 && read16(f, 12) == 0x8100; });
    REQUIRE(seen);
    CHECK(to_hex(*seen) == to_hex(Bytes(mac_a.begin(), mac_a.end()) +
                                  Bytes(mac_router.begin(), mac_router.end()) + tag + slice(reply, 12)));
    configure("link delete punt\n");
}
