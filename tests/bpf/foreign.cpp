// SPDX-License-Identifier: Apache-2.0
// A host without an agent: the kernel's vxlan device with addresses and neighbours given by hand, declared
// with VXLAN alone.
#include <doctest/doctest.h>

#include "tests/harness/bpf/live.h"

using namespace weft::test;

namespace {

struct Foreign : Live {
    Foreign() {
        weft_underlay vxlan_alone{};
        vxlan_alone.host = peer_host;
        vxlan_alone.accepted = 1U << WEFT_FRAMEWORK_vxlan_1;
        for (const auto* address : {"192.0.2.2", "2001:db8::2"})
            world.put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped(address), vxlan_alone);
    }
};

// Whether the kernel at the other end answers a ping with the same bytes.
bool ping(const Namespace& from, const std::string& device, const Ipv4& header, const Mac& source,
          const Mac& to) {
    Raw raw(from, device);
    raw.send(ethernet(to, source, ethertype_ipv4, ipv4(header, icmp(8, 0, 0x00070001, payload(600)))));
    const auto reply = icmp(0, 0, 0x00070001, payload(600));
    return raw
        .receive([&](const Bytes& f) {
            return f.size() == 34 + reply.size() && read32(f, 26) == header.destination &&
                   slice(f, 34) == reply;
        })
        .has_value();
}

bool ping(const Namespace& from, const std::string& device, const Ipv6& header, const Mac& source,
          const Mac& to) {
    Raw raw(from, device);
    raw.send(
        ethernet(to, source, ethertype_ipv6, ipv6(header, icmp6(header, 128, 0, 0x00070001, payload(600)))));
    const Ipv6 back{.source = header.destination, .destination = header.source};
    const auto reply = icmp6(back, 129, 0, 0x00070001, payload(600));
    return raw.receive([&](const Bytes& f) { return f.size() == 54 + reply.size() && slice(f, 54) == reply; })
        .has_value();
}

}  // namespace

TEST_CASE("[6.9/packets] a kernel's vxlan device and an instance exchange ping, UDP and TCP, IPv4 and IPv6") {
    Foreign live;
    const Ipv4 to_b{.source = ip("10.1.2.30"), .destination = ip("10.1.2.50"), .protocol = protocol_icmp};
    const Ipv4 to_a{.source = ip("10.1.2.50"), .destination = ip("10.1.2.30"), .protocol = protocol_icmp};
    CHECK(ping(live.inst1, "eth0", to_b, mac_a, mac_b));
    CHECK(ping(live.far, "b0", to_a, mac_b, mac_a));
    const Ipv6 to_b6{
        .source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::50"), .next = protocol_icmp6};
    const Ipv6 to_a6{
        .source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:12::30"), .next = protocol_icmp6};
    CHECK(ping(live.inst1, "eth0", to_b6, mac_a, mac_b));
    CHECK(ping(live.far, "b0", to_a6, mac_b, mac_a));
    for (const auto& [a, b] :
         {std::pair{"10.1.2.30", "10.1.2.50"}, std::pair{"2001:db8:12::30", "2001:db8:12::50"}}) {
        CHECK(udp_exchange(live.inst1, a, live.far, b));
        CHECK(udp_exchange(live.far, b, live.inst1, a));
        CHECK(tcp_transfer(live.inst1, live.far, b, 1'000'000));
        CHECK(tcp_transfer(live.far, live.inst1, a, 1'000'000));
    }
}

TEST_CASE("[6.9/spoofed] another source, or a framework that was not declared, is dropped and counted") {
    Foreign live;
    Raw underlay(live.far, "eth0");
    Raw instance(live.inst1, "eth0");
    underlay.send(outer4(4789, vxlan(blue, inner_b_to_a()), 0, "192.0.2.3"));
    CHECK(wait_for_drops(live.world, WEFT_DROP_outer_unknown_source, 1) == 1);
    underlay.send(outer6(4789, vxlan(blue, inner_b_to_a()), 0, "2001:db8::3"));
    CHECK(wait_for_drops(live.world, WEFT_DROP_outer_unknown_source, 2) == 2);
    underlay.send(arriving(inner_b_to_a()));
    CHECK(wait_for_drops(live.world, WEFT_DROP_framework_not_negotiated, 1) == 1);
    // What comes next is the first that the instance hears.
    underlay.send(outer4(4789, vxlan(blue, inner_b_to_a(21))));
    const auto heard =
        instance.receive([](const Bytes& f) { return f.size() > 34 && read16(f, 34) == 2222; });
    REQUIRE(heard);
    CHECK(to_hex(*heard) == to_hex(inner_b_to_a(21)));
}
