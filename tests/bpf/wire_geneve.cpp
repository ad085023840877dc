// SPDX-License-Identifier: Apache-2.0
// Against the kernel's own geneve device, where the kernel has one.
#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/harness/bpf/live.h"
#include "tests/harness/skip.h"

using namespace weft::test;

namespace {

bool kernel_has_geneve() {
    World world;
    try {
        configure("link add geneve-probe type geneve id 1 remote 192.0.2.9\nlink delete geneve-probe\n");
    } catch (const std::runtime_error&) {
        return false;
    }
    return true;
}

}  // namespace

TEST_CASE(
    "[6.7/geneve-kernel] UDP and TCP pass both ways between an instance and the kernel's geneve device") {
    if (!kernel_has_geneve()) return skip("this kernel has no geneve device");
    auto underlay = Live::Underlay::ipv4;
    SUBCASE("over IPv4") {}
    SUBCASE("over IPv6") { underlay = Live::Underlay::ipv6; }
    Live live(underlay, Live::Tunnel::geneve);
    CHECK(udp_exchange(live.inst1, "10.1.2.30", live.far, "10.1.2.50"));
    CHECK(tcp_transfer(live.inst1, live.far, "10.1.2.50", 4'000'000));
    CHECK(tcp_transfer(live.far, live.inst1, "10.1.2.30", 4'000'000));
    CHECK(live.world.counter(record_a).tx_bytes > 4'000'000);
    CHECK(live.world.counter(record_a).rx_bytes > 4'000'000);
}
