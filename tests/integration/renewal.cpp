// SPDX-License-Identifier: Apache-2.0
// How a host's certificate is replaced while its agent works, and how it is taken away.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>

#include "agent/session/credentials.h"
#include "agent/session/hello.h"
#include "cloud.h"
#include "coordinator/pki/files.h"
#include "weft/base/file.h"
#include "weft/wire/message.h"

using namespace weft;
using namespace weft::test;
using namespace std::chrono_literals;
using schema::SessionState;
namespace asio = boost::asio;

namespace {

const Address underlay = Address::v4(0xc0000201);

std::string field(World& world, const std::string& name) {
    return *world.client().get(Kind::host, "h1").value().find(name)->get<std::string>();
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::trunc) << text; }

// Host h1, enrolled but not started, whose certificate in force ends after `lifetime`. An agent takes it for
// one that is due: the five minutes by which it is dated back are more than two thirds of it.
wire::TlsFiles enrol(World& world, std::chrono::seconds lifetime) {
    world.fleet.add("h1", underlay);
    const auto id = parse_id(world.client().resolve(Kind::host, "h1").value()).value();
    auto files = world.fleet.files_of("h1");
    const auto request = agent::certificate_request(read_text(files.key).value()).value();
    const auto issued = coordinator::pki::load_authority(world.coordinator.tls_directory())
                            .value()
                            .sign_host(request, id, lifetime)
                            .value();
    world.coordinator.stop();
    world.coordinator.seed([&](coordinator::Draft& draft) {
        schema::Host host = *draft.find<schema::Host>(id);
        host.certificate_serial = issued.serial;
        draft.put(host);
    });
    world.coordinator.start();
    write(files.certificate, issued.certificate);
    return files;
}

// The same files under other names, which the agent does not replace.
wire::TlsFiles copy_of(World& world, const wire::TlsFiles& files) {
    auto copy = world.fleet.files_of("copy");
    write(copy.certificate, read_text(files.certificate).value());
    write(copy.key, read_text(files.key).value());
    return copy;
}

asio::awaitable<Result<wire::Channel::Pointer>> open_session(std::uint16_t port, wire::TlsContext tls) {
    const std::string here = "127.0.0.1";
    auto channel = co_await wire::Channel::connect_tls(here, port, tls, 5s);
    if (!channel) co_return channel.error();
    wire::Hello own;
    own.underlay = {underlay};
    const auto hello = co_await agent::greet(*channel, own);
    if (!hello) co_return hello.error();
    co_return channel;
}

// A host's session without an agent.
Result<wire::Channel::Pointer> open_session(World& world, const wire::TlsFiles& files) {
    return asio::co_spawn(world.fleet.context(),
                          open_session(world.coordinator.port(), wire::client_context(files).value()),
                          asio::use_future)
        .get();
}

wire::Frame renewal(const wire::TlsFiles& files) {
    const auto request = agent::certificate_request(read_text(files.key).value()).value();
    return wire::pack(wire::Command::renew, wire::RenewRequest{request}, 7, wire::flag_request).value();
}

}  // namespace

TEST_CASE("[3.1/renew] a session whose certificate is due goes on with a new one, past the old one's end") {
    World world;
    const auto files = enrol(world, 4s);
    const auto old = read_text(files.certificate).value();
    const auto end = agent::certificate_facts(old).value().not_after;
    world.add_blue();
    world.connect_all();
    REQUIRE(world.fleet.wait([&] { return read_text(files.certificate).value() != old; }));
    REQUIRE(world.fleet.wait([&] { return world.host("h1").agent->connected(); }));
    CHECK(world.wait_for([&] { return field(world, "former-serial").empty(); }));

    const auto now = [] { return static_cast<std::uint64_t>(std::time(nullptr)); };
    REQUIRE(world.wait_for([&] { return now() > end; }));
    CHECK(world.session("h1") == SessionState::connected);
    world.create_instance("i1", "h1");
    world.create_record("r1");
    REQUIRE(world.attach("r1", "i1").has_value());
    CHECK(world.held<schema::Port>("h1").size() == 1);
}

TEST_CASE("[3.1/renew] once the new certificate was used the old one is refused, though it has not ended") {
    World world;
    const auto files = enrol(world, 100s);
    const auto former = copy_of(world, files);
    const auto serial = field(world, "certificate-serial");
    world.connect_all();
    REQUIRE(world.wait_for([&] {
        return field(world, "certificate-serial") != serial && field(world, "former-serial").empty();
    }));
    const auto refused = open_session(world, former);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().text == "certificate " + serial + " of host h1 is not in force; " +
                                      field(world, "certificate-serial") + " is");
    CHECK(world.session("h1") == SessionState::connected);
}

TEST_CASE("[3.1/renew] when the answer is lost the old certificate goes on, and is renewed again") {
    World world;
    const auto files = enrol(world, 100s);
    const auto serial = field(world, "certificate-serial");
    const auto channel = open_session(world, files).value();
    world.fleet.run([&] { channel->send(renewal(files)); });
    REQUIRE(world.wait_for([&] { return field(world, "former-serial") == serial; }));
    world.fleet.run([&] { channel->close(); });
    const auto unused = field(world, "certificate-serial");

    world.connect_all();
    REQUIRE(world.wait_for([&] {
        const auto present = field(world, "certificate-serial");
        return present != serial && present != unused && field(world, "former-serial").empty();
    }));
    CHECK(world.fleet.wait([&] { return world.host("h1").agent->connected(); }));
}

TEST_CASE("[3.4/revoke] a renewal that is under way does not undo a revocation") {
    World world;
    const auto files = enrol(world, 100s);
    const auto channel = open_session(world, files).value();
    std::atomic<unsigned> renewed{0};
    std::atomic<bool> ended{false};
    const auto renew_for_ever = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 4; ++i) channel->send(renewal(files));
        for (;;) {
            const auto frame = co_await channel->read();
            if (!frame) break;
            if (frame->sequence != 7) continue;
            ++renewed;
            channel->send(renewal(files));
        }
        ended = true;
    };
    asio::co_spawn(world.fleet.context(), renew_for_ever, asio::detached);
    REQUIRE(world.wait_for([&] { return renewed >= 3; }));
    REQUIRE(world.client().host(wire::Command::revoke, "h1").has_value());
    CHECK(world.wait_for([&] { return ended.load(); }));
    // Whatever was on its way to the store has got there before these.
    for (int i = 0; i < 8; ++i) world.create_instance("i" + std::to_string(i), {});
    CHECK(field(world, "certificate-serial").empty());
    CHECK(field(world, "former-serial").empty());
    const auto refused = open_session(world, files);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().text.find("is not in force; none is") != std::string::npos);
}
