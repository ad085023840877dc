// SPDX-License-Identifier: Apache-2.0
// admit: whose frame is it, may it send, is it what it claims to be.
#include <doctest/doctest.h>

#include <ctime>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

std::uint64_t boot_time() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

Bytes spoofed(std::string_view source) {
    const Ipv4 header{.source = ip(source), .destination = ip("10.1.2.50")};
    return ethernet(mac_b, mac_a, ethertype_ipv4, ipv4(header, udp(1, 2, payload(10))));
}

const Bytes good = from_a("10.1.2.50", mac_b, payload(10));

}  // namespace

TEST_CASE("[2.2/send] a frame of an attached record is sent and counted") {
    World world;
    const auto ran = world.programs.send(good, world.i1);
    CHECK(ran.verdict == redirect);
    world.expect_nothing_dropped();
    CHECK(world.counter(record_a).tx_packets == 1);
    CHECK(world.counter(record_a).tx_bytes == good.size());
}

TEST_CASE("[2.4/detached] a device without attachment sends nothing") {
    World world;
    world.expect_dropped(world.programs.send(good, world.programs.uplink()), WEFT_DROP_no_port);
}

TEST_CASE("[2.1/order] transmit off until the mapping is announced") {
    World world;
    world.change_port(world.i1, [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_TRANSMIT); });
    world.expect_dropped(world.programs.send(good, world.i1), WEFT_DROP_transmit_off, record_a);
}

TEST_CASE("[1.15/disabled] [1.15/in-repair] each state drops with its own reason") {
    World world;
    SUBCASE("disabled") {
        world.change_port(world.i1, [](weft_port& p) { p.flags |= WEFT_PORT_DISABLED; });
        world.expect_dropped(world.programs.send(good, world.i1), WEFT_DROP_disabled, record_a);
    }
    SUBCASE("in repair") {
        world.change_port(world.i1, [](weft_port& p) { p.flags |= WEFT_PORT_IN_REPAIR; });
        world.expect_dropped(world.programs.send(good, world.i1), WEFT_DROP_in_repair, record_a);
    }
}

TEST_CASE("[2.11/fence] a lease is enforced by the clock alone") {
    World world;
    SUBCASE("running") {
        const auto later = boot_time() + 3'600'000'000'000;
        world.change_port(world.i1, [&](weft_port& p) { p.lease_expiry = later; });
        CHECK(world.programs.send(good, world.i1).verdict == redirect);
    }
    SUBCASE("expired") {
        const auto now = boot_time();
        world.change_port(world.i1, [&](weft_port& p) { p.lease_expiry = now; });
        world.expect_dropped(world.programs.send(good, world.i1), WEFT_DROP_lease_expired, record_a);
    }
}

TEST_CASE("[4.3/source] a spoofed source address is dropped and counted") {
    World world;
    world.expect_dropped(world.programs.send(spoofed("10.1.2.99"), world.i1), WEFT_DROP_source_address,
                         record_a);
}

TEST_CASE("[4.3/source] another record's address is not the sender's own, on one host and across") {
    World world;
    for (const auto* other : {"10.1.2.31", "10.1.2.50"})
        CHECK(world.programs.send(spoofed(other), world.i1).verdict == shot);
    CHECK(world.drops(WEFT_DROP_source_address) == 2);
}

TEST_CASE("[4.3/source] a record's further addresses are its own") {
    World world;
    world.change_local(blue, "10.1.2.31", [](weft_local& l) { l.record = record_a; });
    CHECK(world.programs.send(spoofed("10.1.2.31"), world.i1).verdict == redirect);
}

TEST_CASE("[4.3/off] with the check off any source passes") {
    World world;
    world.change_port(world.i1,
                      [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
    CHECK(world.programs.send(spoofed("198.51.100.7"), world.i1).verdict == redirect);
    world.expect_nothing_dropped();
}

TEST_CASE("[4.3/mac] a spoofed MAC is refused, check on or off") {
    World world;
    const Ipv4 header{.source = ip("10.1.2.30"), .destination = ip("10.1.2.50")};
    const auto frame = ethernet(mac_b, mac_d, ethertype_ipv4, ipv4(header, udp(1, 2, payload(10))));
    SUBCASE("on") {}
    SUBCASE("off") {
        world.change_port(world.i1,
                          [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
    }
    world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_source_mac, record_a);
}

TEST_CASE("[2.6/shared] records on one device are told apart by source address") {
    World world;
    weft_port_key key{};
    key.ifindex = world.i1;
    weft_port first{};
    world.change_port(world.i1, [&](weft_port& p) {
        first = p;
        p.flags = WEFT_PORT_SHARED;
    });
    key.source = mapped("10.1.2.30");
    world.put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, first);
    SUBCASE("known") {
        CHECK(world.programs.send(good, world.i1).verdict == redirect);
        CHECK(world.counter(record_a).tx_packets == 1);
    }
    SUBCASE("unknown") {
        world.expect_dropped(world.programs.send(spoofed("10.1.2.31"), world.i1), WEFT_DROP_no_port_source);
    }
    SUBCASE("ARP goes by its sender address") {
        const Arp ask{.sender_mac = mac_a, .sender = ip("10.1.2.30"), .target = ip("10.1.2.50")};
        CHECK(
            world.programs.send(ethernet(mac("ff:ff:ff:ff:ff:ff"), mac_a, ethertype_arp, arp(ask)), world.i1)
                .verdict == redirect);
    }
}

TEST_CASE("[5.2/broadcast] broadcast and multicast do not leave the host") {
    World world;
    SUBCASE("to a group MAC") {
        const auto frame = from_a("10.1.2.50", mac("ff:ff:ff:ff:ff:ff"), payload(10));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_multicast, record_a);
    }
    SUBCASE("to a group address") {
        const auto frame = from_a("224.0.0.251", mac_b, payload(10));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_multicast, record_a);
    }
    SUBCASE("to the limited broadcast address") {
        const auto frame = from_a("255.255.255.255", mac_b, payload(10));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_multicast, record_a);
    }
}

TEST_CASE("[4.3/malformed] frames that are neither whole IPv4 nor ARP") {
    World world;
    const auto ip_frame = [](const Bytes& packet) { return ethernet(mac_b, mac_a, ethertype_ipv4, packet); };
    const Ipv4 header{.source = ip("10.1.2.30"), .destination = ip("10.1.2.50")};
    auto packet = ipv4(header, udp(1, 2, payload(10)));
    SUBCASE("other ethertype") {
        const auto frame = ethernet(mac_b, mac_a, 0x88cc, payload(40));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ethertype, record_a);
    }
    SUBCASE("version 5") {
        packet[0] = 0x55;
        world.expect_dropped(world.programs.send(ip_frame(packet), world.i1), WEFT_DROP_ip_malformed,
                             record_a);
    }
    SUBCASE("header length 4 words") {
        packet[0] = 0x44;
        world.expect_dropped(world.programs.send(ip_frame(packet), world.i1), WEFT_DROP_ip_malformed,
                             record_a);
    }
    SUBCASE("total length beyond the frame") {
        packet[3] = static_cast<std::uint8_t>(packet[3] + 1);
        world.expect_dropped(world.programs.send(ip_frame(packet), world.i1), WEFT_DROP_ip_malformed,
                             record_a);
    }
    SUBCASE("total length shorter than the header") {
        packet[3] = 19;
        world.expect_dropped(world.programs.send(ip_frame(packet), world.i1), WEFT_DROP_ip_malformed,
                             record_a);
    }
}

TEST_CASE("[8.3/chain] a missing step of the chain drops with its own reason") {
    World world;
    world.programs.empty_chain();
    const auto ran = world.programs.send(good, world.i1);
    world.programs.fill_chain();
    world.expect_dropped(ran, WEFT_DROP_chain_missing, record_a);
}
