// SPDX-License-Identifier: Apache-2.0
// weft-device-helper: veth pairs into named network namespaces.
#include <doctest/doctest.h>
#include <net/if.h>
#include <unistd.h>

#include "agent/datapath/device_name.h"
#include "agent/device_helper/veth.h"
#include "helper_thread.h"
#include "tests/datapath/sandbox.h"

using namespace weft;
using namespace weft::agent;
using namespace weft::agent::helper_test;
using weft::test::Sandbox;

TEST_CASE("[2.3/netns] a veth end is put into a namespace with its MAC, addresses, route and MTU") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    const auto made = make_veth(request());
    REQUIRE_MESSAGE(made.has_value(), made.error().message());
    CHECK(*made);

    const auto link = sandbox.output("ip -n i1 -o link show eth0");
    CHECK(has(link, "mtu 1406"));
    CHECK(has(link, "link/ether 02:00:5e:10:20:30"));
    CHECK(has(link, "LOWER_UP"));
    const auto addresses = sandbox.output("ip -n i1 -o addr show dev eth0");
    CHECK(has(addresses, "inet 10.1.2.30/24 scope global eth0"));
    CHECK(has(addresses, "inet 10.1.2.31/24 scope global secondary eth0"));
    CHECK(has(sandbox.output("ip -n i1 route show default"), "default via 10.1.2.1 dev eth0"));
    const auto host = sandbox.output("ip -d link show weft0000000000a");
    CHECK(has(host, "mtu 1406"));
    CHECK(has(host, "alias weft att-0000000000000000a"));
    CHECK_FALSE(has(sandbox.output("ip addr show dev weft0000000000a"), "inet"));
    // Packets encapsulated by the instance must not come with segmentation still to be done.
    const auto features = sandbox.output("nsenter --net=/run/netns/i1 ethtool -k eth0");
    CHECK(has(features, "tx-udp_tnl-segmentation: off"));
    CHECK(has(features, "tx-ipxip4-segmentation: off"));
    CHECK(has(features, "tx-checksumming: on"));
}

TEST_CASE("[2.15/device] of a bare server both ends are in the host's namespace, which addresses its own") {
    const Sandbox sandbox;
    auto bare = request();
    bare.netns.clear();
    bare.device = "weft-0";
    REQUIRE(make_veth(bare).value());
    const auto link = sandbox.output("ip -o link show weft-0");
    CHECK(has(link, "weft-0@weft0000000000a"));
    CHECK(has(link, "mtu 1406"));
    CHECK(has(link, "link/ether 02:00:5e:10:20:30"));
    CHECK_FALSE(has(sandbox.output("ip addr show dev weft-0"), "10.1.2.30"));
    CHECK(sandbox.output("ip route show default").empty());
    sandbox.run("ip addr add 10.1.2.30/32 dev weft-0");
    CHECK_FALSE(make_veth(bare).value());
    CHECK(has(sandbox.output("ip addr show dev weft-0"), "10.1.2.30/32"));
    REQUIRE(remove_veth({bare.name}).value());
    CHECK(::if_nametoindex("weft-0") == 0);
}

TEST_CASE("[1.8] making a device again changes nothing; what differs is corrected") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    REQUIRE(make_veth(request()).has_value());
    CHECK_FALSE(make_veth(request()).value());
    const auto index = ::if_nametoindex("weft0000000000a");

    sandbox.run(
        "ip -n i1 link set eth0 mtu 1300 address 02:00:00:00:00:99; ip -n i1 addr flush dev eth0;"
        "ip -n i1 addr add 10.9.9.9/8 dev eth0; ip -n i1 link set eth0 down; ip link set weft0000000000a "
        "down");
    CHECK(make_veth(request()).value());
    CHECK(::if_nametoindex("weft0000000000a") == index);
    const auto link = sandbox.output("ip -n i1 -o link show eth0");
    CHECK(has(link, "mtu 1406"));
    CHECK(has(link, "02:00:5e:10:20:30"));
    CHECK(has(link, "LOWER_UP"));
    const auto addresses = sandbox.output("ip -n i1 -o addr show dev eth0");
    CHECK(has(addresses, "10.1.2.30/24"));
    CHECK(has(addresses, "10.1.2.31/24"));
    CHECK_FALSE(has(addresses, "10.9.9.9"));
    CHECK(has(sandbox.output("ip -n i1 route show default"), "default via 10.1.2.1 dev eth0"));

    // A record whose address changed.
    auto moved = request();
    moved.addresses = {address("10.1.3.7")};
    moved.router = address("10.1.3.1");
    CHECK(make_veth(moved).value());
    const auto now = sandbox.output("ip -n i1 -o addr show dev eth0; ip -n i1 route show default");
    CHECK(has(now, "10.1.3.7/24"));
    CHECK_FALSE(has(now, "10.1.2."));
}

TEST_CASE("[1.5/device] the first address goes, and the second stays: nothing is taken away and put back") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    REQUIRE(make_veth(request()).has_value());
    // What is taken away and put back loses this.
    sandbox.run("ip -n i1 addr change 10.1.2.31/24 dev eth0 valid_lft 4000 preferred_lft 3000");
    auto later = request();
    later.addresses = {address("10.1.2.40"), address("10.1.2.31")};
    CHECK(make_veth(later).value());
    const auto addresses = sandbox.output("ip -n i1 addr show dev eth0");
    CHECK_FALSE(has(addresses, "10.1.2.30/24"));
    CHECK(has(addresses, "10.1.2.40/24"));
    CHECK(has(addresses, "10.1.2.31/24"));
    CHECK_FALSE(has(sandbox.output("ip -n i1 addr show dev eth0 to 10.1.2.31"), "forever"));
}

TEST_CASE("[2.6/device] addresses of further records have the length of their own subnets") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    auto shared = request();
    shared.further = {{address("10.2.2.30"), 20}, {address("2001:db8:12::30"), 64}};
    CHECK(make_veth(shared).value());
    CHECK_FALSE(make_veth(shared).value());
    const auto addresses = sandbox.output("ip -n i1 -o addr show dev eth0");
    CHECK(has(addresses, "inet 10.1.2.30/24"));
    CHECK(has(addresses, "inet 10.2.2.30/20"));
    CHECK(has(addresses, "inet6 2001:db8:12::30/64"));
    shared.further = {{address("10.2.2.30"), 33}};
    CHECK(make_veth(shared).error().field == "prefix-length");
}

TEST_CASE("a pair that lost its other end, or leads to another namespace, is made anew") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1; ip netns add i2");
    auto elsewhere = request();
    elsewhere.netns = "i2";
    REQUIRE(make_veth(elsewhere).has_value());
    CHECK(make_veth(request()).value());
    CHECK(has(sandbox.output("ip -n i1 -o link show eth0"), "mtu 1406"));
    CHECK(has(sandbox.output("ip -n i2 -o link show eth0"), "does not exist"));
}

TEST_CASE("IPv6 addresses are usable at once") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    auto six = request();
    six.addresses = {address("2001:db8:1::30")};
    six.prefix_length = 64;
    six.router = address("2001:db8:1::1");
    const auto made = make_veth(six);
    REQUIRE_MESSAGE(made.has_value(), made.error().message());
    const auto addresses = sandbox.output("ip -n i1 -o -6 addr show dev eth0");
    CHECK(has(addresses, "2001:db8:1::30/64 scope global"));
    CHECK_FALSE(has(addresses, "global tentative"));
    CHECK(has(sandbox.output("ip -n i1 -6 route show default"), "via 2001:db8:1::1 dev eth0"));
    CHECK_FALSE(make_veth(six).value());
}

TEST_CASE("[5.6/device] a dual-stack device has addresses and default routes of both families") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    auto both = request();
    both.addresses.push_back(address("2001:db8:1::30"));
    both.router6 = address("2001:db8:1::1");
    both.prefix_length6 = 64;
    const auto made = make_veth(both);
    REQUIRE_MESSAGE(made.has_value(), made.error().message());
    CHECK(has(sandbox.output("ip -n i1 -o -6 addr show dev eth0"), "2001:db8:1::30/64 scope global"));
    CHECK(has(sandbox.output("ip -n i1 -o -4 addr show dev eth0"), "10.1.2.30/24"));
    CHECK(has(sandbox.output("ip -n i1 -6 route show default"), "via 2001:db8:1::1 dev eth0"));
    CHECK(has(sandbox.output("ip -n i1 route show default"), "via 10.1.2.1 dev eth0"));
    CHECK_FALSE(make_veth(both).value());
    both.prefix_length6 = 129;
    CHECK(make_veth(both).error().field == "prefix-length");
}

TEST_CASE("what cannot be done is said, and nothing is changed") {
    const Sandbox sandbox;
    const auto error = [](const MakeDevice& bad) {
        const auto made = make_veth(bad);
        REQUIRE_FALSE(made.has_value());
        return made.error();
    };
    CHECK(error(request()).code == ErrorCode::not_found);
    CHECK(error(request()).text == "network namespace 'i1' does not exist");

    sandbox.run("ip netns add i1; touch /run/netns/half; ip -n i1 link add eth0 type veth peer name other");
    auto bad = request();
    bad.netns = "half";
    CHECK(error(bad).text == "network namespace 'half' is not mounted");
    bad.netns = "../i1";
    CHECK(error(bad).code == ErrorCode::invalid);
    bad = request();
    bad.name = "eth7";
    CHECK(error(bad).field == "name");
    bad = request();
    bad.prefix_length = 33;
    CHECK(error(bad).field == "prefix-length");
    CHECK(error(request()).text == "device eth0 exists already in network namespace i1");
    CHECK(::if_nametoindex("weft0000000000a") == 0);

    sandbox.run("ip link add weft0000000000a type bridge");
    CHECK(error(request()).text == "device weft0000000000a exists and is not weft's");
}

TEST_CASE("only what the helper made is removed") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    REQUIRE(make_veth(request()).has_value());
    CHECK(remove_veth({"weft0000000000a"}).value());
    CHECK(::if_nametoindex("weft0000000000a") == 0);
    CHECK_FALSE(remove_veth({"weft0000000000a"}).value());
    CHECK(remove_veth({"lo"}).error().code == ErrorCode::refused);
    sandbox.run(
        "ip link add weft0000000000b type veth peer name other; ip link set weft0000000000b alias mine");
    CHECK(remove_veth({"weft0000000000b"}).error().code == ErrorCode::refused);
    CHECK(::if_nametoindex("weft0000000000b") != 0);
}
