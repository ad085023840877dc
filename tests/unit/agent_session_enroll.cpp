// SPDX-License-Identifier: Apache-2.0
// How a host gets its certificate, uses it and renews it: TLS over the loopback device, the CA is the real
// one.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <set>

#include "agent/session/backoff.h"
#include "agent/session/coordinators.h"
#include "agent/session/credentials.h"
#include "agent/session/enroll.h"
#include "agent/session/renewal.h"
#include "coordinator/pki/authority.h"
#include "tests/harness/scratch.h"
#include "tests/harness/wait.h"
#include "weft/base/file.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

using namespace weft;
using namespace weft::agent;
using coordinator::pki::Authority;
using weft::test::run_until;
using weft::test::Scratch;
namespace asio = boost::asio;
using asio::ip::tcp;
using wire::Command;

namespace {

constexpr Id host_id{Kind::host, 0x0123456789abcdef};

void write(const std::string& path, const std::string& content) {
    REQUIRE(replace_file(path, content).has_value());
}

// A coordinator that enrols who says "the token", and keeps who connected with which certificate.
struct World {
    Scratch scratch;
    Authority authority{Authority::create().value()};
    asio::io_context context{1};
    tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    wire::TlsFiles host{scratch / "ca.pem", scratch / "host.pem", scratch / "host.key"};
    wire::TlsContext server;
    std::optional<wire::Identity> peer;
    Id sign_for{host_id};
    bool foreign_key{false};

    World() {
        const auto issued = authority.issue_coordinator("c1", {"127.0.0.1"}).value();
        write(host.authority, authority.certificate_pem());
        write(scratch / "server.pem", issued.issued.certificate);
        write(scratch / "server.key", issued.key);
        server =
            wire::server_context({host.authority, scratch / "server.pem", scratch / "server.key"}).value();
        asio::co_spawn(context, accept(), asio::detached);
    }

    asio::awaitable<void> accept() {
        for (;;) {
            auto socket = co_await acceptor.async_accept(asio::use_awaitable);
            asio::co_spawn(context, serve(std::move(socket)), asio::detached);
        }
    }
    asio::awaitable<void> serve(tcp::socket socket) {
        const auto accepted =
            co_await wire::Channel::accept_tls(std::move(socket), server, std::chrono::seconds{5});
        if (!accepted) co_return;
        const auto channel = *accepted;
        peer = channel->peer();
        for (;;) {
            const auto frame = co_await channel->read();
            if (!frame) break;
            answer(*channel, *frame);
        }
    }
    void answer(wire::Channel& channel, const wire::Frame& frame) {
        if (frame.type == static_cast<std::uint16_t>(Command::hello)) {
            wire::Hello hello;
            hello.lowest = hello.highest = 1;
            return channel.send(wire::pack(Command::hello, hello, frame.sequence).value());
        }
        const auto request = wire::unpack<wire::EnrollRequest>(frame, Command::enroll).value();
        if (request.token != "the token") {
            wire::Ack ack;
            ack.code = static_cast<std::uint16_t>(ErrorCode::refused);
            ack.text = "the token is unknown, used or expired";
            return channel.send(wire::pack(Command::ack, ack, frame.sequence).value());
        }
        const auto signed_request =
            foreign_key ? certificate_request(new_key().value()).value() : request.request;
        const auto issued = authority.sign_host(signed_request, sign_for).value();
        channel.send(wire::pack(Command::certificate,
                                wire::Certificate{issued.certificate, authority.certificate_pem()},
                                frame.sequence)
                         .value());
    }

    template <class T>
    T wait(asio::awaitable<T> work) {
        std::optional<T> result;
        asio::co_spawn(context, std::move(work), [&](std::exception_ptr, T got) { result = std::move(got); });
        REQUIRE(run_until(context, [&] { return result.has_value(); }));
        return std::move(*result);
    }
    [[nodiscard]] std::vector<agent::Endpoint> endpoints() const {
        return {{"127.0.0.1", acceptor.local_endpoint().port()}};
    }
    Result<wire::Channel::Pointer> connect(const wire::TlsFiles& files) {
        return wait(connect_any(endpoints(), files));
    }
    Result<Id> enroll_with(const std::string& token) {
        const auto channel = connect({host.authority, {}, {}});
        REQUIRE(channel.has_value());
        return wait(enroll(*channel, token, host));
    }
};

struct HandClock final : Clock {
    std::uint64_t now{0};
    [[nodiscard]] std::uint64_t boot_ns() const override { return 0; }
    [[nodiscard]] std::uint64_t unix_us() const override { return now * 1'000'000; }
};

}  // namespace

TEST_CASE("[3.1/enrol] a token gets a certificate, with which the host is known by its id") {
    World world;
    const auto enrolled = world.enroll_with("the token");
    REQUIRE(enrolled.has_value());
    CHECK(*enrolled == host_id);
    CHECK(world.peer->kind == wire::Identity::Kind::none);
    for (const auto& path : {world.host.certificate, world.host.key})
        CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));

    world.peer.reset();
    const auto channel = world.connect(world.host);
    REQUIRE(channel.has_value());
    REQUIRE(run_until(world.context, [&] { return world.peer.has_value(); }));
    CHECK(world.peer->kind == wire::Identity::Kind::certificate);
    CHECK(world.peer->uri == "weft://host/" + to_string(host_id));
}

TEST_CASE("[3.1/enrol] refused, for another key or for no host: nothing is written") {
    World world;
    std::string token = "the token";
    std::string expected;
    SUBCASE("an unknown token") {
        token = "another";
        expected = "unknown, used or expired";
    }
    SUBCASE("a certificate for another key") {
        world.foreign_key = true;
        expected = "does not belong to this host's key";
    }
    SUBCASE("a certificate that names no host") {
        world.sign_for = Id{Kind::record, 1};
        expected = "names no host";
    }
    const auto enrolled = world.enroll_with(token);
    REQUIRE_FALSE(enrolled.has_value());
    CHECK(enrolled.error().text.find(expected) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(world.host.certificate));
    CHECK_FALSE(std::filesystem::exists(world.host.key));
}

TEST_CASE("[3.1/tls] a coordinator of another CA, or one that nobody certified as such, is not spoken to") {
    World world;
    const auto other = Authority::create().value();
    SUBCASE("another CA") { write(world.host.authority, other.certificate_pem()); }
    SUBCASE("a user's certificate") {
        const auto user = world.authority.issue_user("mallory").value();
        write(world.scratch / "user.pem", user.issued.certificate);
        write(world.scratch / "user.key", user.key);
        world.server = wire::server_context(
                           {world.host.authority, world.scratch / "user.pem", world.scratch / "user.key"})
                           .value();
    }
    const auto channel = world.connect({world.host.authority, {}, {}});
    REQUIRE_FALSE(channel.has_value());
    CHECK(channel.error().code == ErrorCode::refused);
}

TEST_CASE("[3.1/tls] every coordinator is tried in its order, and the error tells about each") {
    World world;
    tcp::acceptor closed{world.context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    const auto port = closed.local_endpoint().port();
    closed.close();
    auto endpoints = world.endpoints();
    endpoints.insert(endpoints.begin(), {"127.0.0.1", port});
    CHECK(world.wait(connect_any(endpoints, {world.host.authority, {}, {}})).has_value());
    const auto none =
        world.wait(connect_any({{"127.0.0.1", port}, {"127.0.0.1", port}}, {world.host.authority, {}, {}}));
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == ErrorCode::unreachable);
    CHECK(none.error().text.find("; ") != std::string::npos);
}

TEST_CASE("[3.1/renew] a certificate is renewed after two thirds of its life, for the same key") {
    World world;
    const auto key = new_key().value();
    const auto first =
        world.authority.sign_host(certificate_request(key).value(), host_id, std::chrono::hours{1});
    write(world.host.key, key);
    write(world.host.certificate, first->certificate);
    const auto facts = certificate_facts(first->certificate).value();
    CHECK(facts.host == host_id);
    const auto third = (facts.not_after - facts.not_before) / 3;
    HandClock clock;
    Renewal renewal{world.host, clock};
    clock.now = facts.not_before + 2 * third - 5;
    CHECK_FALSE(renewal.due().has_value());
    clock.now = facts.not_before + 2 * third + 5;
    const auto request = renewal.due();
    REQUIRE(request.has_value());
    CHECK_FALSE(renewal.due().has_value());  // it is on its way
    clock.now += 601;
    CHECK(renewal.due().has_value());  // no answer came

    const auto second = world.authority.sign_host(request->request, host_id).value();
    SUBCASE("the answer is taken") {
        REQUIRE(renewal.accept({second.certificate, {}}).has_value());
        CHECK(read_text(world.host.certificate).value() == second.certificate);
        CHECK(read_text(world.host.key).value() == key);
        CHECK_FALSE(renewal.due().has_value());
        CHECK(wire::client_context(world.host).has_value());
    }
    SUBCASE("one for another key is not") {
        const auto foreign =
            world.authority.sign_host(certificate_request(new_key().value()).value(), host_id).value();
        CHECK_FALSE(renewal.accept({foreign.certificate, {}}).has_value());
        CHECK(read_text(world.host.certificate).value() == first->certificate);
    }
    SUBCASE("what is no certificate is not") {
        CHECK_FALSE(renewal.accept({"junk", {}}).has_value());
        CHECK(read_text(world.host.certificate).value() == first->certificate);
    }
}

TEST_CASE(
    "[8.5/reconnect] waits double from 100 ms to 5 s, each drawn from its upper half, until a success") {
    std::mt19937_64 random{1};
    Backoff backoff;
    std::set<Backoff::Wait> seen;
    for (const auto bound : {100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
        const auto wait = backoff.next(random).count();
        CHECK(wait >= bound / 2);
        CHECK(wait <= bound);
    }
    for (int i = 0; i < 50; ++i) seen.insert(backoff.next(random));
    CHECK(seen.size() > 25);  // a thousand agents do not come back together
    backoff.reset();
    CHECK(backoff.next(random).count() <= 100);
}
