// SPDX-License-Identifier: Apache-2.0
// fabric_rx_xdp: the checks of fabric_rx, before the stack.
#include <doctest/doctest.h>

#include "tests/harness/bpf/two_hosts.h"

using namespace weft::test;

TEST_CASE("[4.4/xdp] what passes is decapsulated, the receiver's MAC on it") {
    World world;
    const auto inner = inner_b_to_a();
    SUBCASE("Geneve") {
        const auto ran = world.programs.receive_xdp(arriving(inner));
        CHECK(ran.verdict == xdp_pass);
        CHECK(to_hex(ran.packet) == to_hex(inner));
    }
    SUBCASE("VXLAN over IPv6") {
        const auto ran = world.programs.receive_xdp(outer6(4789, vxlan(blue, inner)));
        CHECK(ran.verdict == xdp_pass);
        CHECK(to_hex(ran.packet) == to_hex(inner));
    }
    SUBCASE("a stale MAC, even the uplink's, never stays") {
        auto stale = inner;
        std::copy(mac_uplink.begin(), mac_uplink.end(), stale.begin());
        const auto ran = world.programs.receive_xdp(arriving(stale));
        CHECK(ran.verdict == xdp_pass);
        CHECK(to_hex(ran.packet) == to_hex(inner));
    }
    SUBCASE("the metadata fits and is the same for every packet of a flow") {
        const auto first = world.programs.receive_xdp(arriving(inner)).metadata;
        CHECK(first.size() == 32);
        CHECK(world.programs.receive_xdp(arriving(inner_b_to_a(99))).metadata == first);
    }
    world.expect_nothing_dropped();
    CHECK(world.counter(record_a).rx_packets == 0);
}

TEST_CASE("[4.4/xdp] what does not is dropped there, with the same reasons") {
    World world;
    const auto drop = [&](const Bytes& packet, weft_drop_reason reason, std::uint64_t record = 0) {
        world.expect_dropped(world.programs.receive_xdp(packet), reason, record, WEFT_RX, xdp_drop);
    };
    const auto inside = geneve(blue, weft_options(blue, tag_b), inner_b_to_a());
    SUBCASE("outer source") { drop(outer4(6081, inside, 0, "192.0.2.9"), WEFT_DROP_outer_unknown_source); }
    SUBCASE("inner source") {
        world.erase(WEFT_MAP_NAME(WEFT_SOURCE_MAP), [] {
            weft_source_key key{};
            key.host = peer_host;
            key.gni = blue;
            key.address = mapped("10.1.2.50");
            return key;
        }());
        drop(outer4(6081, inside), WEFT_DROP_inner_source);
    }
    SUBCASE("GNI") {
        drop(outer4(6081, geneve(red, weft_options(blue, 0), inner_b_to_a())), WEFT_DROP_gni_mismatch);
    }
    SUBCASE("receiver") {
        world.change_local(blue, "10.1.2.30", [](weft_local& l) { l.flags |= WEFT_PORT_DISABLED; });
        drop(outer4(6081, inside), WEFT_DROP_disabled, record_a);
    }
}

TEST_CASE("[8.3/listener] what XDP took from the uplink is delivered although somebody listens there") {
    // Listening makes the kernel copy a packet that a program might write into: without its metadata.
    TwoHosts hosts;
    hosts.use_xdp(true);
    const auto outcome = hosts.arrive(arriving(inner_b_to_a()));
    REQUIRE(outcome.arrived.size() == 1);
    CHECK(outcome.arrived[0].record == record_a);
    CHECK(to_hex(outcome.arrived[0].frame) == to_hex(inner_b_to_a()));
    CHECK(outcome.stack.empty());
    CHECK(outcome.here.empty());
}
