// SPDX-License-Identifier: Apache-2.0
// Fragments of inner IPv4 packets (requirement 4.6): the first one decides, later ones follow it.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t dns = 2;  // lets UDP 53 in
constexpr std::uint16_t more = 0x2000;

struct Guarded : World {
    Guarded() {
        put(WEFT_MAP_NAME(WEFT_POLICY_MAP), dns, weft_policy{});
        allow_address(dns, WEFT_RX, "0.0.0.0", 0, 7);
        allow_ports(dns, WEFT_RX, 7, protocol_udp, 53, 16);
        use_policy(i1, blue, "10.1.2.30", dns);
    }
    int first(std::uint16_t id, std::uint16_t port = 53) {
        return programs.receive(b_to_a(protocol_udp, udp(1000, port, payload(1000)), more, id)).verdict;
    }
    int later(std::uint16_t id, std::uint16_t offset = 126, std::uint16_t flags = 0) {
        return programs
            .receive(b_to_a(protocol_udp, payload(64), static_cast<std::uint16_t>(flags | offset), id))
            .verdict;
    }
};

}  // namespace

TEST_CASE("[4.6/fragments] later fragments follow their first one") {
    Guarded world;
    CHECK(world.first(7) == redirect);
    CHECK(world.later(7, 126, more) == redirect);
    CHECK(world.later(7, 134) == redirect);
    world.expect_nothing_dropped();
    CHECK(world.flows() == 1);
}

TEST_CASE("[4.6/fragments] what the first one may not, its later ones may not") {
    Guarded world;
    CHECK(world.first(7, 54) == shot);
    CHECK(world.later(7) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_ingress_group, WEFT_RX) == 1);
    CHECK(world.drops(record_a, WEFT_DROP_fragment_unknown, WEFT_RX) == 1);
}

TEST_CASE("[4.6/fragments] out of order they pass between ends whose fragments were let through before") {
    Guarded world;
    CHECK(world.later(7) == shot);
    CHECK(world.first(8) == redirect);
    CHECK(world.later(9) == redirect);
    CHECK(world.first(9) == redirect);
    CHECK(world.drops(record_a, WEFT_DROP_fragment_unknown, WEFT_RX) == 1);
}

TEST_CASE("[4.6/fragments] a transport header that is cut, or overlapped, is refused (RFC 1858, 3128)") {
    Guarded world;
    world.use_policy(world.i1, blue, "10.1.2.30", open_policy);
    SUBCASE("a first fragment without its whole TCP header") {
        world.expect_dropped(world.programs.receive(b_to_a(protocol_tcp, payload(16), more, 7)),
                             WEFT_DROP_fragment_tiny, record_a, WEFT_RX);
    }
    SUBCASE("a later one that overlaps it") {
        world.expect_dropped(world.programs.receive(b_to_a(protocol_tcp, payload(16), 1, 7)),
                             WEFT_DROP_fragment_tiny, record_a, WEFT_RX);
    }
}

TEST_CASE("[4.6/fragments] an instance's own fragments are tracked alike") {
    World world;
    CHECK(world.programs.send(a_to_b(protocol_udp, payload(64), 126, 7), world.i1).verdict == shot);
    CHECK(world.programs.send(a_to_b(protocol_udp, udp(1, 2, payload(1000)), more, 7), world.i1).verdict ==
          redirect);
    CHECK(world.programs.send(a_to_b(protocol_udp, payload(64), 126, 7), world.i1).verdict == redirect);
    CHECK(world.drops(record_a, WEFT_DROP_fragment_unknown, WEFT_TX) == 1);
}
