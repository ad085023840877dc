// SPDX-License-Identifier: Apache-2.0
// IPv6 inside over real devices: against the kernel's own vxlan device, cut frames, pending checksums, marks
// of a former encapsulation.
#include <doctest/doctest.h>
#include <linux/if_link.h>

#include "tests/harness/bpf/live.h"

using namespace weft::test;

namespace {

// UDP over IPv6 inside VXLAN over IPv4, from `source`.
auto vxlan_from(std::string_view source) {
    return [source](const Bytes& f) {
        return f.size() > 112 && read16(f, 12) == 0x0800 && read32(f, 26) == ip(source) &&
               read16(f, 36) == 4789 && read16(f, 62) == ethertype_ipv6 && f[70] == protocol_udp;
    };
}

// Whether the ICMPv6 message of this frame has the checksum that RFC 4443, 2.3 asks for.
bool sums_up(const Bytes& frame) {
    const auto message = slice(frame, 54);
    return internet_checksum(slice(frame, 22, 32) + be32(static_cast<std::uint32_t>(message.size())) +
                             be32(protocol_icmp6) + message) == 0;
}

Bytes b_to_d(const Bytes& body, std::uint8_t next = protocol_udp) {
    const Ipv6 header{.source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:19::1"), .next = next};
    return ethernet(mac_a, mac_b, ethertype_ipv6, ipv6(header, body));
}

}  // namespace

TEST_CASE(
    "[5.6/vxlan-kernel] IPv6 UDP and TCP pass both ways between an instance and the kernel's vxlan device") {
    const auto exchange = [](Live& live) {
        CHECK(udp_exchange(live.inst1, "2001:db8:12::30", live.far, "2001:db8:12::50"));
        CHECK(tcp_transfer(live.inst1, live.far, "2001:db8:12::50", 8'000'000));
        CHECK(tcp_transfer(live.far, live.inst1, "2001:db8:12::30", 8'000'000));
        CHECK(live.world.counter(record_a).tx_bytes > 8'000'000);
        CHECK(live.world.counter(record_a).rx_bytes > 8'000'000);
    };
    SUBCASE("over IPv4") {
        Live live;
        exchange(live);
    }
    SUBCASE("over IPv6") {
        Live live(Live::Underlay::ipv6);
        exchange(live);
    }
    SUBCASE("native XDP in front, over IPv4") {
        Live live;
        live.attach_xdp(XDP_FLAGS_DRV_MODE);
        exchange(live);
    }
    SUBCASE("generic XDP in front, over IPv6") {
        Live live(Live::Underlay::ipv6);
        live.attach_xdp(XDP_FLAGS_SKB_MODE);
        exchange(live);
    }
}

TEST_CASE("[5.6/vxlan-kernel] weft's bytes are the kernel's but for the flow's source port") {
    Live live;
    Raw underlay(live.far, "eth0");
    const Ipv6 to_a{.source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:12::30")};
    Raw(live.far, "b0").send(ethernet(mac_a, mac_b, ethertype_ipv6, ipv6(to_a, udp(5, 6, payload(64)))));
    const auto theirs = underlay.receive(vxlan_from("192.0.2.2"));
    REQUIRE(theirs);
    const Ipv6 to_b{.source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::50")};
    Raw(live.inst1, "eth0").send(ethernet(mac_b, mac_a, ethertype_ipv6, ipv6(to_b, udp(5, 6, payload(64)))));
    const auto ours = underlay.receive(vxlan_from("192.0.2.1"));
    REQUIRE(ours);
    REQUIRE(ours->size() == theirs->size());
    CHECK(to_hex(slice(*ours, 36, 14)) == to_hex(slice(*theirs, 36, 14)));  // port, length, checksum, VXLAN
    CHECK(to_hex(slice(*ours, 112)) == to_hex(slice(*theirs, 112)));        // the inner payload's place
    CHECK(read16(*ours, 16) == read16(*theirs, 16));                        // total length
    CHECK(to_hex(slice(*ours, 62, 10)) == to_hex(slice(*theirs, 62, 10)));  // inner ethertype and IPv6 header
}

TEST_CASE("[5.6/local] two instances in namespaces of one host exchange IPv6 UDP and TCP") {
    Live live;
    CHECK(udp_exchange(live.inst1, "2001:db8:12::30", live.inst2, "2001:db8:12::31"));
    CHECK(tcp_transfer(live.inst1, live.inst2, "2001:db8:12::31", 8'000'000));
    CHECK(live.world.counter(record_d).rx_bytes > 8'000'000);
}

TEST_CASE("[4.3/truncated6] frames shorter than an IPv6 header are dropped") {
    Live live;
    Raw instance(live.inst1, "eth0");
    const auto frame = from_a6("2001:db8:12::50", mac_b, payload(10));
    for (std::size_t size = 14; size < 54; size++) instance.send(slice(frame, 0, size));
    CHECK(wait_for_drops(live.world, WEFT_DROP_ip_truncated, 40) == 40);
    CHECK(live.world.drops(record_a, WEFT_DROP_ip_truncated, WEFT_TX) == 40);
}

TEST_CASE("[5.6/paged] headers outside the linear part, extension headers with them, pass both ways") {
    Live live;
    configure("link set uplink mtu 9000\nlink set i1 mtu 9000\n");
    live.far.configure("link set eth0 mtu 9000\n");
    live.inst1.configure("link set eth0 mtu 9000\n");
    live.world.change_peer([](weft_peer& p) { p.mtu = 9000; });
    live.world.change_local(blue, "2001:db8:12::30", [](weft_local& l) { l.mtu = 9000; });
    Raw instance(live.inst1, "eth0");
    Raw receiver(live.inst1, "eth0");
    Raw underlay(live.far, "eth0");
    Bytes before;
    std::uint8_t next = protocol_udp;
    SUBCASE("plain") {}
    SUBCASE("extended") {
        before = extension(60, Bytes(800 - 2)) + extension(protocol_udp, Bytes(800 - 2));
        next = 60;
    }
    const Ipv6 to_b{.source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::50"), .next = next};
    const auto sent = ethernet(mac_b, mac_a, ethertype_ipv6, ipv6(to_b, before + udp(1, 2, payload(5000))));
    instance.send_paged(sent);
    const auto out = underlay.receive([](const Bytes& f) { return f.size() > 5000; });
    REQUIRE(out);
    CHECK(slice(*out, 50) == sent);

    const Ipv6 to_a{.source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:12::30"), .next = next};
    const auto inner = ethernet(mac_a, mac_b, ethertype_ipv6, ipv6(to_a, before + udp(1, 2, payload(5000))));
    for (const auto& packet : {outer4(6081, geneve(blue, weft_options(blue, tag_b), inner)),
                               outer6(6081, geneve(blue, weft_options(blue, tag_b), inner))}) {
        underlay.send_paged(packet);
        const auto seen = receiver.receive(
            [&](const Bytes& f) { return f.size() > 5000 && slice(f, 0, 6) == slice(inner, 0, 6); });
        REQUIRE(seen);
        CHECK(*seen == inner);
    }
}

TEST_CASE("[5.1/pending6] an ICMPv6 error about a packet whose checksum is pending goes out right") {
    Live live;
    turn_off_checksums("i1");
    live.world.change_peer([](weft_peer& p) { p.mtu = 1400; });
    Raw seen_by_instance(live.inst1, "eth0");
    const struct {
        const char* destination;
        std::size_t size;
        int hops;
        std::uint8_t type;
        std::uint32_t rest;
    } cases[] = {
        {"2001:db8:13::7", 1, 1, 3, 0},
        {"2001:db8:13::7", 600, 1, 3, 0},
        {"2001:db8:13::7", 1184, 1, 3, 0},
        {"2001:db8:13::7", 1300, 1, 3, 0},
        {"2001:db8:12::50", 1320, 64, 2, 1400 - 50},
    };
    for (const auto& c : cases) {
        CAPTURE(c.size);
        const auto bytes = payload(c.size);
        send_udp(live.inst1, c.destination, bytes, c.hops);
        const auto error = seen_by_instance.receive([](const Bytes& f) {
            return f.size() > 62 && read16(f, 12) == ethertype_ipv6 && f[20] == protocol_icmp6 && f[54] < 128;
        });
        REQUIRE(error);
        CHECK(sums_up(*error));
        CHECK(error->at(54) == c.type);
        CHECK(read32(*error, 58) == c.rest);
        const auto quoted = std::min<std::size_t>(1232, 48 + c.size);
        CHECK(error->size() == 14 + 48 + quoted);
        CHECK(to_hex(slice(*error, 62 + 48)) == to_hex(slice(bytes, 0, quoted - 48)));
    }
}

TEST_CASE("[5.2/neigh6] the kernel of an instance learns router and peers by neighbour discovery") {
    Live live;
    CHECK(udp_exchange(live.inst1, "2001:db8:12::30", live.far, "2001:db8:12::50"));
    CHECK(live.world.drops(WEFT_DROP_discovery_malformed) == 0);
    // Duplicate detection of a new address: it becomes usable only if nobody answered.
    live.inst1.configure("addr add 2001:db8:12::77/64 dev eth0\n");
    CHECK(wait_for_drops(live.world, WEFT_DROP_discovery_unknown, 1) >= 1);
}

TEST_CASE("[5.5/appliance6] what arrived encapsulated is forwarded by an instance and encapsulated again") {
    auto underlay = Live::Underlay::ipv4;
    SUBCASE("over IPv4") {}
    SUBCASE("over IPv6") { underlay = Live::Underlay::ipv6; }
    Live live(underlay);
    live.forward_through_a();
    Raw peer(live.far, "b0");
    const auto bytes = payload(64);
    send_udp(live.far, "2001:db8:19::1", bytes);
    const auto back = peer.receive([](const Bytes& f) {
        return f.size() > 62 && slice(f, 38, 16) == ip6("2001:db8:19::1") &&
               slice(f, 0, 6) == Bytes(mac_b.begin(), mac_b.end());
    });
    REQUIRE(back);
    CHECK(to_hex(slice(*back, 6, 6)) == to_hex({mac_router.begin(), mac_router.end()}));
    CHECK(back->at(21) == 62);  // two routers: the appliance and the phantom one
    CHECK(to_hex(slice(*back, 62)) == to_hex(bytes));
    CHECK(live.world.drops(WEFT_DROP_encapsulate) == 0);
}

TEST_CASE("[5.5/segmented6] what can no longer be wrapped with its segments is dropped with its own reason") {
    Live live;
    live.forward_through_a();
    Raw(live.far, "b0").send_segmented(b_to_d(tcp(1, 2, payload(3000)), protocol_tcp), 1000);
    CHECK(wait_for_drops(live.world, WEFT_DROP_encapsulated_gso, 1) == 1);
    CHECK(live.world.drops(record_a, WEFT_DROP_encapsulated_gso, WEFT_TX) == 1);
    CHECK(live.world.counter(record_a).rx_packets >= 1);
}
