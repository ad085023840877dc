// SPDX-License-Identifier: Apache-2.0
// What only real devices show: VLAN tags, cut frames, pending checksums, marks of a former encapsulation.
#include <doctest/doctest.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "tests/harness/bpf/live.h"

using namespace weft::test;

namespace {

Bytes tagged(const Bytes& frame, std::uint16_t vlan) {
    return slice(frame, 0, 12) + be16(0x8100) + be16(vlan) + slice(frame, 12);
}

Bytes from_b(const Mac& to, std::string_view destination) {
    const Ipv4 header{.source = ip("10.1.2.50"), .destination = ip(destination)};
    return ethernet(to, mac_b, ethertype_ipv4, ipv4(header, udp(5, 6, payload(64))));
}

}  // namespace

TEST_CASE("[2.6/trunk] records of one device are told apart by VLAN tag, both ways") {
    Live live;
    weft_port_key key{};
    key.ifindex = live.world.i1;
    weft_port port{};
    live.world.change_port(live.world.i1, [&](weft_port& p) { port = p; });
    live.world.erase(WEFT_MAP_NAME(WEFT_PORT_MAP), key);
    key.vlan = 42;
    live.world.put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, port);
    live.world.change_local(blue, "10.1.2.30", [](weft_local& l) { l.vlan = 42; });

    Raw instance(live.inst1, "eth0");
    Raw peer(live.far, "b0");
    const auto frame = from_a("10.1.2.50", mac_b, payload(32));
    SUBCASE("sent: the tag stays here") {
        instance.send(tagged(frame, 42));
        const auto seen = peer.receive([](const Bytes& f) { return f.size() > 34 && f[23] == protocol_udp; });
        REQUIRE(seen);
        CHECK(to_hex(*seen) == to_hex(frame));
    }
    SUBCASE("another tag, or none, has no attachment") {
        instance.send(tagged(frame, 43));
        instance.send(frame);
        CHECK(wait_for_drops(live.world, WEFT_DROP_no_port, 2) >= 2);
    }
    SUBCASE("received: the tag is put on") {
        peer.send(from_b(mac_a, "10.1.2.30"));
        const auto seen =
            instance.receive([](const Bytes& f) { return f.size() > 38 && read16(f, 12) == 0x8100; });
        REQUIRE(seen);
        CHECK(to_hex(*seen) == to_hex(tagged(from_b(mac_a, "10.1.2.30"), 42)));
    }
    SUBCASE("ARP is answered with the tag") {
        const Arp ask{.sender_mac = mac_a, .sender = ip("10.1.2.30"), .target = ip("10.1.2.1")};
        instance.send(tagged(ethernet(mac("ff:ff:ff:ff:ff:ff"), mac_a, ethertype_arp, arp(ask)), 42));
        const auto seen = instance.receive(
            [](const Bytes& f) { return f.size() > 40 && read16(f, 16) == 0x0806 && f[25] == 2; });
        REQUIRE(seen);
        CHECK(to_hex(slice(*seen, 12, 4)) == "8100002a");
    }
}

TEST_CASE("[4.3/truncated] frames shorter than an IP header are dropped") {
    Live live;
    Raw instance(live.inst1, "eth0");
    const auto frame = from_a("10.1.2.50", mac_b, payload(10));
    for (std::size_t size = 14; size < 34; size++) instance.send(slice(frame, 0, size));
    CHECK(wait_for_drops(live.world, WEFT_DROP_ip_truncated, 20) == 20);
    CHECK(live.world.drops(record_a, WEFT_DROP_ip_truncated, WEFT_TX) == 20);
}

TEST_CASE("[2.2/paged] packets whose headers lie outside the linear part pass both ways") {
    Live live;
    configure("link set uplink mtu 9000\nlink set i1 mtu 9000\n");
    live.far.configure("link set eth0 mtu 9000\n");
    live.inst1.configure("link set eth0 mtu 9000\n");
    live.world.change_peer([](weft_peer& p) { p.mtu = 9000; });
    live.world.change_local(blue, "10.1.2.30", [](weft_local& l) { l.mtu = 9000; });
    Raw instance(live.inst1, "eth0");
    Raw underlay(live.far, "eth0");
    SUBCASE("sent") {
        const auto frame = from_a("10.1.2.50", mac_b, payload(5000));
        instance.send_paged(frame);
        const auto seen = underlay.receive([](const Bytes& f) { return f.size() > 5000; });
        REQUIRE(seen);
        CHECK(slice(*seen, 50) == frame);
    }
    SUBCASE("received, over IPv4 and IPv6, with many options") {
        Bytes options;
        for (int i = 0; i < 20; i++) options = options + geneve_option(0x0102, 0x05, payload(8));
        const auto inner = inner_b_to_a(5000);
        underlay.send_paged(outer4(6081, geneve(blue, options, inner)));
        underlay.send_paged(outer6(6081, geneve(blue, options, inner)));
        for (int i = 0; i < 2; i++) {
            const auto seen = instance.receive([](const Bytes& f) { return f.size() > 5000; });
            REQUIRE(seen);
            CHECK(*seen == inner);
        }
    }
}

TEST_CASE("[5.1/pending] an ICMP error about a packet whose checksum is pending goes out right") {
    Live live;
    turn_off_checksums("i1");
    live.world.change_peer([](weft_peer& p) { p.mtu = 1250; });
    Raw seen_by_instance(live.inst1, "eth0");
    struct Case {
        const char* destination;
        std::size_t size;
        int ttl;
        Bytes head;  // type, code
        std::uint32_t rest;
    };
    const Case cases[] = {
        {"10.1.3.7", 1, 1, {11, 0}, 0},
        {"10.1.3.7", 40, 1, {11, 0}, 0},
        {"10.1.3.7", 600, 1, {11, 0}, 0},
        {"10.1.3.7", 1300, 1, {11, 0}, 0},
        {"10.1.2.50", 1300, 64, {3, 4}, 1250 - 50},
    };
    for (const Case& c : cases) {
        CAPTURE(c.destination);
        CAPTURE(c.size);
        const auto bytes = payload(c.size);
        send_udp(live.inst1, c.destination, bytes, c.ttl);
        const auto error = seen_by_instance.receive(
            [](const Bytes& f) { return f.size() > 42 && f[23] == protocol_icmp && f[26] == 10; });
        REQUIRE(error);
        CHECK(internet_checksum(slice(*error, 14, 20)) == 0);
        CHECK(internet_checksum(slice(*error, 34)) == 0);
        CHECK(slice(*error, 34, 2) == c.head);
        CHECK(read32(*error, 38) == c.rest);
        CHECK(error->size() == 14 + 28 + std::min<std::size_t>(548, 28 + c.size));
        CHECK(internet_checksum(slice(*error, 42, 20)) == 0);  // the quoted header is the one that was sent
        CHECK(to_hex(slice(*error, 70)) == to_hex(slice(bytes, 0, std::min<std::size_t>(520, c.size))));
    }
}

TEST_CASE("[5.5/appliance] what arrived encapsulated is forwarded by an instance and encapsulated again") {
    auto underlay = Live::Underlay::ipv4;
    SUBCASE("over IPv4") {}
    SUBCASE("over IPv6") { underlay = Live::Underlay::ipv6; }
    Live live(underlay);
    live.forward_through_a();
    Raw peer(live.far, "b0");
    const auto bytes = payload(64);
    send_udp(live.far, "10.9.0.1", bytes);
    const auto back = peer.receive([](const Bytes& f) {
        return f.size() > 42 && read32(f, 30) == ip("10.9.0.1") &&
               slice(f, 0, 6) == Bytes(mac_b.begin(), mac_b.end());
    });
    REQUIRE(back);
    CHECK(to_hex(slice(*back, 6, 6)) == to_hex({mac_router.begin(), mac_router.end()}));
    CHECK(back->at(22) == 62);  // two routers: the appliance and the phantom one
    CHECK(internet_checksum(slice(*back, 14, 20)) == 0);
    CHECK(to_hex(slice(*back, 42)) == to_hex(bytes));
    CHECK(live.world.drops(WEFT_DROP_encapsulate) == 0);
}

TEST_CASE("[5.5/segmented] what can no longer be wrapped with its segments is dropped with its own reason") {
    Live live;
    live.forward_through_a();
    const Ipv4 header{.source = ip("10.1.2.50"), .destination = ip("10.9.0.1"), .protocol = protocol_tcp};
    const auto frame = ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(header, tcp(1, 2, payload(3000))));
    Raw(live.far, "b0").send_segmented(frame, 1000);
    CHECK(wait_for_drops(live.world, WEFT_DROP_encapsulated_gso, 1) == 1);
    CHECK(live.world.drops(record_a, WEFT_DROP_encapsulated_gso, WEFT_TX) == 1);
    CHECK(live.world.counter(record_a).rx_packets >= 1);
}
