// SPDX-License-Identifier: Apache-2.0
// What the host says of itself, and its uplinks: addresses, XDP or tc, the way to a peer.
#include <bpf/libbpf.h>
#include <doctest/doctest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/datapath/sandbox.h"
#include "weft/base/fd.h"

using namespace weft;
using namespace weft::agent;
using weft::test::contains;
using weft::test::filter_of;
using weft::test::foreign_program;
using weft::test::poll_until;
using weft::test::Sandbox;

TEST_CASE("[6.1] the host reports its frameworks, its uplinks' addresses and smallest MTU") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("up1");
    sandbox.run(
        "ip addr add 192.0.2.1/24 dev up0; ip addr add 2001:db8::1/64 dev up0 nodad; ip link set up1 mtu "
        "1400");
    const auto datapath = sandbox.open({{"up0"}, {"up1"}});
    const auto report = datapath->report();
    CHECK(contains(report.capabilities, "geneve/1"));
    CHECK(contains(report.capabilities, "vxlan/1"));
    CHECK(report.underlay == std::vector{*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1")});
    CHECK(poll_until(*datapath, [&] { return datapath->report().underlay_mtu == 1400; }));
    CHECK(report.problems.empty());
}

TEST_CASE("[2.14/address] an address on the loopback device is the host's, whichever uplink it has") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("up1");
    sandbox.run("ip addr add 192.0.2.7/32 dev lo; ip addr add 198.51.100.2/30 dev up1");
    const auto datapath = sandbox.open({{"up0"}, {"up1"}});
    CHECK(datapath->report().underlay ==
          std::vector{*Address::parse("198.51.100.2"), *Address::parse("192.0.2.7")});
    sandbox.run("ip link delete up1");
    CHECK(poll_until(
        *datapath, [&] { return datapath->report().underlay == std::vector{*Address::parse("192.0.2.7")}; }));
}

TEST_CASE("[6.1] a framework whose port somebody else has bound is left out, and the host says why") {
    const Sandbox sandbox;
    const Fd socket{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(6081);
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    const auto report = sandbox.open()->report();
    CHECK_FALSE(contains(report.capabilities, "geneve/1"));
    CHECK(contains(report.capabilities, "vxlan/1"));
    CHECK(contains(report.problems,
                   "geneve/1 is not available: another socket on this host is bound to UDP port 6081"));
}

TEST_CASE("an uplink's XDP program is kept, swapped and removed; tc is always there") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    const auto xdp_of = [] {
        std::uint32_t id = 0;
        (void)bpf_xdp_query_id(static_cast<int>(::if_nametoindex("up0")), 0, &id);
        return id;
    };
    (void)sandbox.open({{"up0", UplinkMode::automatic}});
    CHECK(xdp_of() == 0);
    (void)sandbox.open({{"up0", UplinkMode::xdp}});
    const auto first = xdp_of();
    CHECK(first != 0);
    CHECK(filter_of("up0").has_value());
    CHECK(contains(sandbox.open({{"up0", UplinkMode::xdp}})->report().capabilities, "xdp-native:up0"));
    CHECK(xdp_of() != 0);
    CHECK(xdp_of() != first);
    (void)sandbox.open({{"up0", UplinkMode::tc}});
    CHECK(xdp_of() == 0);
    CHECK(filter_of("up0").has_value());
    (void)sandbox.open({{"up0", UplinkMode::xdp_generic}});
    CHECK(xdp_of() != 0);
    // No longer an uplink: nothing of ours stays on it.
    (void)sandbox.open();
    CHECK(xdp_of() == 0);
    CHECK_FALSE(filter_of("up0").has_value());
}

TEST_CASE("somebody else's XDP program stays; the uplink goes by tc and says so") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    const Fd foreign{foreign_program(true)};
    const auto ifindex = static_cast<int>(::if_nametoindex("up0"));
    REQUIRE(bpf_xdp_attach(ifindex, foreign.get(), 0, nullptr) == 0);
    std::uint32_t before = 0;
    REQUIRE(bpf_xdp_query_id(ifindex, 0, &before) == 0);
    const auto datapath = sandbox.open({{"up0", UplinkMode::xdp}});
    std::uint32_t after = 0;
    REQUIRE(bpf_xdp_query_id(ifindex, 0, &after) == 0);
    CHECK(after == before);
    CHECK(filter_of("up0").has_value());
    CHECK(contains(datapath->report().problems, "uplink up0 goes without XDP"));
}

TEST_CASE("[2.14] the path to a peer is the kernel's route, and follows it") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("up1");
    sandbox.run("ip addr add 192.0.2.1/24 dev up0; ip addr add 198.51.100.1/24 dev up1");
    const auto datapath = sandbox.open({{"up0"}});
    const auto address = [](const char* text) { return *Address::parse(text); };
    const auto path = datapath->path(address("192.0.2.2"), address("192.0.2.1"));
    REQUIRE_MESSAGE(path.has_value(), path.error().message());
    CHECK(*path == Path{::if_nametoindex("up0"), address("192.0.2.2"), 1500});

    unsigned changes = 0;
    datapath->on_change = [&] { ++changes; };
    sandbox.run("ip route add 203.0.113.0/24 via 198.51.100.9 mtu 1300");
    CHECK(poll_until(*datapath, [&] { return changes > 0; }));
    CHECK(datapath->path(address("203.0.113.7"), {}).value() ==
          Path{::if_nametoindex("up1"), address("198.51.100.9"), 1300});

    CHECK(datapath->path(address("10.9.9.9"), {}).error().code == ErrorCode::unreachable);
    CHECK(datapath->path(address("192.0.2.1"), {}).error().code == ErrorCode::unreachable);
    CHECK(datapath->path(address("192.0.2.2"), address("192.0.2.77")).error().code == ErrorCode::unreachable);
}
