// SPDX-License-Identifier: Apache-2.0
// Delegated prefixes (requirement 1.1): their record sends from and receives at every address of them, here
// and on another host; nobody else does.
#include <doctest/doctest.h>

#include "tests/harness/bpf/matrix.h"

using namespace weft::test;

namespace {

weft_overlay_prefix delegated(std::string_view address, unsigned bits) {
    const unsigned before = address.find(':') == std::string_view::npos ? WEFT_MAPPED_BITS : 0;
    return {WEFT_GNI_BITS + before + bits, blue, mapped(address)};
}

// 10.1.2.64/28 and 2001:db8:12:0:64::/80 are a's, 10.1.2.96/28 is b's on the peer.
struct Delegated : World {
    Delegated() {
        const struct {
            const char* address;
            unsigned bits;
        } own[] = {{"10.1.2.64", 28}, {"2001:db8:12:0:64::", 80}};
        for (const auto& prefix : own) {
            weft_local local{};
            const auto key = overlay(blue, "10.1.2.30");
            get_raw(WEFT_MAP_NAME(WEFT_LOCAL_MAP), &key, &local);
            put(WEFT_MAP_NAME(WEFT_LOCAL_PREFIX_MAP), delegated(prefix.address, prefix.bits), local);
        }
        weft_mapping mapping{};
        const auto b = overlay(blue, "10.1.2.50");
        get_raw(WEFT_MAP_NAME(WEFT_MAPPING_MAP), &b, &mapping);
        put(WEFT_MAP_NAME(WEFT_MAPPING_PREFIX_MAP), delegated("10.1.2.96", 28), mapping);
        const weft_source_prefix source{WEFT_SOURCE_PREFIX_BITS + WEFT_MAPPED_BITS + 28, blue,
                                        static_cast<__u32>(peer_host), static_cast<__u32>(peer_host >> 32U),
                                        mapped("10.1.2.96")};
        put(WEFT_MAP_NAME(WEFT_SOURCE_PREFIX_MAP), source, weft_source{record_b, tag_b, 0});
    }
    Ran send(std::string_view from, std::string_view to, const Mac& mac_to, unsigned device) {
        const Ipv4 header{.source = ip(from), .destination = ip(to)};
        const auto& mac_from = device == i1 ? mac_a : mac_d;
        return programs.send(ethernet(mac_to, mac_from, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8)))),
                             device);
    }
    Ran receive(std::string_view from, std::string_view to) {
        const Ipv4 header{.source = ip(from), .destination = ip(to)};
        return programs.receive(
            arriving(ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))))));
    }
};

}  // namespace

TEST_CASE("[1.1/prefix] a record sends from every address of its prefix and from none beside it") {
    Delegated world;
    for (const char* source : {"10.1.2.64", "10.1.2.70", "10.1.2.79"})
        CHECK(world.send(source, "10.1.2.50", mac_b, world.i1).verdict == redirect);
    world.expect_nothing_dropped();
    SUBCASE("the next address") {
        world.expect_dropped(world.send("10.1.2.80", "10.1.2.50", mac_b, world.i1), WEFT_DROP_source_address);
        CHECK(world.drops(record_a, WEFT_DROP_source_address, WEFT_TX) == 1);
    }
    SUBCASE("the one before") {
        world.expect_dropped(world.send("10.1.2.63", "10.1.2.50", mac_b, world.i1), WEFT_DROP_source_address);
        CHECK(world.drops(record_a, WEFT_DROP_source_address, WEFT_TX) == 1);
    }
    SUBCASE("another record next door, from within") {
        world.expect_dropped(world.send("10.1.2.70", "10.1.2.50", mac_b, world.i2), WEFT_DROP_source_address,
                             record_d);
    }
}

TEST_CASE("[1.1/prefix] over IPv6 alike") {
    Delegated world;
    CHECK(world.programs.send(frame(V6{.source = "2001:db8:12:0:64::7"}), world.i1).verdict == redirect);
    world.expect_nothing_dropped();
    world.expect_dropped(world.programs.send(frame(V6{.source = "2001:db8:12:0:65::7"}), world.i1),
                         WEFT_DROP_source_address);
    CHECK(world.drops(record_a, WEFT_DROP_source_address, WEFT_TX) == 1);
}

TEST_CASE("[1.1/prefix] what comes for it is delivered, from another host and from next door") {
    Delegated world;
    CHECK(world.receive("10.1.2.50", "10.1.2.70").verdict == redirect);
    CHECK(world.send("10.1.2.31", "10.1.2.71", mac_a, world.i2).verdict == redirect);
    CHECK(world.counter(record_a).rx_packets == 2);
    world.expect_nothing_dropped();
    SUBCASE("not for the address beside it") {
        world.expect_dropped(world.receive("10.1.2.50", "10.1.2.80"), WEFT_DROP_destination_address);
        CHECK(world.drops(record_a, WEFT_DROP_destination_address, WEFT_RX) == 1);
    }
    SUBCASE("nor when it was withdrawn") {
        world.erase(WEFT_MAP_NAME(WEFT_LOCAL_PREFIX_MAP), delegated("10.1.2.64", 28));
        world.expect_dropped(world.receive("10.1.2.50", "10.1.2.70"), WEFT_DROP_destination_address);
        CHECK(world.drops(record_a, WEFT_DROP_destination_address, WEFT_RX) == 1);
    }
}

TEST_CASE("[1.1/prefix] another host's is reached by its mapping, and only its host may send from it") {
    Delegated world;
    CHECK(world.send("10.1.2.30", "10.1.2.100", mac_b, world.i1).verdict == redirect);
    CHECK(world.receive("10.1.2.100", "10.1.2.30").verdict == redirect);
    world.expect_nothing_dropped();
    world.expect_dropped(world.receive("10.1.2.112", "10.1.2.30"), WEFT_DROP_inner_source);
}

TEST_CASE("[1.1/prefix] ARP is answered for its addresses as for any other, but to the record itself") {
    Delegated world;
    const auto ask = [](const char* target, const Mac& from, const char* sender) {
        const Arp header{.sender_mac = from, .sender = ip(sender), .target = ip(target)};
        return ethernet(mac("ff:ff:ff:ff:ff:ff"), from, ethertype_arp, arp(header));
    };
    CHECK(world.programs.send(ask("10.1.2.70", mac_d, "10.1.2.31"), world.i2).verdict == redirect);
    CHECK(world.programs.send(ask("10.1.2.100", mac_a, "10.1.2.70"), world.i1).verdict == redirect);
    world.expect_nothing_dropped();
    world.expect_dropped(world.programs.send(ask("10.1.2.71", mac_a, "10.1.2.30"), world.i1),
                         WEFT_DROP_arp_own);
    CHECK(world.drops(record_a, WEFT_DROP_arp_own, WEFT_TX) == 1);
}
