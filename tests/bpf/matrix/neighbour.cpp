// SPDX-License-Identifier: Apache-2.0
// Whatever an instance says about who has an address: nobody but itself hears an answer, and nobody else
// hears it.
#include <doctest/doctest.h>

#include "tests/harness/bpf/matrix.h"

using namespace weft::test;

namespace {

const Mac broadcast = mac("ff:ff:ff:ff:ff:ff");

struct Arps {
    Mac to{broadcast};
    std::uint16_t operation{1};
    Mac sender_mac{mac_a};
    const char* sender{"10.1.2.30"};
    const char* target{"10.1.2.50"};
    Mac target_mac{};
};

Bytes asks(const Arps& a) {
    return ethernet(a.to, mac_a, ethertype_arp,
                    arp({.operation = a.operation,
                         .sender_mac = a.sender_mac,
                         .sender = ip(a.sender),
                         .target_mac = a.target_mac,
                         .target = ip(a.target)}));
}

// The bytes of a request, changed at one place.
Bytes with(std::size_t at, std::uint8_t value) {
    auto bytes = asks({});
    bytes.at(at) = value;
    return bytes;
}

// RFC 4861, 4: router solicitation 133, advertisement 134, neighbour 135 and 136, redirect 137.
struct Discovery {
    std::uint8_t type{135};
    const char* source{"2001:db8:12::30"};
    const char* destination{"ff02::1:ff00:50"};
    const char* target{"2001:db8:12::50"};
    Bytes options{};
    Mac to{mac("33:33:ff:00:00:50")};
    std::uint8_t hops{255};
    std::uint32_t rest{0};
    std::uint8_t code{0};
    std::uint8_t next{protocol_icmp6};
    Bytes before{};
};

Bytes says(const Discovery& d) {
    const Ipv6 pseudo{.source = ip6(d.source), .destination = ip6(d.destination)};
    const auto body = icmp6(pseudo, d.type, d.code, d.rest, ip6(d.target) + d.options);
    return frame(V6{.to = d.to,
                    .source = d.source,
                    .destination = d.destination,
                    .next = d.next,
                    .l4 = d.before + body,
                    .hops = d.hops});
}

Bytes option(std::uint8_t type, const Mac& mac) { return Bytes{type, 1} + Bytes(mac.begin(), mac.end()); }
const Bytes own = option(1, mac_a);

}  // namespace

TEST_CASE("[4.3/matrix-arp] [4.5/matrix-arp] ARP names nobody but its sender, to nobody") {
    Matrix matrix("ARP");
    constexpr std::uint16_t request = 1;
    constexpr std::uint16_t reply = 2;
    matrix.judge_sent(
        record_a,
        {
            {"a request for a far record", asks({}), answer_to(record_a)},
            {"for a neighbour", asks({.target = "10.1.2.31"}), answer_to(record_a)},
            {"for the router", asks({.target = "10.1.2.1"}), answer_to(record_a)},
            {"for a far record, to it alone", asks({.to = mac_b}), answer_to(record_a)},
            {"for a far record, to the other partition's", asks({.to = mac_s}), answer_to(record_a)},
            {"a probe for a taken address", asks({.sender = "0.0.0.0"}), answer_to(record_a)},
            {"for nobody's address", asks({.target = "10.1.2.99"}), drop(WEFT_DROP_arp_unknown)},
            {"for the host's underlay address", asks({.target = "192.0.2.1"}), drop(WEFT_DROP_arp_unknown)},
            {"for the peer's", asks({.target = "192.0.2.2"}), drop(WEFT_DROP_arp_unknown)},
            {"for broadcast", asks({.target = "255.255.255.255"}), drop(WEFT_DROP_arp_unknown)},
            {"for none", asks({.target = "0.0.0.0"}), drop(WEFT_DROP_arp_unknown)},
            {"an announcement of its own", asks({.target = "10.1.2.30"}), drop(WEFT_DROP_arp_own)},
            {"a probe for its own", asks({.sender = "0.0.0.0", .target = "10.1.2.30"}),
             drop(WEFT_DROP_arp_own)},
            {"as a neighbour", asks({.sender = "10.1.2.31"}), drop(WEFT_DROP_arp_sender_address)},
            {"as a far record", asks({.sender = "10.1.2.50", .target = "10.1.2.31"}),
             drop(WEFT_DROP_arp_sender_address)},
            {"as the router", asks({.sender = "10.1.2.1"}), drop(WEFT_DROP_arp_sender_address)},
            {"as nobody", asks({.sender = "10.1.2.99"}), drop(WEFT_DROP_arp_sender_address)},
            {"as the host", asks({.sender = "192.0.2.1"}), drop(WEFT_DROP_arp_sender_address)},
            {"as broadcast", asks({.sender = "255.255.255.255"}), drop(WEFT_DROP_arp_sender_address)},
            {"as loopback", asks({.sender = "127.0.0.1"}), drop(WEFT_DROP_arp_sender_address)},
            {"an announcement of a neighbour's", asks({.sender = "10.1.2.31", .target = "10.1.2.31"}),
             drop(WEFT_DROP_arp_sender_address)},
            {"an announcement of the router's", asks({.sender = "10.1.2.1", .target = "10.1.2.1"}),
             drop(WEFT_DROP_arp_sender_address)},
            {"with a neighbour's MAC", asks({.sender_mac = mac_d}), drop(WEFT_DROP_arp_sender_mac)},
            {"with a far record's MAC", asks({.sender_mac = mac_b}), drop(WEFT_DROP_arp_sender_mac)},
            {"with the other partition's MAC of its address", asks({.sender_mac = mac_r}),
             drop(WEFT_DROP_arp_sender_mac)},
            {"with the router's MAC", asks({.sender_mac = mac_router}), drop(WEFT_DROP_arp_sender_mac)},
            {"with no MAC", asks({.sender_mac = Mac{}}), drop(WEFT_DROP_arp_sender_mac)},
            {"with all MACs", asks({.sender_mac = broadcast}), drop(WEFT_DROP_arp_sender_mac)},
            {"a neighbour's MAC and address", asks({.sender_mac = mac_d, .sender = "10.1.2.31"}),
             drop(WEFT_DROP_arp_sender_mac)},
            {"a probe with a neighbour's MAC", asks({.sender_mac = mac_d, .sender = "0.0.0.0"}),
             drop(WEFT_DROP_arp_sender_mac)},
            {"an announcement with a neighbour's MAC", asks({.sender_mac = mac_d, .target = "10.1.2.30"}),
             drop(WEFT_DROP_arp_sender_mac)},
            {"its own reply to all", asks({.operation = reply}), drop(WEFT_DROP_arp_not_request)},
            {"its own reply to a neighbour",
             asks({.to = mac_d, .operation = reply, .target = "10.1.2.31", .target_mac = mac_d}),
             drop(WEFT_DROP_arp_not_request)},
            {"a reply as a neighbour", asks({.operation = reply, .sender = "10.1.2.31"}),
             drop(WEFT_DROP_arp_sender_address)},
            {"a reply as the router, to a neighbour",
             asks({.to = mac_d, .operation = reply, .sender = "10.1.2.1", .target = "10.1.2.31"}),
             drop(WEFT_DROP_arp_sender_address)},
            {"a reply with a neighbour's MAC", asks({.operation = reply, .sender_mac = mac_d}),
             drop(WEFT_DROP_arp_sender_mac)},
            {"a gratuitous reply of its own", asks({.operation = reply, .target = "10.1.2.30"}),
             drop(WEFT_DROP_arp_not_request)},
            {"a reverse request", asks({.operation = 3}), drop(WEFT_DROP_arp_not_request)},
            {"an inverse reply", asks({.operation = 9}), drop(WEFT_DROP_arp_not_request)},
            {"no operation", asks({.operation = 0}), drop(WEFT_DROP_arp_not_request)},
            {"another hardware", with(15, 6), drop(WEFT_DROP_arp_malformed)},
            {"another protocol", with(16, 0x86), drop(WEFT_DROP_arp_malformed)},
            {"longer MACs", with(18, 8), drop(WEFT_DROP_arp_malformed)},
            {"longer addresses", with(19, 16), drop(WEFT_DROP_arp_malformed)},
            {"cut in its target", slice(asks({}), 0, 41), drop(WEFT_DROP_arp_truncated)},
            {"cut in its sender", slice(asks({}), 0, 26), drop(WEFT_DROP_arp_truncated)},
            {"nothing but the frame", slice(asks({}), 0, 14), drop(WEFT_DROP_arp_truncated)},
            {"padded to 60 bytes", asks({}) + Bytes(18), answer_to(record_a)},
        });
    matrix.judge_sent(record_r, {
                                    {"the other partition's neighbour is nobody here",
                                     ethernet(broadcast, mac_r, ethertype_arp,
                                              arp({.operation = request,
                                                   .sender_mac = mac_r,
                                                   .sender = ip("10.1.2.30"),
                                                   .target = ip("10.1.2.31")})),
                                     drop(WEFT_DROP_arp_unknown)},
                                });
}

TEST_CASE(
    "[4.3/matrix-nd] [4.5/matrix-nd] [5.6/matrix-nd] discovery names nobody but its sender, to nobody") {
    Matrix matrix("neighbour discovery");
    constexpr std::uint8_t advertisement = 136;
    constexpr std::uint8_t router_advertisement = 134;
    constexpr std::uint8_t redirection = 137;
    const auto solicits = [](const char* source, const char* target, const Bytes& options = own) {
        return says({.source = source, .target = target, .options = options});
    };
    const auto advertises = [](const char* source, const char* target, const Mac& mac) {
        return says({.type = advertisement,
                     .source = source,
                     .destination = "ff02::1",
                     .target = target,
                     .options = option(2, mac),
                     .to = weft::test::mac("33:33:00:00:00:01"),
                     .rest = 0x20000000});
    };
    matrix.judge_sent(
        record_a,
        {
            {"for a far record", solicits("2001:db8:12::30", "2001:db8:12::50"), answer_to(record_a)},
            {"for a neighbour", solicits("2001:db8:12::30", "2001:db8:12::31"), answer_to(record_a)},
            {"for the router", solicits("2001:db8:12::30", "2001:db8:12::1"), answer_to(record_a)},
            {"for the router's link-local", solicits("fe80::ff:fe00:a01", "fe80::ff:fe00:fe"),
             answer_to(record_a)},
            {"from any link-local of its own", solicits("fe80::7", "2001:db8:12::50"), answer_to(record_a)},
            {"without an option", solicits("2001:db8:12::30", "2001:db8:12::50", {}), answer_to(record_a)},
            {"a probe for a taken address", solicits("::", "2001:db8:12::50", {}), answer_to(record_a)},
            {"for nobody's", solicits("2001:db8:12::30", "2001:db8:12::99"),
             drop(WEFT_DROP_discovery_unknown)},
            {"for the host's underlay", solicits("2001:db8:12::30", "2001:db8::1"),
             drop(WEFT_DROP_discovery_unknown)},
            {"for a neighbour's link-local", solicits("fe80::ff:fe00:a01", "fe80::ff:fe00:d04"),
             drop(WEFT_DROP_discovery_unknown)},
            {"for its own", solicits("2001:db8:12::30", "2001:db8:12::30"), drop(WEFT_DROP_discovery_own)},
            {"a probe for its own", solicits("::", "2001:db8:12::30", {}), drop(WEFT_DROP_discovery_own)},
            {"a probe for its link-local", solicits("::", "fe80::ff:fe00:a01", {}),
             drop(WEFT_DROP_discovery_own)},
            {"for a group", solicits("2001:db8:12::30", "ff02::1"), drop(WEFT_DROP_discovery_malformed)},
            {"for a mapped address", solicits("2001:db8:12::30", "::ffff:10.1.2.50"),
             drop(WEFT_DROP_discovery_malformed)},
            {"as a neighbour", solicits("2001:db8:12::31", "2001:db8:12::50"),
             drop(WEFT_DROP_discovery_sender)},
            {"as a far record", solicits("2001:db8:12::50", "2001:db8:12::31"),
             drop(WEFT_DROP_discovery_sender)},
            {"as the router", solicits("2001:db8:12::1", "2001:db8:12::50"),
             drop(WEFT_DROP_discovery_sender)},
            {"as the host's underlay", solicits("2001:db8::1", "2001:db8:12::50"),
             drop(WEFT_DROP_discovery_sender)},
            {"as a mapped address", solicits("::ffff:10.1.2.30", "2001:db8:12::50"),
             drop(WEFT_DROP_ip6_mapped)},
            {"with a neighbour's MAC", solicits("2001:db8:12::30", "2001:db8:12::50", option(1, mac_d)),
             drop(WEFT_DROP_discovery_mac)},
            {"with the router's MAC", solicits("2001:db8:12::30", "2001:db8:12::50", option(1, mac_router)),
             drop(WEFT_DROP_discovery_mac)},
            {"with the other partition's MAC",
             solicits("2001:db8:12::30", "2001:db8:12::50", option(1, mac_r)), drop(WEFT_DROP_discovery_mac)},
            {"with a neighbour's MAC behind its own",
             solicits("2001:db8:12::30", "2001:db8:12::50", own + option(1, mac_d)),
             drop(WEFT_DROP_discovery_mac)},
            {"with a neighbour's MAC as the target's",
             solicits("2001:db8:12::30", "2001:db8:12::50", option(2, mac_d)), drop(WEFT_DROP_discovery_mac)},
            {"from a link-local, with a neighbour's MAC",
             solicits("fe80::7", "2001:db8:12::50", option(1, mac_d)), drop(WEFT_DROP_discovery_mac)},
            {"with an option of no length",
             solicits("2001:db8:12::30", "2001:db8:12::50", Bytes{1, 0, 0, 0, 0, 0, 0, 0}),
             drop(WEFT_DROP_discovery_malformed)},
            {"with an option cut short", solicits("2001:db8:12::30", "2001:db8:12::50", Bytes{1, 1, 2, 0}),
             drop(WEFT_DROP_discovery_malformed)},
            {"with a MAC option of two words",
             solicits("2001:db8:12::30", "2001:db8:12::50", Bytes{1, 2} + slice(own, 2) + Bytes(8)),
             drop(WEFT_DROP_discovery_mac)},
            {"forwarded once", says({.options = own, .hops = 254}), drop(WEFT_DROP_discovery_malformed)},
            {"with a code", says({.options = own, .code = 1}), drop(WEFT_DROP_discovery_malformed)},
            {"behind an extension header", says({.options = own, .next = 60, .before = extension(58)}),
             drop(WEFT_DROP_discovery_malformed)},
            {"in a fragment", says({.options = own, .next = 44, .before = fragment_header(58, 1, 7)}),
             drop(WEFT_DROP_discovery_malformed)},
            {"to a neighbour alone",
             says({.destination = "2001:db8:12::31",
                   .target = "2001:db8:12::31",
                   .options = own,
                   .to = mac_d}),
             answer_to(record_a)},
            {"an advertisement of its own", advertises("2001:db8:12::30", "2001:db8:12::30", mac_a),
             drop(WEFT_DROP_discovery_announcement)},
            {"of its link-local", advertises("fe80::ff:fe00:a01", "fe80::ff:fe00:a01", mac_a),
             drop(WEFT_DROP_discovery_announcement)},
            {"of a neighbour's address", advertises("2001:db8:12::30", "2001:db8:12::31", mac_a),
             drop(WEFT_DROP_discovery_target)},
            {"of a neighbour's address, as it", advertises("2001:db8:12::31", "2001:db8:12::31", mac_a),
             drop(WEFT_DROP_discovery_target)},
            {"of a far record's address", advertises("2001:db8:12::30", "2001:db8:12::50", mac_a),
             drop(WEFT_DROP_discovery_target)},
            {"of the router's address", advertises("2001:db8:12::1", "2001:db8:12::1", mac_a),
             drop(WEFT_DROP_discovery_target)},
            {"of the router's link-local", advertises("fe80::ff:fe00:fe", "fe80::ff:fe00:fe", mac_a),
             drop(WEFT_DROP_discovery_target)},
            {"of its own with a neighbour's MAC", advertises("2001:db8:12::30", "2001:db8:12::30", mac_d),
             drop(WEFT_DROP_discovery_mac)},
            {"of the router with its MAC", advertises("fe80::ff:fe00:fe", "fe80::ff:fe00:fe", mac_router),
             drop(WEFT_DROP_discovery_mac)},
            {"of a neighbour's, to a neighbour alone",
             says({.type = advertisement,
                   .destination = "2001:db8:12::31",
                   .target = "2001:db8:12::50",
                   .options = option(2, mac_a),
                   .to = mac_d}),
             drop(WEFT_DROP_discovery_target)},
            // Where a target would be: options that nobody reads, of type 14.
            {"a router solicitation",
             says({.type = 133,
                   .source = "fe80::ff:fe00:a01",
                   .destination = "ff02::2",
                   .target = "e01:102:304:506:e01:102:304:506",
                   .to = mac("33:33:00:00:00:02")}),
             drop(WEFT_DROP_punt_off)},
            {"a router solicitation as a neighbour",
             says({.type = 133,
                   .source = "fe80::ff:fe00:d04",
                   .destination = "ff02::2",
                   .target = "e01:102:304:506:e01:102:304:506",
                   .to = mac("33:33:00:00:00:02")}),
             drop(WEFT_DROP_router_solicitation)},
            {"a router advertisement",
             says({.type = router_advertisement,
                   .source = "fe80::ff:fe00:a01",
                   .destination = "ff02::1",
                   .target = "::",
                   .options = own,
                   .to = mac("33:33:00:00:00:01")}),
             drop(WEFT_DROP_discovery_router)},
            {"as the router",
             says({.type = router_advertisement,
                   .source = "fe80::ff:fe00:fe",
                   .destination = "ff02::1",
                   .target = "::",
                   .to = mac("33:33:00:00:00:01")}),
             drop(WEFT_DROP_discovery_router)},
            {"to a neighbour alone",
             says({.type = router_advertisement,
                   .destination = "2001:db8:12::31",
                   .target = "::",
                   .to = mac_d}),
             drop(WEFT_DROP_discovery_router)},
            {"to a far record alone",
             says({.type = router_advertisement,
                   .destination = "2001:db8:12::50",
                   .target = "::",
                   .to = mac_b}),
             drop(WEFT_DROP_discovery_router)},
            {"behind an extension header",
             says({.type = router_advertisement,
                   .destination = "2001:db8:12::50",
                   .target = "::",
                   .to = mac_b,
                   .next = 60,
                   .before = extension(58)}),
             drop(WEFT_DROP_discovery_malformed)},
            {"a redirect", says({.type = redirection, .destination = "2001:db8:12::31", .to = mac_d}),
             drop(WEFT_DROP_discovery_router)},
            {"a redirect as the router",
             says({.type = redirection,
                   .source = "fe80::ff:fe00:fe",
                   .destination = "2001:db8:12::31",
                   .to = mac_d}),
             drop(WEFT_DROP_discovery_router)},
            {"a redirect to a far record",
             says({.type = redirection, .destination = "2001:db8:12::50", .to = mac_b}),
             drop(WEFT_DROP_discovery_router)},
            {"a solicitation cut in its target",
             [] {
                 const Ipv6 header{.source = ip6("2001:db8:12::30"), .destination = ip6("ff02::1:ff00:50")};
                 return frame(V6{.destination = "ff02::1:ff00:50",
                                 .next = protocol_icmp6,
                                 .l4 = icmp6(header, 135, 0, 0, Bytes(15)),
                                 .hops = 255});
             }(),
             drop(WEFT_DROP_discovery_malformed)},
        });
}
