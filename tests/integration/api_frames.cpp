// SPDX-License-Identifier: Apache-2.0
// Bad and hostile bytes at the coordinator's socket: an answer that says what was wrong, and nothing else.
#include "cloud.h"
#include "raw.h"

using namespace weft;
using namespace weft::test;
using wire::Command;

namespace {

constexpr auto code(ErrorCode value) { return static_cast<std::uint16_t>(value); }

}  // namespace

TEST_CASE("[1.12/frame] a length that cannot be is answered and ends the connection") {
    World world;
    for (const schema::Bytes& header :
         {schema::Bytes{0, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
          schema::Bytes{0xff, 0xff, 0xff, 0x7f, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}}) {
        Raw before(world.coordinator.socket());
        before.send(header);
        CHECK(before.ack().code == code(ErrorCode::invalid));
        CHECK(!before.read().has_value());
        Raw after(world.coordinator.socket());
        after.hello();
        after.send(header);
        CHECK(after.ack().code == code(ErrorCode::invalid));
        CHECK(!after.read().has_value());
    }
    CHECK(world.client().status().has_value());
}

TEST_CASE("[1.12/hello] the first message is a hello with a protocol in common") {
    World world;
    Raw hasty(world.coordinator.socket());
    hasty.send(wire::pack(Command::list, wire::ListRequest{Kind::host, {}, {}, 0}, 1));
    const auto refused = hasty.ack();
    CHECK(refused.code == code(ErrorCode::invalid));
    CHECK(refused.field == "type");
    CHECK(!hasty.read().has_value());

    Raw newer(world.coordinator.socket());
    wire::Hello own;
    own.lowest = 7;
    own.highest = 9;
    newer.send(wire::pack(Command::hello, own, 1));
    const auto ack = newer.ack();
    CHECK(ack.code == code(ErrorCode::unsupported));
    CHECK(ack.text == "no common protocol: you speak 7..9, this coordinator 1..1");
    CHECK(!newer.read().has_value());
}

TEST_CASE(
    "[1.12/attribute] a malformed body is answered with the offending attribute, the connection goes on") {
    World world;
    Raw raw(world.coordinator.socket());
    raw.hello();
    // An attribute 1 (kind) of 2 bytes where 1 is right; then an unknown one; then bytes left over.
    raw.send(wire::Frame{
        static_cast<std::uint16_t>(Command::get), wire::flag_request, 2, {6, 0, 1, 0, 6, 0, 0, 0}});
    auto ack = raw.ack();
    CHECK(ack.code == code(ErrorCode::invalid));
    CHECK(ack.field == "kind");
    raw.send(wire::Frame{
        static_cast<std::uint16_t>(Command::get), wire::flag_request, 3, {5, 0, 99, 0, 6, 0, 0, 0}});
    ack = raw.ack();
    CHECK(ack.code == code(ErrorCode::invalid));
    CHECK(ack.field == "attribute 99");
    raw.send(wire::Frame{static_cast<std::uint16_t>(Command::get), wire::flag_request, 4, {5, 0, 1}});
    CHECK(raw.ack().code == code(ErrorCode::invalid));
    raw.send(wire::empty_frame(Command::put, 5));
    ack = raw.ack();
    CHECK(ack.code == code(ErrorCode::unsupported));
    raw.send(wire::pack(Command::get, wire::GetRequest{Kind::host, "h1"}, 6));
    CHECK(raw.ack().code == code(ErrorCode::not_found));
}

TEST_CASE("[1.13/nobody] a user who is not among the principals may do nothing") {
    TestCoordinator coordinator;
    coordinator.settings().users.clear();
    coordinator.start();
    auto client = coordinator.client();
    const auto list = client.list(Kind::partition);
    REQUIRE(!list.has_value());
    CHECK(list.error().code == ErrorCode::refused);
    CHECK(client.status().error().code == ErrorCode::refused);
    wire::CreateRequest request;
    request.kind = Kind::host;
    request.object = wire::encode(schema::Host{}).value();
    CHECK(client.create(request).error().code == ErrorCode::refused);
}
