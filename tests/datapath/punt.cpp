// SPDX-License-Identifier: Apache-2.0
// The punt tap: there while it is read, silent by itself, one at a time.
#include <bpf/bpf.h>
#include <doctest/doctest.h>
#include <net/if.h>

#include "agent/datapath/bpf/pin.h"
#include "agent/datapath/netlink/filter.h"
#include "tests/datapath/sandbox.h"
#include "weft/abi/punt.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Sandbox;

namespace {

std::uint32_t told_to_the_packet_path(const Sandbox& sandbox) {
    const auto fd = bpf::open_pin(sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_PUNT_MAP));
    REQUIRE(fd.has_value());
    const __u32 first = 0;
    weft_punt value{};
    REQUIRE(bpf_map_lookup_elem(fd->get(), &first, &value) == 0);
    return value.ifindex;
}

}  // namespace

TEST_CASE("[5.3/tap] the agent's tap is up, filtered and without addresses, and goes with its reader") {
    const Sandbox sandbox;
    const auto datapath = open_datapath(sandbox.config());
    REQUIRE(datapath.has_value());
    CHECK(told_to_the_packet_path(sandbox) == 0);
    {
        const auto tap = (*datapath)->open_punt();
        REQUIRE(tap.has_value());
        const auto index = ::if_nametoindex(WEFT_PUNT_DEVICE);
        REQUIRE(index != 0);
        CHECK(told_to_the_packet_path(sandbox) == index);
        auto socket = netlink::Socket::open();
        REQUIRE(socket.has_value());
        const auto filter = netlink::find_filter(*socket, index);
        REQUIRE(filter.has_value());
        REQUIRE(*filter);
        CHECK((*filter)->name == "punt_rx");
        CHECK(sandbox.output("ip -o address show dev weft-punt").empty());
        CHECK(sandbox.output("ip -o link show dev weft-punt").find("NOARP,UP") != std::string::npos);

        const auto second = (*datapath)->open_punt();
        REQUIRE(!second.has_value());
        CHECK(second.error().code == ErrorCode::conflict);
    }
    CHECK(::if_nametoindex(WEFT_PUNT_DEVICE) == 0);
    CHECK((*datapath)->open_punt().has_value());
}
