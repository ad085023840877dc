// SPDX-License-Identifier: Apache-2.0
// What a host may say and hear (row 3.4).
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "agent/session/hello.h"
#include "cloud.h"
#include "weft/wire/message.h"

using namespace weft;
using namespace weft::test;

namespace {

// blue's r1 on h1 and red's r2 on h2.
struct TwoCustomers {
    World world;
    Id blue_record, red_record;
    std::uint64_t blue_gni{0}, red_gni{0};

    TwoCustomers() {
        world.add_hosts(2);
        world.add_blue();
        schema::Partition red;
        red.name = "red";
        red.cidrs = {Prefix::parse("10.1.0.0/16").value()};
        schema::Subnet subnet;
        subnet.name = "b";
        subnet.cidr = Prefix::parse("10.1.2.0/24").value();
        wire::CreateRequest request{
            Kind::partition, wire::encode(red).value(), {wire::encode(subnet).value()}, {}};
        REQUIRE(world.client().create(request).has_value());
        world.create_instance("i1", "h1");
        world.create_instance("i2", "h2");
        world.create_record("r1");
        schema::Record record;
        record.name = "r2";
        record.subnet = parse_id(world.client().resolve(Kind::subnet, "red/b").value()).value();
        REQUIRE(world.client().create({Kind::record, wire::encode(record).value(), {}, {}}).has_value());
        REQUIRE(world.attach("r1", "i1").has_value());
        REQUIRE(world.attach("r2", "i2").has_value());
        blue_record = parse_id(world.client().resolve(Kind::record, "r1").value()).value();
        red_record = parse_id(world.client().resolve(Kind::record, "r2").value()).value();
        blue_gni = *world.client().get(Kind::partition, "blue")->find("gni")->get<std::uint64_t>();
        red_gni = *world.client().get(Kind::partition, "red")->find("gni")->get<std::uint64_t>();
    }
};

wire::RecordCounters counted(Id record, std::uint64_t packets) {
    wire::RecordCounters counters;
    counters.record = record;
    counters.tx_packets = packets;
    return counters;
}

boost::asio::awaitable<std::vector<std::uint16_t>> types_until_end(std::uint16_t port, wire::TlsContext tls,
                                                                   Address underlay, wire::Frame request) {
    std::vector<std::uint16_t> types;
    const std::string here = "127.0.0.1";
    auto channel = co_await wire::Channel::connect_tls(here, port, tls, std::chrono::seconds(5));
    if (!channel) co_return types;
    wire::Hello own;
    own.underlay = {underlay};
    own.capabilities = {"geneve/1"};
    own.underlay_mtu = 1500;
    const auto hello = co_await agent::greet(*channel, own);
    if (!hello) co_return types;
    types.push_back(static_cast<std::uint16_t>(wire::Command::hello));
    (*channel)->send(request);
    for (;;) {
        const auto frame = co_await (*channel)->read();
        if (!frame) break;
        types.push_back(frame->type);
    }
    (*channel)->close();
    co_return types;
}

}  // namespace

TEST_CASE("[3.4/counters] what a host counts of records that are not on it is not taken") {
    TwoCustomers cloud;
    cloud.world.fleet.run([&] {
        cloud.world.host("h1").target.counted = {
            {{counted(cloud.blue_record, 7), counted(cloud.red_record, 666)}, {}}};
        cloud.world.host("h2").target.counted = {{{counted(cloud.red_record, 5)}, {}}};
    });
    const auto counters = cloud.world.client().counters("").value();
    REQUIRE(counters.records.size() == 2);
    CHECK(counters.records[0].host == "h1");
    CHECK(counters.records[0].record == cloud.blue_record);
    CHECK(counters.records[1].host == "h2");
    CHECK(counters.records[1].tx_packets == 5);
}

TEST_CASE("[3.4/trace] a host cannot send a trace on to a host that has nothing to do with the record") {
    TwoCustomers cloud;
    const auto h2 = parse_id(cloud.world.client().resolve(Kind::host, "h2").value()).value();
    cloud.world.fleet.run([&] {
        auto& hop = cloud.world.host("h1").target.hop;
        hop.verdict = wire::TraceVerdict::sent;
        hop.next = h2;
    });
    wire::TraceRequest request;
    request.record = "r1";
    request.destination = Address::parse("10.1.2.9").value();
    CHECK(cloud.world.client().trace(request)->hops.size() == 1);
    CHECK(cloud.world.fleet.run([&] { return cloud.world.host("h2").target.traces.size(); }) == 0);
}

TEST_CASE("[3.4/receive] a host gets no object of a partition that it does not serve") {
    TwoCustomers cloud;
    for (const auto& [name, own] : {std::pair{"h1", cloud.blue_gni}, {"h2", cloud.red_gni}}) {
        const auto ports = cloud.world.held<schema::Port>(name);
        const auto mappings = cloud.world.held<schema::Mapping>(name);
        const auto sources = cloud.world.held<schema::Source>(name);
        CHECK(ports.size() == 1);
        CHECK(mappings.size() == 1);
        CHECK(!sources.empty());
        for (const auto& port : ports) CHECK(port.gni == own);
        for (const auto& mapping : mappings) CHECK(mapping.gni == own);
        for (const auto& source : sources) CHECK(source.gni == own);
        CHECK(cloud.world.held<schema::Group>(name).size() == 1);
    }
}

TEST_CASE("[3.4/verbs] a host may use no verb of customers: its session ends, and nothing is answered") {
    World world;
    const auto underlay = Address::v4(0xc0000201);
    world.fleet.add("h1", underlay);  // enrolled, its agent is not started
    const auto tls = wire::client_context(world.fleet.files_of("h1")).value();
    const std::vector<wire::Frame> requests{
        wire::pack(wire::Command::list, wire::ListRequest{Kind::record, {}, {}, 0}, 9).value(),
        wire::pack(wire::Command::get, wire::GetRequest{Kind::host, "h1"}, 9).value(),
        wire::pack(wire::Command::remove, wire::RemoveRequest{Kind::host, "h1", {}}, 9).value(),
        wire::pack(wire::Command::login, wire::LoginRequest{"key-00000000000000001", "x"}, 9).value(),
        wire::empty_frame(wire::Command::status, 9)};
    for (const auto& request : requests) {
        const auto types =
            boost::asio::co_spawn(world.fleet.context(),
                                  types_until_end(world.coordinator.port(), tls, underlay, request),
                                  boost::asio::use_future)
                .get();
        REQUIRE(!types.empty());
        for (const auto type : types) {
            const auto command = static_cast<wire::Command>(type);
            const bool of_sessions = command == wire::Command::hello || command == wire::Command::put ||
                                     command == wire::Command::erase || command == wire::Command::commit;
            CHECK(of_sessions);
        }
    }
    CHECK(world.client().get(Kind::host, "h1").has_value());
}
