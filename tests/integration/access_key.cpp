// SPDX-License-Identifier: Apache-2.0
// Access keys over real TLS: as typed, and what the coordinator makes of other bytes.
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <sstream>

#include "agent/session/hello.h"
#include "cloud.h"
#include "coordinator/cli/program.h"
#include "coordinator/permission/table.h"
#include "weft/wire/message.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Outcome {
    int code;
    std::string out;
    std::string err;
};

class Keyed {
public:
    World world;

    Keyed() {
        world.coordinator.stop();
        world.coordinator.settings().users.push_back(
            {std::nullopt, "ann", coordinator::config::Role::customer, {"team"}});
        world.coordinator.start();
    }
    static Outcome bare(std::vector<std::string> words) {
        std::ostringstream out;
        std::ostringstream err;
        cli::Program program{out, err};
        const int code = program.run(std::move(words));
        return {code, out.str(), err.str()};
    }
    // As the operator, over the socket.
    Outcome run(std::vector<std::string> words) {
        words.insert(words.begin(), {"--socket", world.coordinator.socket()});
        return bare(std::move(words));
    }
    std::vector<std::string> remote() {
        return {"--server", "127.0.0.1:" + std::to_string(world.coordinator.port()), "--tls-directory",
                world.coordinator.tls_directory(), "--access-key"};
    }
    // With the key in `file`.
    Outcome with(const std::string& file, std::vector<std::string> words) {
        auto all = remote();
        all.push_back(file);
        all.insert(all.end(), words.begin(), words.end());
        return bare(std::move(all));
    }
    std::string keep(const std::string& text, mode_t mode = 0600) {
        const std::string path = scratch_ / ("key" + std::to_string(++files_));
        std::ofstream{path} << text;
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        return path;
    }
    // A connection without a certificate, past its hello.
    wire::Channel::Pointer stranger() {
        const auto tls =
            wire::client_context({world.coordinator.tls_directory() + "/ca.pem", {}, {}}).value();
        return await(greeted(world.coordinator.port(), tls)).value();
    }
    template <class T>
    T await(boost::asio::awaitable<T> work) {
        return boost::asio::co_spawn(world.fleet.context(), std::move(work), boost::asio::use_future).get();
    }
    // What comes back; unreachable at the end of the connection.
    Result<wire::Frame> ask(const wire::Channel::Pointer& channel, const Result<wire::Frame>& frame) {
        world.fleet.run([&] { channel->send(frame.value()); });
        return await(channel->read());
    }
    static std::uint16_t code_of(const Result<wire::Frame>& frame) {
        REQUIRE_MESSAGE(frame.has_value(), (frame ? "" : frame.error().message()));
        return wire::unpack<wire::Ack>(*frame, wire::Command::ack).value().code;
    }

private:
    Scratch scratch_;
    int files_{0};

    static boost::asio::awaitable<Result<wire::Channel::Pointer>> greeted(std::uint16_t port,
                                                                          wire::TlsContext tls) {
        const std::string here = "127.0.0.1";
        auto channel = co_await wire::Channel::connect_tls(here, port, tls, std::chrono::seconds(5));
        if (!channel) co_return channel.error();
        wire::Hello own;
        const auto hello = co_await agent::greet(*channel, own);
        if (!hello) co_return hello.error();
        co_return *channel;
    }
};

constexpr auto refused_code = static_cast<std::uint16_t>(ErrorCode::refused);

wire::Frame login_frame(const std::string& key, const std::string& secret) {
    return wire::pack(wire::Command::login, wire::LoginRequest{key, secret}, 7).value();
}

wire::Frame list_frame() {
    return wire::pack(wire::Command::list, wire::ListRequest{Kind::partition, {}, {}, 0}, 8).value();
}

}  // namespace

TEST_CASE("[3.1/key] a key made by the operator opens the coordinator over TLS as its user") {
    Keyed keyed;
    keyed.world.add_blue();
    const auto made = keyed.run({"key", "create", "--user", "ann", "--description", "ci"});
    REQUIRE_MESSAGE(made.code == 0, made.err);
    const auto file = keyed.keep(made.out);
    const auto id = made.out.substr(0, made.out.find(' '));
    CHECK(made.err.find("not shown again") != std::string::npos);
    CHECK(keyed.with(file, {"partition", "list"}).out.empty());  // root's are not ann's
    const auto own = keyed.with(
        file, {"partition", "create", "mine", "--cidr", "10.9.0.0/16", "--subnet", "a=10.9.1.0/24"});
    REQUIRE_MESSAGE(own.code == 0, own.err);
    CHECK(keyed.with(file, {"partition", "list", "-o", "name"}).out == "mine\n");
    CHECK(keyed.with(file, {"host", "create", "h", "--underlay", "192.0.2.9"}).code == 5);
    const auto secret = made.out.substr(made.out.find(' ') + 1, 64);
    for (const auto* format : {"table", "wide", "json", "yaml"}) {
        const auto shown = keyed.with(file, {"key", "show", id, "-o", format});
        CHECK(shown.code == 0);
        CHECK(shown.out.find("ci") != std::string::npos);
        CHECK(shown.out.find("hash") == std::string::npos);
        CHECK(shown.out.find(secret) == std::string::npos);
    }
    CHECK(keyed.run({"export"}).out.find(id) == std::string::npos);
}

TEST_CASE("[3.1/key] a disabled key is refused, an enabled one works again, a deleted one never") {
    Keyed keyed;
    const auto made = keyed.run({"key", "create", "--user", "ann"});
    const auto file = keyed.keep(made.out);
    const auto id = made.out.substr(0, made.out.find(' '));
    CHECK(keyed.with(file, {"key", "list"}).code == 0);
    CHECK(keyed.run({"key", "disable", id}).code == 0);
    CHECK(keyed.with(file, {"key", "list"}).code == 5);
    CHECK(keyed.run({"key", "enable", id}).code == 0);
    CHECK(keyed.with(file, {"key", "list"}).code == 0);
    CHECK(keyed.run({"key", "modify", id, "--expire-time", "2020-01-01T00:00:00Z"}).code == 0);
    CHECK(keyed.with(file, {"key", "list"}).code == 5);
    CHECK(keyed.run({"key", "modify", id, "--expire-time", ""}).code == 0);
    const auto deleted = keyed.with(file, {"key", "delete", id});  // by itself: it hears so, and is gone
    CHECK_MESSAGE(deleted.code == 0, deleted.err);
    const auto after = keyed.with(file, {"key", "list"});
    CHECK(after.code == 5);
    CHECK(after.err.find("unknown, disabled or expired") != std::string::npos);
    // A user that coordinator.yaml does not have is nobody.
    const auto stray = keyed.run({"key", "create", "--user", "zoe"});
    CHECK(keyed.with(keyed.keep(stray.out), {"key", "list"}).code == 5);
}

TEST_CASE("[3.1/key] a key's file is for its owner's eyes, and holds a key") {
    Keyed keyed;
    const auto made = keyed.run({"key", "create", "--user", "ann"});
    for (const mode_t mode : {0640U, 0604U, 0660U}) {
        const auto open = keyed.with(keyed.keep(made.out, mode), {"key", "list"});
        CHECK(open.code == 5);
        CHECK(open.err.find("chmod 600") != std::string::npos);
    }
    for (const auto* text : {"", "key-1 x", "nonsense", "host-00000000000000001 x"})
        CHECK(keyed.with(keyed.keep(text), {"key", "list"}).code == 2);
    CHECK(keyed.with(keyed.keep(made.out + "more"), {"key", "list"}).code == 2);
    CHECK(keyed.with("/nonexistent", {"key", "list"}).code == 1);
    CHECK(Keyed::bare({"--access-key", keyed.keep(made.out), "key", "list"}).code == 2);
    auto both = keyed.remote();
    both.insert(both.end(), {keyed.keep(made.out), "--user", "ann", "record", "list"});
    CHECK(Keyed::bare(both).code == 2);
}

TEST_CASE(
    "[3.1/login] nothing before the login, one try a connection, and the end of a key is that of its "
    "sessions") {
    Keyed keyed;
    const auto made = keyed.run({"key", "create", "--user", "ann"});
    const auto space = made.out.find(' ');
    const auto id = made.out.substr(0, space);
    const auto secret = made.out.substr(space + 1, 64);

    auto early = keyed.stranger();
    CHECK(Keyed::code_of(keyed.ask(early, list_frame())) == refused_code);
    CHECK(!keyed.ask(early, login_frame(id, secret)).has_value());

    auto wrong = keyed.stranger();
    CHECK(Keyed::code_of(keyed.ask(wrong, login_frame(id, std::string(64, '0')))) == refused_code);
    CHECK(!keyed.ask(wrong, login_frame(id, secret)).has_value());

    auto right = keyed.stranger();
    CHECK(Keyed::code_of(keyed.ask(right, login_frame(id, secret))) == 0);
    CHECK(keyed.ask(right, list_frame()).value().type == static_cast<std::uint16_t>(wire::Command::done));
    // Of no use a second time, and no reason to end.
    CHECK(Keyed::code_of(keyed.ask(right, login_frame(id, secret))) ==
          static_cast<std::uint16_t>(ErrorCode::unsupported));
    auto other = keyed.stranger();
    CHECK(Keyed::code_of(keyed.ask(other, login_frame(id, secret))) == 0);
    CHECK(keyed.run({"key", "disable", id}).code == 0);
    CHECK(!keyed.await(right->read()).has_value());
    CHECK(!keyed.await(other->read()).has_value());
    CHECK(keyed.run({"key", "enable", id}).code == 0);
    auto again = keyed.stranger();
    CHECK(Keyed::code_of(keyed.ask(again, login_frame(id, secret))) == 0);
    CHECK(keyed.run({"key", "delete", id}).code == 0);
    CHECK(!keyed.await(again->read()).has_value());
    keyed.world.fleet.run([&] {
        for (const auto& channel : {early, wrong, right, other, again}) channel->close();
    });
}

TEST_CASE("[3.1/login] an expired key takes its sessions with it") {
    Keyed keyed;
    const auto soon = std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::system_clock::now().time_since_epoch()) +
                      std::chrono::milliseconds(1500);
    schema::AccessKey key;
    key.user = "ann";
    key.expire_time = static_cast<std::uint64_t>(soon.count());
    wire::CreateRequest request;
    request.kind = Kind::access_key;
    request.object = wire::encode(key).value();
    const auto made = keyed.world.client().create(request).value();
    schema::AccessKey stored;
    REQUIRE(wire::decode_into(made.object, stored).has_value());
    auto channel = keyed.stranger();
    CHECK(Keyed::code_of(keyed.ask(channel, login_frame(to_string(stored.id), made.text))) == 0);
    CHECK(!keyed.await(channel->read()).has_value());  // which waits for the end
}

TEST_CASE("[3.2/table] weft permissions prints the table, the manual page has it") {
    const auto table = Keyed::bare({"permissions"});
    CHECK(table.code == 0);
    CHECK(table.out.find("detach") != std::string::npos);
    const auto json = Keyed::bare({"permissions", "-o", "json"});
    CHECK(json.out.find("\"attachers,detachers,ip-setters,modifiers\"") != std::string::npos);
    const auto manual = Keyed::bare({"manual"}).out;
    for (const auto& row : permission::table()) {
        CHECK(table.out.find(permission::in_words(row.who)) != std::string::npos);
        CHECK(manual.find(std::string(row.does).substr(0, 5)) != std::string::npos);
    }
    CHECK(manual.find(".SH PERMISSIONS") != std::string::npos);
}
