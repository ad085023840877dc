// SPDX-License-Identifier: Apache-2.0
// Against the kernel's own vxlan device, over real devices.
#include <doctest/doctest.h>
#include <linux/if_link.h>

#include "tests/harness/bpf/live.h"

using namespace weft::test;

namespace {

// UDP inside VXLAN over IPv4, from `source`.
auto vxlan_from(std::string_view source) {
    return [source](const Bytes& f) {
        return f.size() > 92 && read16(f, 12) == 0x0800 && read32(f, 26) == ip(source) &&
               read16(f, 36) == 4789 && f[73] == protocol_udp;
    };
}

}  // namespace

TEST_CASE("[6.7/vxlan-kernel] UDP and TCP pass both ways between an instance and the kernel's vxlan device") {
    const auto exchange = [](Live& live) {
        CHECK(udp_exchange(live.inst1, "10.1.2.30", live.far, "10.1.2.50"));
        CHECK(tcp_transfer(live.inst1, live.far, "10.1.2.50", 8'000'000));
        CHECK(tcp_transfer(live.far, live.inst1, "10.1.2.30", 8'000'000));
        CHECK(live.world.counter(record_a).tx_bytes > 8'000'000);
        CHECK(live.world.counter(record_a).rx_bytes > 8'000'000);
    };
    SUBCASE("over IPv4") {
        Live live;
        exchange(live);
    }
    SUBCASE("[5.6/underlay] over IPv6") {
        Live live(Live::Underlay::ipv6);
        exchange(live);
    }
    SUBCASE("[4.4/xdp] native XDP in front") {
        Live live;
        live.attach_xdp(XDP_FLAGS_DRV_MODE);
        exchange(live);
    }
    SUBCASE("[4.4/xdp] generic XDP in front") {
        Live live;
        live.attach_xdp(XDP_FLAGS_SKB_MODE);
        exchange(live);
    }
}

TEST_CASE("[6.7/vxlan-kernel] weft's bytes are the kernel's but for the flow's source port") {
    Live live;
    Raw underlay(live.far, "eth0");
    Raw kernel(live.far, "b0");
    const Ipv4 to_a{.source = ip("10.1.2.50"), .destination = ip("10.1.2.30")};
    kernel.send(ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(to_a, udp(5, 6, payload(64)))));
    const auto theirs = underlay.receive(vxlan_from("192.0.2.2"));
    REQUIRE(theirs);

    Raw instance(live.inst1, "eth0");
    const Ipv4 to_b{.source = ip("10.1.2.30"), .destination = ip("10.1.2.50")};
    instance.send(ethernet(mac_b, mac_a, ethertype_ipv4, ipv4(to_b, udp(5, 6, payload(64)))));
    const auto ours = underlay.receive(vxlan_from("192.0.2.1"));
    REQUIRE(ours);

    REQUIRE(ours->size() == theirs->size());
    CHECK(to_hex(slice(*ours, 36, 14)) == to_hex(slice(*theirs, 36, 14)));  // port, length, checksum, VXLAN
    CHECK(to_hex(slice(*ours, 92)) == to_hex(slice(*theirs, 92)));          // the inner payload's place
    CHECK(ours->at(14) == theirs->at(14));
    CHECK(read16(*ours, 16) == read16(*theirs, 16));  // total length
    CHECK(ours->at(22) == 64);
    CHECK(ours->at(23) == theirs->at(23));
    CHECK(internet_checksum(slice(*ours, 14, 20)) == 0);
}

TEST_CASE("[2.2/local] two instances in namespaces of one host exchange UDP and TCP") {
    Live live;
    CHECK(udp_exchange(live.inst1, "10.1.2.30", live.inst2, "10.1.2.31"));
    CHECK(tcp_transfer(live.inst1, live.inst2, "10.1.2.31", 8'000'000));
    CHECK(live.world.counter(record_d).rx_bytes > 8'000'000);
}
