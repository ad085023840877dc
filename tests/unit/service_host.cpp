// SPDX-License-Identifier: Apache-2.0
#include "service_world.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr auto ok = ErrorCode{};

struct Enrolment : World {
    Id h1 = add_host("h1", "192.0.2.1");

    std::string token(const std::string& host) {
        const auto ack = ask(&Service::host_token, root, wire::HostRequest{host});
        REQUIRE(code(ack) == ok);
        return ack.text;
    }
    Result<Id> redeem(const std::string& token) {
        std::optional<Result<Id>> answer;
        service->redeem_token(token, [&](Result<Id> result) { answer = std::move(result); });
        loop.run_until([&] { return answer.has_value(); });
        return *answer;
    }
};

}  // namespace

TEST_CASE("[1.12/host] underlay addresses are declared once; a host in use stays") {
    Enrolment world;
    schema::Host host;
    host.name = "h2";
    host.underlay = {Address::parse("192.0.2.1").value()};
    CHECK_REFUSED(world, world.create(world.root, host), ErrorCode::conflict, "underlay");
    host.underlay = {Address::parse("224.0.0.1").value()};
    CHECK_REFUSED(world, world.create(world.root, host), ErrorCode::invalid, "underlay");
    host.underlay.clear();
    CHECK_REFUSED(world, world.create(world.root, host), ErrorCode::invalid, "underlay");
    host.underlay = {Address::parse("192.0.2.2").value(), Address::parse("2001:db8::2").value()};
    host.name = "h1";
    CHECK_REFUSED(world, world.create(world.root, host), ErrorCode::conflict, "name");
    host.name = "h2";
    CHECK(code(world.create(world.root, host)) == ok);
    world.add_instance(world.ann, "i1", world.h1);
    CHECK_REFUSED(world, world.remove(world.root, Kind::host, "h1"), ErrorCode::conflict, "");
    CHECK_REFUSED(world, world.remove(world.ann, Kind::host, to_string(world.h1)), ErrorCode::not_found,
                  "ref");
    CHECK(code(world.remove(world.root, Kind::host, "h2")) == ok);
    const auto record =
        world.add_record(world.ann, world.subnet_of(world.add_partition(world.ann, "p")), "r");
    world.attached("r", "i1");
    schema::Host zone;
    zone.zone = "z9";
    CHECK_REFUSED(world, world.modify(world.root, "h1", zone), ErrorCode::conflict, "zone");
}

TEST_CASE("[1.12/instance] names are unique for their owner, hosts and namespaces are the operator's") {
    Enrolment world;
    world.add_instance(world.ann, "i1", world.h1);
    schema::Instance instance;
    instance.name = "i1";
    CHECK_REFUSED(world, world.create(world.ann, instance), ErrorCode::conflict, "name");
    CHECK(code(world.create(world.bob, instance)) == ok);
    instance.name = "i2";
    instance.netns = "ns";
    CHECK_REFUSED(world, world.create(world.ann, instance), ErrorCode::refused, "netns");
    instance.netns = "../x";
    CHECK_REFUSED(world, world.create(world.root, instance), ErrorCode::invalid, "netns");
    instance.netns.clear();
    instance.host = {Kind::host, 99};
    CHECK_REFUSED(world, world.create(world.ann, instance), ErrorCode::refused, "host");
    CHECK_REFUSED(world, world.create(world.root, instance), ErrorCode::invalid, "host");
    instance.host = {};
    instance.owner = "bob";
    CHECK_REFUSED(world, world.create(world.ann, instance), ErrorCode::refused, "owner");

    world.add_record(world.ann, world.subnet_of(world.add_partition(world.ann, "p")), "r");
    world.attached("r", "ann/i1");
    const auto h2 = world.add_host("h2", "192.0.2.2");
    schema::Instance placed;
    placed.host = h2;
    CHECK_REFUSED(world, world.modify(world.root, "ann/i1", placed), ErrorCode::conflict, "host");
    CHECK_REFUSED(world, world.remove(world.ann, Kind::instance, "i1"), ErrorCode::conflict, "");
    wire::Options force;
    force.force = true;
    const auto ack = world.remove(world.ann, Kind::instance, "i1", force);
    REQUIRE(code(ack) == ok);
    world.acknowledge_until_ended(ack.operation);
    CHECK(!world.cloud().instance("ann", "i1"));
    CHECK(world.cloud().table<schema::Record>().size() == 1);
}

TEST_CASE(
    "[1.13/enrol] a host token works once, within the hour, for the operator's host; only its hash is "
    "stored") {
    Enrolment world;
    const wire::HostRequest request{"h1"};
    CHECK_REFUSED(world, world.ask(&Service::host_token, world.ann, request), ErrorCode::refused, "");
    const auto token = world.token("h1");
    CHECK(world.redeem("guess").error().code == ErrorCode::refused);
    CHECK(world.redeem(token + "0").error().code == ErrorCode::refused);
    CHECK(world.redeem(token).value() == world.h1);
    CHECK(world.redeem(token).error().code == ErrorCode::refused);
    const auto late = world.token("h1");
    world.clock.unix += 3601ULL * 1000000;
    CHECK(world.redeem(late).error().code == ErrorCode::refused);
    const auto kept = world.token("h1");
    world.restart();
    CHECK(world.file.bytes().find(kept.substr(0, 16)) != std::string::npos);
    CHECK(world.file.bytes().find(kept.substr(17)) == std::string::npos);
    CHECK(world.redeem(kept).value() == world.h1);
    for (const auto& row : world.repository->audit(100).value())
        CHECK(row.text.find(kept) == std::string::npos);
}

TEST_CASE(
    "[1.13/revoke] a certificate goes out of force once; reports change the host only when they differ") {
    Enrolment world;
    const auto update = [&](const std::string& serial) {
        std::optional<Result<Revision>> answer;
        world.service->update_host(
            world.h1, [&](schema::Host& host) { host.certificate_serial = serial; },
            [&](Result<Revision> result) { answer = std::move(result); });
        world.loop.run_until([&] { return answer.has_value(); });
        return answer->value();
    };
    const auto revision = update("0a");
    CHECK(update("0a") == revision);
    CHECK(world.cloud().find<schema::Host>(world.h1)->certificate_serial == "0a");
    const wire::HostRequest request{"h1"};
    CHECK_REFUSED(world, world.ask(&Service::revoke, world.ann, request), ErrorCode::refused, "");
    CHECK(world.ask(&Service::revoke, world.root, request).changed);
    CHECK(world.cloud().find<schema::Host>(world.h1)->certificate_serial.empty());
    CHECK(!world.ask(&Service::revoke, world.root, request).changed);
    CHECK(world.service->confirm(world.root, request).value() == world.h1);
    CHECK(world.service->confirm(world.ann, request).error().code == ErrorCode::refused);
}
