// SPDX-License-Identifier: Apache-2.0
// Who may be which host.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>

#include "agent/session/credentials.h"
#include "agent/session/hello.h"
#include "cloud.h"
#include "coordinator/pki/files.h"
#include "weft/wire/message.h"

using namespace weft;
using namespace weft::test;
using schema::SessionState;

namespace {

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

Id host_id(World& world, const std::string& name) {
    return parse_id(world.client().resolve(Kind::host, name).value()).value();
}

// Files of an agent whose certificate for `id` comes from `authority`.
wire::TlsFiles forge(World& world, const coordinator::pki::Authority& authority, Id id,
                     std::chrono::seconds lifetime = std::chrono::hours(1)) {
    auto files = world.fleet.files_of("forged");
    const auto key = agent::new_key().value();
    const auto issued = authority.sign_host(agent::certificate_request(key).value(), id, lifetime).value();
    write(files.key, key);
    write(files.certificate, issued.certificate);
    return files;
}

// What becomes of an agent with these files.
std::string problem_of(World& world, wire::TlsFiles files) {
    SimulatedTarget target;
    target.self.underlay = {Address::v4(0xc0000201)};
    auto& host = world.fleet.add_with("forged", std::move(files), std::move(target));
    world.fleet.run([&] { host.agent->start(); });
    REQUIRE(world.fleet.wait(
        [&] { return host.agent->connected() || host.agent->problem() != "not connected yet"; }));
    const auto connected = world.fleet.run([&] { return host.agent->connected(); });
    const auto problem = world.fleet.run([&] { return host.agent->problem(); });
    world.fleet.run([&] { host.agent->stop(); });
    return connected ? "" : problem;
}

boost::asio::awaitable<Result<wire::Frame>> exchange(std::uint16_t port, wire::TlsContext tls,
                                                     wire::Frame frame) {
    const std::string here = "127.0.0.1";
    auto channel = co_await wire::Channel::connect_tls(here, port, tls, std::chrono::seconds(5));
    if (!channel) co_return channel.error();
    wire::Hello own;
    const auto hello = co_await agent::greet(*channel, own);
    if (!hello) co_return hello.error();
    (*channel)->send(frame);
    auto answer = co_await (*channel)->read();
    (*channel)->close();
    co_return answer;
}

Result<wire::Frame> ask_without_certificate(World& world, wire::Frame request) {
    const auto tls = wire::client_context({world.coordinator.tls_directory() + "/ca.pem", {}, {}}).value();
    return boost::asio::co_spawn(world.fleet.context(),
                                 exchange(world.coordinator.port(), tls, std::move(request)),
                                 boost::asio::use_future)
        .get();
}

wire::Ack ack_of(const Result<wire::Frame>& frame) {
    REQUIRE_MESSAGE(frame.has_value(), (frame ? "" : frame.error().message()));
    const auto ack = wire::unpack<wire::Ack>(*frame, wire::Command::ack);
    REQUIRE_MESSAGE(ack.has_value(), (ack ? "" : ack.error().message()));
    return *ack;
}

}  // namespace

TEST_CASE("[3.4/identity] a certificate that is not the one in force, or of no host, is refused") {
    World world;
    world.add_hosts(1);
    const auto authority = coordinator::pki::load_authority(world.coordinator.tls_directory()).value();
    const auto other_serial = problem_of(world, forge(world, authority, host_id(world, "h1")));
    CHECK(other_serial.find("is not in force") != std::string::npos);
    const auto no_host = problem_of(world, forge(world, authority, new_id(Kind::host)));
    CHECK(no_host.find("there is no host host-") != std::string::npos);
    CHECK(world.session("h1") == SessionState::connected);  // the real one is not disturbed
}

TEST_CASE("[3.4/identity] an expired certificate, or one of another authority, fails the handshake") {
    World world;
    world.add_hosts(1);
    const auto authority = coordinator::pki::load_authority(world.coordinator.tls_directory()).value();
    const auto expired =
        problem_of(world, forge(world, authority, host_id(world, "h1"), std::chrono::seconds(-1)));
    CHECK(expired.find("expired") != std::string::npos);
    const auto foreign = coordinator::pki::Authority::create().value();
    CHECK(!problem_of(world, forge(world, foreign, host_id(world, "h1"))).empty());
    CHECK(world.session("h1") == SessionState::connected);
}

TEST_CASE("[3.4/report] a host whose addresses are not as declared is refused, and status says why") {
    World world;
    SimulatedTarget elsewhere;
    auto& host = world.fleet.add("h1", Address::v4(0xc0000201), std::move(elsewhere));
    world.fleet.run([&] {
        host.target.self.underlay = {Address::v4(0xc0000209)};
        host.agent->start();
    });
    REQUIRE(world.wait_for([&] { return !world.status("h1").problem.empty(); }));
    CHECK(world.status("h1").problem ==
          "underlay addresses do not match: declared 192.0.2.1, which the host does not have (192.0.2.9)");
    CHECK(world.session("h1") != SessionState::connected);
    world.fleet.run([&] { host.target.self.underlay = {Address::v4(0xc0000209), Address::v4(0xc0000201)}; });
    CHECK(world.wait_for([&] { return world.session("h1") == SessionState::connected; }));
    CHECK(world.status("h1").problem.empty());
}

TEST_CASE(
    "[3.4/revoke] revocation ends the live session at once, and the certificate is of no use any more") {
    World world;
    world.add_hosts(2);
    REQUIRE(world.client().host(wire::Command::revoke, "h1").has_value());
    CHECK(world.fleet.wait([&] { return !world.host("h1").agent->connected(); }));
    CHECK(world.fleet.wait(
        [&] { return world.host("h1").agent->problem().find("is not in force") != std::string::npos; }));
    CHECK(world.session("h2") == SessionState::connected);
}

TEST_CASE("[3.4/token] a token makes one host one certificate, once") {
    World world;
    world.add_hosts(1);
    const auto token = world.client().host(wire::Command::token, "h1").value().text;
    const auto request = agent::certificate_request(agent::new_key().value()).value();
    const auto enroll = [&](const std::string& word, const std::string& csr) {
        return ask_without_certificate(
            world, wire::pack(wire::Command::enroll, wire::EnrollRequest{word, csr}, 2).value());
    };
    CHECK(ack_of(enroll("0000", request)).code == static_cast<std::uint16_t>(ErrorCode::refused));
    // A request that cannot be signed does not use the token up.
    CHECK(ack_of(enroll(token, "nonsense")).code == static_cast<std::uint16_t>(ErrorCode::invalid));
    const auto made = enroll(token, request);
    REQUIRE(made.has_value());
    const auto certificate =
        wire::unpack<wire::Certificate>(*made, wire::Command::certificate).value().certificate;
    CHECK(agent::certificate_facts(certificate).value().host == host_id(world, "h1"));
    const auto again = ack_of(enroll(token, request));
    CHECK(again.code == static_cast<std::uint16_t>(ErrorCode::refused));
    CHECK(again.text == "the token is unknown, used or expired");
    // The host has a new certificate now: the former one's session has ended.
    CHECK(world.fleet.wait([&] { return !world.host("h1").agent->connected(); }));
}

TEST_CASE("[3.1/none] without a certificate nothing but enrolment is possible") {
    World world;
    const auto answer = ack_of(ask_without_certificate(
        world, wire::pack(wire::Command::list, wire::ListRequest{Kind::host, {}, {}, 0}, 2).value()));
    CHECK(answer.code == static_cast<std::uint16_t>(ErrorCode::refused));
    CHECK(answer.text == "without a certificate only login and enrolment are possible");
}
