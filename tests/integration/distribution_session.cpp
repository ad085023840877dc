// SPDX-License-Identifier: Apache-2.0
// What a host is sent over the life of its sessions.
#include "cloud.h"

using namespace weft;
using namespace weft::test;
using wire::Wait;

TEST_CASE("[2.1/installed] attach is answered when the hosts concerned have installed it") {
    World world;
    world.add_blue();
    world.add_hosts(2);
    world.create_instance("i1", "h1");
    world.create_instance("i2", "h2");
    world.create_record("r1", "10.1.2.30");
    world.create_record("r2", "10.1.2.50");
    REQUIRE(world.attach("r1", "i1").has_value());
    const auto ack = world.attach("r2", "i2");
    REQUIRE_MESSAGE(ack.has_value(), (ack ? "" : ack.error().message()));
    CHECK(ack->lost_hosts.empty());
    CHECK(ack->took_us > 0);  // row 2.12

    const auto ports = world.held<schema::Port>("h2");
    REQUIRE(ports.size() == 1);
    CHECK(ports[0].addresses == std::vector{Address::parse("10.1.2.50").value()});
    CHECK(ports[0].transmit);
    CHECK(ports[0].device == "tap0");
    CHECK(ports[0].mtu == 1500 - 74);
    // Both hosts: mappings and sources of both records, two routes of the subnet, both hosts as peers.
    for (const auto* host : {"h1", "h2"}) {
        INFO(host);
        CHECK(world.held<schema::Mapping>(host).size() == 2);
        CHECK(world.held<schema::Source>(host).size() == 2);
        CHECK(world.held<schema::Route>(host).size() == 2);
        REQUIRE(world.held<schema::Peer>(host).size() == 2);
        for (const auto& peer : world.held<schema::Peer>(host)) {
            const bool self = peer.name == host;
            CHECK(peer.send_framework == (self ? "" : "geneve/1"));
            CHECK(static_cast<bool>(peer.send_to) != self);
        }
    }
    CHECK(world.held<schema::Port>("h1").size() == 1);
}
