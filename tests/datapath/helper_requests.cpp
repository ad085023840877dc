// SPDX-License-Identifier: Apache-2.0
// weft-device-helper: who may ask, and what is asked.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper_thread.h"
#include "tests/datapath/sandbox.h"
#include "weft/wire/codec.h"
#include "weft/wire/command.h"
#include "weft/wire/message/ack.h"

using namespace weft;
using namespace weft::agent;
using namespace weft::agent::helper_test;
using weft::test::Sandbox;

namespace {

// What comes back for raw bytes; empty when the connection is closed without an answer.
std::string answer_to(const std::string& path, const std::string& bytes) {
    const Fd socket = connect_to(path);
    REQUIRE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
    (void)::shutdown(socket.get(), SHUT_WR);
    std::string answer(4096, '\0');
    const auto got = ::recv(socket.get(), answer.data(), answer.size(), 0);
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer;
}

}  // namespace

TEST_CASE("[3.1] root and the agent's user may ask, nobody else") {
    const Sandbox sandbox;
    const auto path = sandbox.files() / "helper.sock";
    const Helper helper{path, 61234};
    REQUIRE(::chmod(path.c_str(), 0666) == 0);  // the credentials decide, not the file's mode
    REQUIRE(::chmod(sandbox.files().path().c_str(), 0755) == 0);
    CHECK(ask_helper(path, RemoveDevice{"weft0000000000a"}).has_value());
    for (const uid_t user : {61234U, 61235U}) {
        const auto child = ::fork();
        if (child == 0)
            ::_exit(::setuid(user) == 0 && ask_helper(path, RemoveDevice{"weft0000000000a"}).has_value() ? 0
                                                                                                         : 1);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WEXITSTATUS(status) == (user == 61234U ? 0 : 1));
    }
}

TEST_CASE("malformed requests are answered with an error or dropped, and the next one is served") {
    const Sandbox sandbox;
    const auto path = sandbox.files() / "helper.sock";
    const Helper helper{path};
    const auto frame = [](std::uint16_t type, const wire::Bytes& payload) {
        const auto bytes = wire::build_frame({type, wire::flag_request, 9, payload});
        return std::string(bytes.begin(), bytes.end());
    };
    const auto code = [&](const std::string& bytes) {
        const auto answer = answer_to(path, bytes);
        wire::FrameReader reader;
        reader.feed({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()});
        const auto got = reader.next();
        REQUIRE((got && *got));
        CHECK((*got)->type == static_cast<std::uint16_t>(wire::Command::ack));
        CHECK((*got)->sequence == 9);
        return static_cast<ErrorCode>(wire::decode<wire::Ack>((*got)->payload)->code);
    };
    const auto whole = wire::encode(request()).value();
    CHECK(code(frame(99, {})) == ErrorCode::unsupported);
    CHECK(code(frame(16, {})) == ErrorCode::invalid);
    CHECK(code(frame(16, {whole.begin(), whole.end() - 3})) != ErrorCode{});
    CHECK(code(frame(17, whole)) == ErrorCode::invalid);
    CHECK(code(frame(16, whole)) == ErrorCode::not_found);
    CHECK(answer_to(path, "").empty());
    CHECK(answer_to(path, "\x05").empty());
    CHECK(answer_to(path, std::string(16, '\xff')).empty());
    CHECK(answer_to(path, frame(16, whole).substr(0, 40)).empty());
    CHECK(ask_helper(path, RemoveDevice{"weft0000000000a"}).has_value());
}

TEST_CASE("without a helper the agent says so") {
    const Sandbox sandbox;
    CHECK(ask_helper(sandbox.files() / "nobody.sock", RemoveDevice{"weft0000000000a"}).error().code ==
          ErrorCode::unreachable);
    CHECK(ask_helper("", RemoveDevice{"weft0000000000a"}).error().code == ErrorCode::unsupported);
}
