// SPDX-License-Identifier: Apache-2.0
// ARP is answered on the sender's own host (RFC 826); nothing is broadcast.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

const Mac everyone = mac("ff:ff:ff:ff:ff:ff");

Arp question(std::string_view target) {
    return {.sender_mac = mac_a, .sender = ip("10.1.2.30"), .target = ip(target)};
}

Bytes frame(const Arp& header) { return ethernet(everyone, mac_a, ethertype_arp, arp(header)); }

// What a standing neighbour would have answered.
Bytes answer(std::string_view target, const Mac& has) {
    const Arp header{.operation = 2,
                     .sender_mac = has,
                     .sender = ip(target),
                     .target_mac = mac_a,
                     .target = ip("10.1.2.30")};
    return ethernet(mac_a, has, ethertype_arp, arp(header));
}

}  // namespace

TEST_CASE("[5.2/arp] [5.1/arp] the router and every known address are answered") {
    World world;
    const struct {
        const char* address;
        Mac mac;
    } known[] = {{"10.1.2.1", mac_router}, {"10.1.2.50", mac_b}, {"10.1.2.31", mac_d}};
    for (const auto& [address, mac] : known) {
        const auto ran = world.programs.send(frame(question(address)), world.i1);
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(answer(address, mac)));
    }
    CHECK(world.counter(record_a).tx_packets == 3);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.2/unknown] an address that nobody has is not answered") {
    World world;
    world.expect_dropped(world.programs.send(frame(question("10.1.2.77")), world.i1), WEFT_DROP_arp_unknown,
                         record_a);
}

TEST_CASE("[4.5/arp] the other partition's holder of an address is never named") {
    World world;
    const Arp ask{.sender_mac = mac_r, .sender = ip("10.1.2.30"), .target = ip("10.1.2.50")};
    const auto ran = world.programs.send(ethernet(everyone, mac_r, ethertype_arp, arp(ask)), world.r1);
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 22, 6)) == to_hex({mac_s.begin(), mac_s.end()}));
    const Arp blue_only{.sender_mac = mac_r, .sender = ip("10.1.2.30"), .target = ip("10.1.2.31")};
    CHECK(world.programs.send(ethernet(everyone, mac_r, ethertype_arp, arp(blue_only)), world.r1).verdict ==
          shot);
    CHECK(world.drops(record_r, WEFT_DROP_arp_unknown, WEFT_TX) == 1);
}

TEST_CASE("[4.3/arp] a spoofed ARP sender is refused, check on or off") {
    World world;
    SUBCASE("check on") {}
    SUBCASE("check off") {
        world.change_port(world.i1,
                          [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
    }
    auto ask = question("10.1.2.50");
    SUBCASE("MAC") {
        ask.sender_mac = mac_d;
        world.expect_dropped(world.programs.send(frame(ask), world.i1), WEFT_DROP_arp_sender_mac, record_a);
    }
    SUBCASE("address") {
        ask.sender = ip("10.1.2.31");
        world.expect_dropped(world.programs.send(frame(ask), world.i1), WEFT_DROP_arp_sender_address,
                             record_a);
    }
}

TEST_CASE("[5.2/probe] a probe (RFC 5227) for a taken address is answered, for the own one not") {
    World world;
    auto probe = question("10.1.2.50");
    probe.sender = 0;
    CHECK(world.programs.send(frame(probe), world.i1).verdict == redirect);
    probe.target = ip("10.1.2.30");
    world.expect_nothing_dropped();
    CHECK(world.programs.send(frame(probe), world.i1).verdict == shot);
    CHECK(world.drops(WEFT_DROP_arp_own) == 1);
}

TEST_CASE("[5.2/announcement] an announcement of the own address goes nowhere") {
    World world;
    world.expect_dropped(world.programs.send(frame(question("10.1.2.30")), world.i1), WEFT_DROP_arp_own,
                         record_a);
}

TEST_CASE("[5.2/reply] replies and malformed ARP are dropped") {
    World world;
    auto reply = question("10.1.2.50");
    reply.operation = 2;
    auto malformed = frame(question("10.1.2.50"));
    SUBCASE("reply") {
        world.expect_dropped(world.programs.send(frame(reply), world.i1), WEFT_DROP_arp_not_request,
                             record_a);
    }
    SUBCASE("hardware type") {
        malformed[15] = 6;
        world.expect_dropped(world.programs.send(malformed, world.i1), WEFT_DROP_arp_malformed, record_a);
    }
    SUBCASE("protocol address size") {
        malformed[19] = 16;
        world.expect_dropped(world.programs.send(malformed, world.i1), WEFT_DROP_arp_malformed, record_a);
    }
    SUBCASE("cut at every length") {
        for (std::size_t size = 14; size < 42; size++) {
            CAPTURE(size);
            CHECK(world.programs.send(slice(malformed, 0, size), world.i1).verdict == shot);
        }
        CHECK(world.drops(record_a, WEFT_DROP_arp_truncated, WEFT_TX) == 28);
    }
}
