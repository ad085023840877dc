// SPDX-License-Identifier: Apache-2.0
// Whatever comes in on an uplink: only what a known host sends in the negotiated framework, from an address
// that it may send, to an address that somebody here has in that partition.
#include <doctest/doctest.h>

#include "tests/bpf/matrix/outer.h"

using namespace weft::test;

namespace {

Bytes with(const Bytes& bytes, std::size_t at, std::uint8_t value) {
    auto changed = bytes;
    changed.at(at) = value;
    return changed;
}

}  // namespace

TEST_CASE("[4.4/matrix-outer] [5.6/matrix-outer] the outer source is a known host, or nothing is read") {
    Matrix matrix("outer headers");
    const auto from = [](const char* source) { return packet(Outer{.source = source}); };
    const auto from6 = [](const char* source) { return packet(Outer6{.source = source}); };
    const Bytes vlan5 = be16(0x8100) + be16(5);
    matrix.judge_arriving({
        {"the peer", packet(Outer{}), to(record_a)},
        {"the peer over IPv6", packet(Outer6{}), to(record_a)},
        {"the peer in VXLAN", in_vxlan(good), to(record_a)},
        {"with IPv4 options outside", packet(Outer{.options = from_hex("01010101")}), to(record_a)},
        {"a host that nobody knows", from("192.0.2.3"), drop(WEFT_DROP_outer_unknown_source)},
        {"this host itself", from("192.0.2.1"), drop(WEFT_DROP_outer_unknown_source)},
        {"none", from("0.0.0.0"), drop(WEFT_DROP_outer_unknown_source)},
        {"loopback", from("127.0.0.1"), drop(WEFT_DROP_outer_unknown_source)},
        {"broadcast", from("255.255.255.255"), drop(WEFT_DROP_outer_unknown_source)},
        {"a group", from("224.0.0.1"), drop(WEFT_DROP_outer_unknown_source)},
        {"an overlay address of the receiver", from("10.1.2.30"), drop(WEFT_DROP_outer_unknown_source)},
        {"an overlay address of the sender", from("10.1.2.50"), drop(WEFT_DROP_outer_unknown_source)},
        {"one bit off", from("192.0.2.6"), drop(WEFT_DROP_outer_unknown_source)},
        {"bytes turned round", from("2.2.0.192"), drop(WEFT_DROP_outer_unknown_source)},
        {"a host that nobody knows, IPv6", from6("2001:db8::3"), drop(WEFT_DROP_outer_unknown_source)},
        {"this host itself, IPv6", from6("2001:db8::1"), drop(WEFT_DROP_outer_unknown_source)},
        {"none, IPv6", from6("::"), drop(WEFT_DROP_outer_unknown_source)},
        {"the peer's IPv4 address mapped", from6("::ffff:192.0.2.2"), drop(WEFT_DROP_outer_unknown_source)},
        {"the peer's IPv4 address, compatible", from6("::192.0.2.2"), drop(WEFT_DROP_outer_unknown_source)},
        {"the peer's link-local", from6("fe80::ff:fe00:ff02"), drop(WEFT_DROP_outer_unknown_source)},
        {"all nodes as source", from6("ff02::1"), drop(WEFT_DROP_outer_unknown_source)},
        {"to another host", packet(Outer{.destination = "192.0.2.77"}), left_alone()},
        {"to the peer", packet(Outer{.destination = "192.0.2.2"}), left_alone()},
        {"to the receiver's overlay address", packet(Outer{.destination = "10.1.2.30"}), left_alone()},
        {"to the underlay's broadcast", packet(Outer{.destination = "192.0.2.255"}), left_alone()},
        {"to broadcast", packet(Outer{.destination = "255.255.255.255"}), left_alone()},
        {"to a group, as stock VXLAN floods", packet(Outer{.destination = "239.0.0.1"}), left_alone()},
        {"to none", packet(Outer{.destination = "0.0.0.0"}), left_alone()},
        {"to another host, IPv6", packet(Outer6{.destination = "2001:db8::77"}), left_alone()},
        {"to all nodes", packet(Outer6{.destination = "ff02::1"}), left_alone()},
        {"to none, IPv6", packet(Outer6{.destination = "::"}), left_alone()},
        {"to its IPv4 address mapped", packet(Outer6{.destination = "::ffff:192.0.2.1"}), left_alone()},
        {"another UDP port", packet(Outer{.port = 6082}), left_alone()},
        {"VXLAN's port of old", packet(Outer{.port = 8472}), left_alone()},
        {"the port's bytes turned round", packet(Outer{.port = 0xc117}), left_alone()},
        {"over TCP", packet(Outer{.protocol = protocol_tcp}), left_alone()},
        {"over UDP-Lite", packet(Outer{.protocol = 136}), left_alone()},
        {"GRE", packet(Outer{.protocol = 47}), left_alone()},
        {"another port, IPv6", packet(Outer6{.port = 53}), left_alone()},
        {"behind an extension header", packet(Outer6{.next = 60, .before = extension(17)}), left_alone()},
        {"over TCP, IPv6", packet(Outer6{.next = protocol_tcp}), left_alone()},
        {"in a VLAN of the underlay", slice(packet(Outer{}), 0, 12) + vlan5 + slice(packet(Outer{}), 12),
         left_alone()},
        {"a first fragment", packet(Outer{.fragment = 0x2000}), drop(WEFT_DROP_outer_fragment)},
        {"a first fragment of an unknown host", packet(Outer{.source = "192.0.2.3", .fragment = 0x2000}),
         drop(WEFT_DROP_outer_fragment)},
        {"a later fragment, whatever stands where a port would", packet(Outer{.fragment = 0x0010}),
         left_alone()},
        {"a first fragment, IPv6", packet(Outer6{.next = 44, .before = fragment_header(17, 1, 7)}),
         drop(WEFT_DROP_outer_fragment)},
        {"a whole packet in a fragment header",
         packet(Outer6{.next = 44, .before = fragment_header(17, 0, 7)}), drop(WEFT_DROP_outer_fragment)},
        {"a later fragment, IPv6", packet(Outer6{.next = 44, .before = fragment_header(17, 0x80, 7)}),
         left_alone()},
        {"an IPv4 header of four words", with(packet(Outer{}), 14, 0x44), left_alone()},
        {"version 5", with(packet(Outer{}), 14, 0x55), left_alone()},
        {"IPv6 that says it is IPv4", with(with(packet(Outer6{}), 12, 0x08), 13, 0), left_alone()},
    });
}

TEST_CASE("[4.4/matrix-framework] [6.5/matrix] other frameworks, versions and options are dropped") {
    Matrix matrix("framework headers");
    const auto options = weft_options(blue, tag_b);
    const auto geneve_of = [](const Bytes& header) { return outer4(6081, header); };
    const auto unknown = geneve_option(0x0102, 0x85, payload(4));
    auto too_long = geneve_option(0x0102, 0x05, payload(4));
    too_long[3] = 9;
    matrix.judge_arriving({
        {"Geneve, options in another order",
         geneve_of(
             geneve(blue, geneve_option(0xff77, 3, be32(1)) + geneve_option(0xff77, 1, be32(blue)), good)),
         to(record_a)},
        {"Geneve without options", geneve_of(geneve(blue, {}, good)), to(record_a)},
        {"Geneve with another's option",
         geneve_of(geneve(blue, options + geneve_option(0x0102, 5, payload(8)), good)), to(record_a)},
        {"with another's critical option", geneve_of(geneve(blue, options + unknown, good)),
         drop(WEFT_DROP_geneve_critical)},
        {"with a critical option first", geneve_of(geneve(blue, unknown + options, good)),
         drop(WEFT_DROP_geneve_critical)},
        {"with an unknown critical option of weft's class",
         geneve_of(geneve(blue, geneve_option(0xff77, 0x84, be32(1)), good)),
         drop(WEFT_DROP_geneve_critical)},
        {"an option longer than the options", geneve_of(geneve(blue, too_long, good)),
         drop(WEFT_DROP_geneve_option)},
        {"weft's version 0", geneve_of(geneve(blue, weft_options(blue, tag_b, 0), good)),
         drop(WEFT_DROP_geneve_version)},
        {"weft's version 2", geneve_of(geneve(blue, weft_options(blue, tag_b, 2), good)),
         drop(WEFT_DROP_geneve_version)},
        {"weft's version twice, the second wrong",
         geneve_of(geneve(blue, options + geneve_option(0xff77, 3, be32(9)), good)),
         drop(WEFT_DROP_geneve_version)},
        {"Geneve's version 1", geneve_of(geneve(blue, options, good, 0, 0x6558, 1)),
         drop(WEFT_DROP_geneve_header)},
        {"Geneve's version 3", geneve_of(geneve(blue, options, good, 0, 0x6558, 3)),
         drop(WEFT_DROP_geneve_header)},
        {"a control packet", geneve_of(geneve(blue, options, good, 0x80)), drop(WEFT_DROP_geneve_header)},
        {"IPv4 without Ethernet", geneve_of(geneve(blue, options, slice(good, 14), 0, 0x0800)),
         drop(WEFT_DROP_geneve_protocol)},
        {"MPLS inside", geneve_of(geneve(blue, options, good, 0, 0x8847)), drop(WEFT_DROP_geneve_protocol)},
        {"VXLAN on Geneve's port", outer4(6081, vxlan(blue, good)), drop(WEFT_DROP_geneve_protocol)},
        {"Geneve on VXLAN's port", outer4(4789, geneve(blue, options, good)), drop(WEFT_DROP_vxlan_flags)},
        {"VXLAN without a valid VNI", outer4(4789, vxlan(blue, good, 0)), drop(WEFT_DROP_vxlan_flags)},
        {"VXLAN, every flag but that", outer4(4789, vxlan(blue, good, 0xf7)), drop(WEFT_DROP_vxlan_flags)},
        {"VXLAN, reserved bits set", outer4(4789, vxlan(blue, good, 0xff)), to(record_a)},
        {"source GNI of the other partition", packet(Outer{.source_gni = red}), drop(WEFT_DROP_gni_mismatch)},
        {"destination GNI of the other partition", packet(Outer{.gni = red}), drop(WEFT_DROP_gni_mismatch)},
        {"source GNI zero", packet(Outer{.source_gni = 0}), drop(WEFT_DROP_gni_mismatch)},
        {"source GNI twice, the second wrong",
         geneve_of(geneve(blue, options + geneve_option(0xff77, 1, be32(red)), good)),
         drop(WEFT_DROP_gni_mismatch)},
        {"source GNI that only its upper byte tells apart", packet(Outer{.source_gni = blue | 0x1000000}),
         drop(WEFT_DROP_gni_mismatch)},
        {"GNI zero", packet(Outer{.gni = 0, .source_gni = 0}), drop(WEFT_DROP_inner_source)},
        {"a GNI that nobody has", packet(Outer{.gni = 300, .source_gni = 300}), drop(WEFT_DROP_inner_source)},
        {"the highest GNI", packet(Outer{.gni = 0xffffff, .source_gni = 0xffffff}),
         drop(WEFT_DROP_inner_source)},
        {"GNI zero in VXLAN", in_vxlan(good, 0), drop(WEFT_DROP_inner_source)},
        {"a GNI that nobody has, in VXLAN", in_vxlan(good, 300), drop(WEFT_DROP_inner_source)},
        {"nothing inside", in_geneve({}), drop(WEFT_DROP_inner_ethernet_truncated)},
        {"nothing but Ethernet inside", in_geneve(slice(good, 0, 14)), drop(WEFT_DROP_inner_ip_truncated)},
    });
    weft_underlay vxlan_alone{};
    vxlan_alone.host = peer_host;
    vxlan_alone.accepted = 1U << WEFT_FRAMEWORK_vxlan_1;
    for (const auto* address : {"192.0.2.2", "2001:db8::2"})
        matrix.hosts.here.put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped(address), vxlan_alone);
    matrix.judge_arriving({
        {"what was negotiated", in_vxlan(good), to(record_a)},
        {"what was not", packet(Outer{}), drop(WEFT_DROP_framework_not_negotiated)},
        {"what was not, IPv6", packet(Outer6{}), drop(WEFT_DROP_framework_not_negotiated)},
    });
}
