// SPDX-License-Identifier: Apache-2.0
// Fragments in every order and overlap, and packets cut at every byte.
#include <doctest/doctest.h>

#include "tests/harness/bpf/matrix.h"

using namespace weft::test;

namespace {

constexpr std::uint16_t more = 0x2000;

// A fragment of a datagram of a to b; `at` in units of 8 bytes.
Bytes part(std::uint8_t protocol, const Bytes& bytes, std::uint16_t at, std::uint16_t id, bool last = false) {
    const auto field = static_cast<std::uint16_t>(at | (last ? 0 : more));
    return frame(V4{.protocol = protocol, .l4 = bytes, .fragment = field, .id = id});
}

// The same over IPv6; the fragment header's field counts in units of 8 bytes above three bits.
Bytes part6(std::uint8_t protocol, const Bytes& bytes, std::uint16_t at, std::uint32_t id,
            bool last = false) {
    const auto field = static_cast<std::uint16_t>(at * 8U | (last ? 0U : 1U));
    return frame(V6{.next = 44, .l4 = fragment_header(protocol, field, id) + bytes});
}

const Bytes datagram = udp(1111, 2222, payload(56));
const Bytes segment = tcp({.source = 3333, .destination = 80, .flags = tcp_syn}, payload(44));

// With 12 bytes of options.
const Bytes long_segment =
    tcp({.source = 3333, .destination = 80, .flags = tcp_syn, .options = Bytes(12, 1)}, payload(44));

// Every length of a packet in which the same thing is wrong.
struct Cut {
    std::size_t from;
    std::size_t to;  // one behind
    Fate fate;
};

std::vector<Packet> cut(const Bytes& whole, const std::vector<Cut>& cuts) {
    std::vector<Packet> packets;
    for (const auto& c : cuts)
        for (std::size_t size = c.from; size < c.to; size++)
            packets.push_back({"cut", slice(whole, 0, size), c.fate});
    return packets;
}

}  // namespace

TEST_CASE("[4.3/matrix-fragments] [4.6/matrix] fragments follow what their first one was, or are dropped") {
    Matrix matrix("fragments of instances, in this order");
    matrix.judge_sent(
        record_a,
        {
            {"a later one of nothing", part(protocol_udp, payload(16), 8, 1, true),
             drop(WEFT_DROP_fragment_unknown)},
            {"one in the middle of nothing", part(protocol_udp, payload(16), 4, 1),
             drop(WEFT_DROP_fragment_unknown)},
            {"the last possible", part(protocol_udp, payload(16), 0x1fff, 1, true),
             drop(WEFT_DROP_fragment_unknown)},
            {"a first one of TCP with eight bytes", part(protocol_tcp, slice(segment, 0, 8), 0, 2),
             drop(WEFT_DROP_fragment_tiny)},
            {"of TCP with sixteen", part(protocol_tcp, slice(segment, 0, 16), 0, 2),
             drop(WEFT_DROP_fragment_tiny)},
            {"of TCP whose header goes on in the next", part(protocol_tcp, slice(long_segment, 0, 20), 0, 2),
             drop(WEFT_DROP_fragment_tiny)},
            {"one over TCP's ports and flags", part(protocol_tcp, payload(16), 1, 2, true),
             drop(WEFT_DROP_fragment_tiny)},
            {"one over TCP's end of header", part(protocol_tcp, payload(16), 2, 2, true),
             drop(WEFT_DROP_fragment_tiny)},
            {"one right behind it, of nothing", part(protocol_tcp, payload(16), 3, 2, true),
             drop(WEFT_DROP_fragment_unknown)},
            {"a first one of UDP without ports", part(protocol_udp, {}, 0, 3), drop(WEFT_DROP_fragment_tiny)},
            {"a first one of ICMP without its header", part(protocol_icmp, {}, 0, 3),
             drop(WEFT_DROP_fragment_tiny)},
            {"a spoofed first one",
             frame(V4{.source = "10.1.2.31", .l4 = slice(datagram, 0, 32), .fragment = more, .id = 4}),
             drop(WEFT_DROP_source_address)},
            {"a spoofed later one",
             frame(V4{.source = "10.1.2.31", .l4 = payload(16), .fragment = 4, .id = 4}),
             drop(WEFT_DROP_source_address)},
            {"a first one", part(protocol_udp, slice(datagram, 0, 32), 0, 5), to(record_b)},
            {"its next", part(protocol_udp, slice(datagram, 32, 16), 4, 5), to(record_b)},
            {"one over the last: the receiver reassembles, or not", part(protocol_udp, payload(16), 5, 5),
             to(record_b)},
            {"the first again", part(protocol_udp, slice(datagram, 0, 32), 0, 5), to(record_b)},
            {"its last", part(protocol_udp, slice(datagram, 48), 6, 5, true), to(record_b)},
            {"a later one of the same id and another protocol", part(protocol_tcp, payload(16), 4, 5, true),
             drop(WEFT_DROP_fragment_unknown)},
            {"of the same id to another record",
             frame(V4{.to = mac_d, .destination = "10.1.2.31", .l4 = payload(16), .fragment = 4, .id = 5}),
             drop(WEFT_DROP_fragment_unknown)},
            {"of the same id, spoofed",
             frame(V4{.source = "10.1.2.50",
                      .destination = "10.1.2.30",
                      .l4 = payload(16),
                      .fragment = 4,
                      .id = 5}),
             drop(WEFT_DROP_source_address)},
            {"to the router, a ping's first",
             frame(V4{.to = mac_router,
                      .destination = "10.1.2.1",
                      .protocol = protocol_icmp,
                      .l4 = icmp(8, 0, 1, payload(16)),
                      .fragment = more,
                      .id = 6}),
             drop(WEFT_DROP_router_traffic)},
            {"ARP behind a later fragment's mask is no ARP",
             frame(V4{.to = mac("ff:ff:ff:ff:ff:ff"), .l4 = payload(16), .fragment = 4, .id = 5}),
             drop(WEFT_DROP_multicast)},
        });
}

TEST_CASE("[4.3/matrix-fragments6] [5.6/matrix-fragments] IPv6 fragments likewise") {
    Matrix matrix("IPv6 fragments of instances, in this order");
    matrix.judge_sent(
        record_a,
        {
            {"a later one of nothing", part6(protocol_udp, payload(16), 8, 1, true),
             drop(WEFT_DROP_fragment_unknown)},
            {"a first one of TCP with eight bytes", part6(protocol_tcp, slice(segment, 0, 8), 0, 2),
             drop(WEFT_DROP_fragment_tiny)},
            {"of TCP with sixteen", part6(protocol_tcp, slice(segment, 0, 16), 0, 2),
             drop(WEFT_DROP_fragment_tiny)},
            {"one over TCP's ports and flags", part6(protocol_tcp, payload(16), 1, 2, true),
             drop(WEFT_DROP_fragment_tiny)},
            {"one over TCP's end of header", part6(protocol_tcp, payload(16), 2, 2, true),
             drop(WEFT_DROP_fragment_tiny)},
            {"a first one of UDP without ports", part6(protocol_udp, {}, 0, 3),
             drop(WEFT_DROP_fragment_tiny)},
            {"a first one that ends in its chain (RFC 7112)", part6(60, {}, 0, 3),
             drop(WEFT_DROP_ip_malformed)},
            {"a fragment of a fragment",
             frame(V6{.next = 44, .l4 = fragment_header(44, 1, 7) + fragment_header(17, 1, 8) + datagram}),
             drop(WEFT_DROP_ip6_extensions)},
            {"a whole packet in a fragment header (RFC 6946)", part6(protocol_udp, datagram, 0, 9, true),
             to(record_b)},
            {"a first one", part6(protocol_udp, slice(datagram, 0, 32), 0, 5), to(record_b)},
            {"its next", part6(protocol_udp, slice(datagram, 32, 16), 4, 5), to(record_b)},
            {"its last", part6(protocol_udp, slice(datagram, 48), 6, 5, true), to(record_b)},
            {"a later one of the same id and another protocol", part6(protocol_tcp, payload(16), 4, 5, true),
             drop(WEFT_DROP_fragment_unknown)},
            {"of the same id, spoofed",
             frame(V6{
                 .source = "2001:db8:12::31", .next = 44, .l4 = fragment_header(17, 0x21, 5) + payload(16)}),
             drop(WEFT_DROP_source_address)},
            {"a solicitation in a first fragment",
             part6(protocol_icmp6,
                   icmp6({.source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::50")}, 135, 0, 0,
                         ip6("2001:db8:12::50")),
                   0, 8),
             drop(WEFT_DROP_discovery_malformed)},
        });
}

TEST_CASE("[4.4/matrix-fragments] fragments inside: what follows nothing is dropped at the receiver") {
    Matrix matrix("fragments inside, in this order");
    const auto inside = [](std::uint8_t protocol, const Bytes& bytes, std::uint16_t field,
                           const char* source = "10.1.2.50") {
        return arriving(frame(V4{.to = mac_a,
                                 .from = mac_b,
                                 .source = source,
                                 .destination = "10.1.2.30",
                                 .protocol = protocol,
                                 .l4 = bytes,
                                 .fragment = field,
                                 .id = 5}));
    };
    matrix.judge_arriving({
        {"a later one of nothing", inside(protocol_udp, payload(16), 4), drop(WEFT_DROP_fragment_unknown)},
        {"a later one, spoofed", inside(protocol_udp, payload(16), 4, "10.1.2.99"),
         drop(WEFT_DROP_inner_source)},
        {"a first one of TCP with sixteen bytes", inside(protocol_tcp, slice(segment, 0, 16), more),
         drop(WEFT_DROP_fragment_tiny)},
        {"one over TCP's flags", inside(protocol_tcp, payload(16), 1), drop(WEFT_DROP_fragment_tiny)},
        {"a first one", inside(protocol_udp, slice(datagram, 0, 32), more), to(record_a)},
        {"its last", inside(protocol_udp, slice(datagram, 32), 4), to(record_a)},
    });
}

TEST_CASE(
    "[4.3/matrix-truncated] [4.4/matrix-truncated] packets cut at every byte are dropped where they end") {
    Matrix matrix("packets cut at every byte");
    const auto udp4 = frame(V4{});
    const auto udp6 = frame(V6{});
    // 14 Ethernet, 20 or 40 IP; then what the IP header claims is not there.
    matrix.judge_sent(record_a, cut(udp4, {{14, 34, drop(WEFT_DROP_ip_truncated)},
                                           {34, udp4.size(), drop(WEFT_DROP_ip_malformed)},
                                           {udp4.size(), udp4.size() + 1, to(record_b)}}));
    matrix.judge_sent(record_a, cut(udp6, {{14, 54, drop(WEFT_DROP_ip_truncated)},
                                           {54, udp6.size(), drop(WEFT_DROP_ip_malformed)},
                                           {udp6.size(), udp6.size() + 1, to(record_b)}}));
    // Outside: without a UDP header it is nobody's; then outer IP, as it claims, is not there.
    const auto in_geneve = arriving(inner_b_to_a());
    const auto in_vxlan6 = outer6(4789, vxlan(blue, inner_b_to_a()));
    matrix.judge_arriving(cut(in_geneve, {{34, 42, left_alone()},
                                          {42, in_geneve.size(), drop(WEFT_DROP_outer_truncated)},
                                          {in_geneve.size(), in_geneve.size() + 1, to(record_a)}}));
    matrix.judge_arriving(cut(in_vxlan6, {{54, 62, left_alone()},
                                          {62, in_vxlan6.size(), drop(WEFT_DROP_outer_truncated)},
                                          {in_vxlan6.size(), in_vxlan6.size() + 1, to(record_a)}}));
    // Inside a whole outer packet: header by header.
    std::vector<Packet> inside;
    const auto inner = inner_b_to_a();
    for (const auto& p : cut(inner, {{0, 14, drop(WEFT_DROP_inner_ethernet_truncated)},
                                     {14, 34, drop(WEFT_DROP_inner_ip_truncated)},
                                     {34, inner.size(), drop(WEFT_DROP_inner_ip_malformed)}}))
        inside.push_back({p.what, arriving(p.frame), p.fate});
    const auto header = geneve(blue, weft_options(blue, tag_b), {});
    for (const auto& p : cut(header, {{0, header.size(), drop(WEFT_DROP_framework_truncated)}}))
        inside.push_back({p.what, outer4(6081, p.frame), p.fate});
    const auto short_header = vxlan(blue, {});
    for (const auto& p : cut(short_header, {{0, short_header.size(), drop(WEFT_DROP_framework_truncated)}}))
        inside.push_back({p.what, outer4(4789, p.frame), p.fate});
    matrix.judge_arriving(inside);
}
