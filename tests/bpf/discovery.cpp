// SPDX-License-Identifier: Apache-2.0
// Neighbour discovery is answered on the sender's own host (RFC 4861); nothing is multicast.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint8_t solicitation = 135;
constexpr std::uint8_t advertisement = 136;
constexpr std::uint32_t router_flag = 0x80000000U;
constexpr std::uint32_t solicited_flag = 0x40000000U;
constexpr std::uint32_t override_flag = 0x20000000U;

const Mac solicited_node = mac("33:33:ff:00:00:50");

// RFC 4861, 4.6.1.
Bytes mac_option(std::uint8_t type, const Mac& mac) { return Bytes{type, 1} + Bytes(mac.begin(), mac.end()); }

struct Message {
    std::uint8_t type{solicitation};
    const char* source{"2001:db8:12::30"};
    const char* destination{"ff02::1:ff00:50"};
    const char* target{"2001:db8:12::50"};
    Bytes options{mac_option(1, mac_a)};
    std::uint8_t hops{255};
    std::uint8_t code{0};
    std::uint32_t rest{0};
    std::uint8_t next{protocol_icmp6};
    Bytes before{};  // extension headers
};

Bytes frame(const Message& m) {
    const Ipv6 pseudo{.source = ip6(m.source), .destination = ip6(m.destination)};
    const Ipv6 header{
        .source = pseudo.source, .destination = pseudo.destination, .next = m.next, .hops = m.hops};
    return ethernet(
        solicited_node, mac_a, ethertype_ipv6,
        ipv6(header, m.before + icmp6(pseudo, m.type, m.code, m.rest, ip6(m.target) + m.options)));
}

// What the target itself would have answered (RFC 4861, 4.4 and 7.2.4).
Bytes answer(std::string_view target, const Mac& has, std::string_view to, std::uint32_t flags) {
    const Ipv6 header{.source = ip6(target), .destination = ip6(to), .next = protocol_icmp6, .hops = 255};
    const auto body = icmp6(header, advertisement, 0, flags, ip6(target) + mac_option(2, has));
    const auto station = to == "ff02::1" ? mac("33:33:00:00:00:01") : mac_a;
    return ethernet(station, has, ethertype_ipv6, ipv6(header, body));
}

}  // namespace

TEST_CASE("[5.2/nd] [5.1/nd] the router and every known address are answered") {
    World world;
    const struct {
        const char* target;
        Mac mac;
        std::uint32_t flags;
    } known[] = {{"2001:db8:12::1", mac_router, router_flag},
                 {router_link_local, mac_router, router_flag},
                 {"2001:db8:12::50", mac_b, 0},
                 {"2001:db8:12::31", mac_d, 0}};
    for (const auto& k : known) {
        CAPTURE(k.target);
        for (const auto* source : {"2001:db8:12::30", "fe80::ff:fe00:a01", "fe80::1234:5678:9abc:def0"}) {
            const auto ran = world.programs.send(frame({.source = source, .target = k.target}), world.i1);
            CHECK(ran.verdict == redirect);
            CHECK(to_hex(ran.packet) ==
                  to_hex(answer(k.target, k.mac, source, k.flags | solicited_flag | override_flag)));
        }
    }
    CHECK(world.counter(record_a).tx_packets == 12);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.2/nd] solicitations of every shape are answered alike") {
    World world;
    const auto expected =
        to_hex(answer("2001:db8:12::50", mac_b, "2001:db8:12::30", solicited_flag | override_flag));
    const Bytes nonce = from_hex("0e01 0102 0304 0506");
    for (const auto& options : {Bytes{}, mac_option(1, mac_a), mac_option(1, mac_a) + nonce, nonce + nonce}) {
        CAPTURE(options.size());
        const auto ran = world.programs.send(frame({.options = options}), world.i1);
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == expected);
    }
    const auto unicast = frame({.destination = "2001:db8:12::50", .options = {}});
    CHECK(to_hex(world.programs.send(unicast, world.i1).packet) == expected);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.2/nd-unknown] an address that nobody has is not answered") {
    World world;
    SUBCASE("global") {
        world.expect_dropped(world.programs.send(frame({.target = "2001:db8:12::77"}), world.i1),
                             WEFT_DROP_discovery_unknown, record_a);
    }
    SUBCASE("another's link-local") {
        world.expect_dropped(world.programs.send(frame({.target = "fe80::77"}), world.i1),
                             WEFT_DROP_discovery_unknown, record_a);
    }
}

TEST_CASE("[4.5/nd] the other partition's holder of an address is never named") {
    World world;
    auto ask = frame({.options = mac_option(1, mac_r)});
    std::copy(mac_r.begin(), mac_r.end(), ask.begin() + 6);
    const auto ran = world.programs.send(ask, world.r1);
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 6, 6)) == to_hex({mac_s.begin(), mac_s.end()}));
    auto blue_only = frame({.target = "2001:db8:12::31", .options = mac_option(1, mac_r)});
    std::copy(mac_r.begin(), mac_r.end(), blue_only.begin() + 6);
    CHECK(world.programs.send(blue_only, world.r1).verdict == shot);
    CHECK(world.drops(record_r, WEFT_DROP_discovery_unknown, WEFT_TX) == 1);
}

TEST_CASE(
    "[5.2/dad] duplicate detection (RFC 4862): a taken address is answered to all, an own one is free") {
    World world;
    const auto probe = [&](const char* target) {
        return world.programs.send(frame({.source = "::", .target = target, .options = {}}), world.i1);
    };
    SUBCASE("taken") {
        const auto ran = probe("2001:db8:12::50");
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(answer("2001:db8:12::50", mac_b, "ff02::1", override_flag)));
    }
    SUBCASE("the router's link-local") {
        const auto ran = probe(router_link_local);
        CHECK(to_hex(ran.packet) ==
              to_hex(answer(router_link_local, mac_router, "ff02::1", router_flag | override_flag)));
    }
    SUBCASE("own") { world.expect_dropped(probe("2001:db8:12::30"), WEFT_DROP_discovery_own, record_a); }
    SUBCASE("own link-local") {
        world.expect_dropped(probe("fe80::ff:fe00:a01"), WEFT_DROP_discovery_own, record_a);
    }
    SUBCASE("own, asked by itself") {
        world.expect_dropped(world.programs.send(frame({.target = "2001:db8:12::30"}), world.i1),
                             WEFT_DROP_discovery_own, record_a);
    }
    SUBCASE("nobody's") {
        world.expect_dropped(probe("2001:db8:12::77"), WEFT_DROP_discovery_unknown, record_a);
    }
}

TEST_CASE("[4.3/nd] spoofed discovery is refused, check on or off") {
    World world;
    SUBCASE("check on") {}
    SUBCASE("check off") {
        world.change_port(world.i1,
                          [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
    }
    const auto drop = [&](const Message& message, weft_drop_reason reason) {
        world.expect_dropped(world.programs.send(frame(message), world.i1), reason, record_a);
    };
    SUBCASE("source link-layer address") { drop({.options = mac_option(1, mac_d)}, WEFT_DROP_discovery_mac); }
    SUBCASE("hidden behind the right one") {
        drop({.options = mac_option(1, mac_a) + mac_option(1, mac_d)}, WEFT_DROP_discovery_mac);
    }
    SUBCASE("target link-layer address") {
        drop({.type = advertisement, .target = "2001:db8:12::30", .options = mac_option(2, mac_d)},
             WEFT_DROP_discovery_mac);
    }
    SUBCASE("sender") { drop({.source = "2001:db8:12::31"}, WEFT_DROP_discovery_sender); }
    SUBCASE("an advertisement of another's address") {
        drop({.type = advertisement, .target = "2001:db8:12::31", .options = mac_option(2, mac_a)},
             WEFT_DROP_discovery_target);
    }
    SUBCASE("an advertisement of the router's address") {
        drop({.type = advertisement, .target = "2001:db8:12::1", .options = mac_option(2, mac_a)},
             WEFT_DROP_discovery_target);
    }
    SUBCASE("an advertisement of the router's link-local address") {
        drop({.type = advertisement, .target = router_link_local, .options = mac_option(2, mac_a)},
             WEFT_DROP_discovery_target);
    }
    SUBCASE("a router advertisement") { drop({.type = 134}, WEFT_DROP_discovery_router); }
    SUBCASE("a redirect") { drop({.type = 137}, WEFT_DROP_discovery_router); }
}

TEST_CASE("[5.2/nd-announcement] an advertisement of an own address goes nowhere") {
    World world;
    const char* own = "2001:db8:12::30";
    SUBCASE("global") {}
    SUBCASE("link-local") { own = "fe80::ff:fe00:a01"; }
    const Message message{
        .type = advertisement, .destination = "ff02::1", .target = own, .options = mac_option(2, mac_a)};
    world.expect_dropped(world.programs.send(frame(message), world.i1), WEFT_DROP_discovery_announcement,
                         record_a);
}

TEST_CASE("[5.2/nd-valid] messages that RFC 4861, 7.1 calls invalid are dropped") {
    World world;
    const auto drop = [&](const Message& message) {
        world.expect_dropped(world.programs.send(frame(message), world.i1), WEFT_DROP_discovery_malformed,
                             record_a);
    };
    SUBCASE("hop limit") { drop({.hops = 254}); }
    SUBCASE("code") { drop({.code = 1}); }
    SUBCASE("multicast target") { drop({.target = "ff02::1"}); }
    SUBCASE("an option of length zero") { drop({.options = Bytes(8)}); }
    SUBCASE("an option beyond the message") { drop({.options = Bytes{14, 2} + Bytes(6)}); }
    SUBCASE("half an option") { drop({.options = Bytes(4, 1)}); }
    SUBCASE("more options than anybody sends") {
        Bytes options;
        for (int i = 0; i < 9; i++) options = options + mac_option(1, mac_a);
        drop({.options = options});
    }
    SUBCASE("in a fragment (RFC 6980)") { drop({.next = 44, .before = fragment_header(58, 1, 7)}); }
    SUBCASE("behind an extension header") { drop({.next = 60, .before = extension(58)}); }
}

TEST_CASE("[5.2/nd-valid] a solicitation cut at every length") {
    World world;
    const auto whole = slice(frame({}), 14);
    for (std::size_t size = 40; size < whole.size(); size++) {
        CAPTURE(size);
        auto cut = slice(whole, 0, size);
        cut[5] = static_cast<std::uint8_t>(size - 40);
        const bool without_options = size == 40 + 24;
        const auto ran = world.programs.send(ethernet(solicited_node, mac_a, ethertype_ipv6, cut), world.i1);
        CHECK(ran.verdict == (without_options ? redirect : shot));
    }
    // Without a type it is any packet to a group.
    CHECK(world.drops(record_a, WEFT_DROP_discovery_malformed, WEFT_TX) == whole.size() - 40 - 2);
    CHECK(world.drops(record_a, WEFT_DROP_multicast, WEFT_TX) == 1);
}

TEST_CASE("[4.4/nd] discovery that another host sends is dropped") {
    World world;
    const Ipv6 header{.source = ip6("2001:db8:12::50"),
                      .destination = ip6("2001:db8:12::30"),
                      .next = protocol_icmp6,
                      .hops = 255};
    const auto body =
        icmp6(header, advertisement, 0, override_flag, ip6("2001:db8:12::31") + mac_option(2, mac_b));
    const auto inner = ethernet(mac_a, mac_b, ethertype_ipv6, ipv6(header, body));
    SUBCASE("tc") {
        world.expect_dropped(world.programs.receive(arriving(inner)), WEFT_DROP_inner_discovery);
    }
    SUBCASE("XDP") {
        world.expect_dropped(world.programs.receive_xdp(arriving(inner)), WEFT_DROP_inner_discovery, 0,
                             WEFT_RX, xdp_drop);
    }
}
