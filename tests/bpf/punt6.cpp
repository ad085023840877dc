// SPDX-License-Identifier: Apache-2.0
// Router solicitations (RFC 4861) and DHCPv6 (RFC 8415) go to the agent's tap and its answers come back; what
// no client of the record sends is refused.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"
#include "weft/abi/punt.h"

using namespace weft::test;

namespace {

constexpr const char* own = "fe80::ff:fe00:a01";        // of mac_a
constexpr const char* neighbour = "fe80::ff:fe00:d04";  // of mac_d, on the same host
constexpr const char* opaque = "fe80::1234:5678:9abc:def0";

Bytes mac_option(const Mac& mac) { return Bytes{1, 1} + Bytes(mac.begin(), mac.end()); }

struct Solicitation {
    const char* source{own};
    const char* destination{"ff02::2"};
    Bytes options{mac_option(mac_a)};
    std::uint8_t hops{255};
    std::uint8_t code{0};
    std::uint8_t next{protocol_icmp6};
    Bytes before{};
};

Bytes frame(const Solicitation& s) {
    const Ipv6 pseudo{.source = ip6(s.source), .destination = ip6(s.destination)};
    const Ipv6 header{
        .source = pseudo.source, .destination = pseudo.destination, .next = s.next, .hops = s.hops};
    return ethernet(mac("33:33:00:00:00:02"), mac_a, ethertype_ipv6,
                    ipv6(header, s.before + icmp6(pseudo, 133, s.code, 0, s.options)));
}

struct Dhcp {
    const char* source{own};
    const char* destination{"ff02::1:2"};
    std::uint16_t from{546};
    std::uint16_t to{547};
    std::uint8_t next{protocol_udp};
    Bytes before{};
};

Bytes frame(const Dhcp& d) {
    const Ipv6 header{.source = ip6(d.source), .destination = ip6(d.destination), .next = d.next};
    return ethernet(mac("33:33:00:01:00:02"), mac_a, ethertype_ipv6,
                    ipv6(header, d.before + udp(d.from, d.to, payload(60))));
}

// The documented encoding of an untagged device.
Bytes encoded(unsigned ifindex) { return be16(0x0200) + be32(ifindex); }

Bytes answering(const Bytes& to, const char* destination) {
    const Ipv6 header{.source = ip6(router_link_local),
                      .destination = ip6(destination),
                      .next = protocol_icmp6,
                      .hops = 255};
    return to +
           slice(ethernet({}, mac_b, ethertype_ipv6, ipv6(header, icmp6(header, 134, 0, 0, Bytes(8)))), 6);
}

struct Punting : World {
    Punting() { use_tap(programs.device("punt")); }
    void use_tap(unsigned ifindex) { put(WEFT_MAP_NAME(WEFT_PUNT_MAP), __u32{0}, weft_punt{ifindex}); }
    void expect_punted(const Bytes& sent) {
        const auto ran = programs.send(sent, i1);
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(encoded(i1) + slice(sent, 6)));
        CHECK(counter(record_a).tx_packets == 1);
        expect_nothing_dropped();
    }
    template <class Message>
    void expect_refused(const Message& message, weft_drop_reason reason) {
        expect_dropped(programs.send(frame(message), i1), reason, record_a);
    }
    void uncheck() {
        change_port(i1, [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
    }
};

}  // namespace

TEST_CASE("[5.3/ra] a router solicitation goes to the agent, who learns where it came from") {
    Punting world;
    SUBCASE("from the MAC's link-local address") { world.expect_punted(frame(Solicitation{})); }
    SUBCASE("from one that is made of no MAC") { world.expect_punted(frame(Solicitation{.source = opaque})); }
    SUBCASE("from an own address") { world.expect_punted(frame(Solicitation{.source = "2001:db8:12::30"})); }
    SUBCASE("without an address") { world.expect_punted(frame(Solicitation{.source = "::", .options = {}})); }
    SUBCASE("with other options") {
        world.expect_punted(frame(Solicitation{.options = from_hex("0e01 0102 0304 0506")}));
    }
    SUBCASE("to the router itself") {
        world.expect_punted(frame(Solicitation{.destination = router_link_local}));
    }
}

TEST_CASE("[5.3/ra] [4.3/nd] a router solicitation that is not the record's is refused, check on or off") {
    Punting world;
    SUBCASE("check on") {}
    SUBCASE("check off") { world.uncheck(); }
    SUBCASE("another record's link-local address") {
        world.expect_refused(Solicitation{.source = neighbour}, WEFT_DROP_router_solicitation);
    }
    SUBCASE("the router's") {
        world.expect_refused(Solicitation{.source = router_link_local}, WEFT_DROP_router_solicitation);
    }
    SUBCASE("another record's address") {
        world.expect_refused(Solicitation{.source = "2001:db8:12::31"}, WEFT_DROP_router_solicitation);
    }
    SUBCASE("another's MAC in its options") {
        world.expect_refused(Solicitation{.options = mac_option(mac_d)}, WEFT_DROP_discovery_mac);
    }
    SUBCASE("to all nodes") {
        world.expect_refused(Solicitation{.destination = "ff02::1"}, WEFT_DROP_router_solicitation);
    }
    SUBCASE("to another instance") {
        world.expect_refused(Solicitation{.destination = "2001:db8:12::50"}, WEFT_DROP_router_solicitation);
    }
}

TEST_CASE("[5.3/ra] a router solicitation that RFC 4861, 6.1.1 calls invalid is dropped") {
    Punting world;
    SUBCASE("hop limit") { world.expect_refused(Solicitation{.hops = 254}, WEFT_DROP_discovery_malformed); }
    SUBCASE("code") { world.expect_refused(Solicitation{.code = 1}, WEFT_DROP_discovery_malformed); }
    SUBCASE("an option of length zero") {
        world.expect_refused(Solicitation{.options = Bytes(8)}, WEFT_DROP_discovery_malformed);
    }
    SUBCASE("an option beyond the message") {
        world.expect_refused(Solicitation{.options = Bytes{14, 2} + Bytes(6)}, WEFT_DROP_discovery_malformed);
    }
    SUBCASE("in a fragment (RFC 6980)") {
        world.expect_refused(Solicitation{.next = 44, .before = fragment_header(58, 1, 7)},
                             WEFT_DROP_discovery_malformed);
    }
}

TEST_CASE("[5.3/ra] a router solicitation cut at every length") {
    Punting world;
    const auto whole = slice(frame(Solicitation{}), 14);
    for (std::size_t size = 40; size < whole.size(); size++) {
        CAPTURE(size);
        auto cut = slice(whole, 0, size);
        cut[5] = static_cast<std::uint8_t>(size - 40);
        const bool without_options = size == 40 + 8;
        const auto ran =
            world.programs.send(ethernet(mac("33:33:00:00:00:02"), mac_a, ethertype_ipv6, cut), world.i1);
        CHECK(ran.verdict == (without_options ? redirect : shot));
    }
    CHECK(world.drops(record_a, WEFT_DROP_discovery_malformed, WEFT_TX) == whole.size() - 40 - 2);
}

TEST_CASE("[5.3/dhcp6] a DHCPv6 client's messages go to the agent") {
    Punting world;
    SUBCASE("from the MAC's link-local address") { world.expect_punted(frame(Dhcp{})); }
    SUBCASE("from one that is made of no MAC") { world.expect_punted(frame(Dhcp{.source = opaque})); }
    SUBCASE("[4.3/dhcp6] check off") {
        world.uncheck();
        world.expect_punted(frame(Dhcp{}));
    }
}

TEST_CASE("[5.3/dhcp6] [4.3/dhcp6] what no client of the record sends is refused, check on or off") {
    Punting world;
    SUBCASE("check on") {}
    SUBCASE("check off") { world.uncheck(); }
    const auto refused = [&](const Dhcp& message) { world.expect_refused(message, WEFT_DROP_dhcp6); };
    SUBCASE("from another record's link-local address") { refused({.source = neighbour}); }
    SUBCASE("from the router's") { refused({.source = router_link_local}); }
    SUBCASE("from an own address that is not link-local") { refused({.source = "2001:db8:12::30"}); }
    SUBCASE("without an address") { refused({.source = "::"}); }
    SUBCASE("to the servers of the site") { refused({.destination = "ff05::1:3"}); }
    SUBCASE("to one link-local address") { refused({.destination = router_link_local}); }
    SUBCASE("a server's answer") { refused({.destination = neighbour, .from = 547, .to = 546}); }
    SUBCASE("a server's answer to a group") { refused({.destination = "ff02::1", .from = 547, .to = 546}); }
    SUBCASE("a relay's") { refused({.from = 547}); }
    SUBCASE("from another port") { refused({.from = 1546}); }
    SUBCASE("a fragment") { refused({.next = 44, .before = fragment_header(17, 1, 7)}); }
}

TEST_CASE("[5.3/dhcp6] the ports mean nothing between addresses of instances") {
    Punting world;
    const auto sent = frame(Dhcp{.source = "2001:db8:12::30", .destination = "2001:db8:13::7"});
    const auto to_router = Bytes(mac_router.begin(), mac_router.end()) + slice(sent, 6);
    CHECK(world.programs.send(to_router, world.i1).verdict == redirect);
    CHECK(world.counter(record_a).tx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.3/off] without an agent solicitations and DHCPv6 are dropped with a reason") {
    Punting world;
    world.use_tap(0);
    SUBCASE("solicitation") { world.expect_refused(Solicitation{}, WEFT_DROP_punt_off); }
    SUBCASE("DHCPv6") { world.expect_refused(Dhcp{}, WEFT_DROP_punt_off); }
}

TEST_CASE("[5.3/answer] the agent's IPv6 answers reach the instance that asked, and it alone") {
    Punting world;
    const char* destination = own;
    SUBCASE("unicast") {}
    SUBCASE("to all nodes") { destination = "ff02::1"; }
    const auto written = answering(encoded(world.i1), destination);
    const auto ran = world.programs.answer(written);
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(ran.packet) == to_hex(Bytes(mac_a.begin(), mac_a.end()) +
                                       Bytes(mac_router.begin(), mac_router.end()) + slice(written, 12)));
    CHECK(world.counter(record_a).rx_packets == 1);
    CHECK(world.counter(record_r).rx_packets == 0);
    CHECK(world.programs.answer(answering(encoded(world.r1), destination)).verdict == redirect);
    CHECK(world.counter(record_a).rx_packets == 1);
    CHECK(world.counter(record_r).rx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.3/answer] IPv6 from the tap that is for no attachment goes nowhere") {
    Punting world;
    const auto good = answering(encoded(world.i1), own);
    const auto drop = [&](const Bytes& written, weft_drop_reason reason, std::uint64_t record = 0) {
        world.expect_dropped(world.programs.answer(written), reason, record, WEFT_RX);
    };
    SUBCASE("no mark in the MAC") { drop(from_hex("ffff") + slice(good, 2), WEFT_DROP_punt_frame); }
    SUBCASE("a device without attachment") {
        drop(answering(encoded(world.programs.uplink()), own), WEFT_DROP_no_port);
    }
    SUBCASE("[1.15/disabled] a disabled record") {
        world.change_port(world.i1, [](weft_port& p) { p.flags |= WEFT_PORT_DISABLED; });
        drop(good, WEFT_DROP_disabled, record_a);
    }
}
