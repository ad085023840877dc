// SPDX-License-Identifier: Apache-2.0
// The agent's session against a coordinator played by the test, over a real channel.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <deque>

#include "agent/installation.h"
#include "agent/session/reconnect.h"
#include "agent/state/object.h"
#include "tests/harness/fake_datapath.h"
#include "tests/harness/scratch.h"
#include "tests/harness/wait.h"
#include "weft/base/file.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

namespace weft::test::agent_session {

using namespace weft::agent;
namespace asio = boost::asio;
using asio::local::stream_protocol;
using wire::Command;

inline constexpr Id host_id{Kind::host, 0x77};

inline Object mapping(unsigned last) {
    return schema::Mapping{
        7, Prefix::host(Address::v4(0x0a010000 + last)), host_id, {Kind::record, last + 1}, {}, 0};
}

// Accepts the agent's connections and keeps what it says.
struct Coordinator {
    explicit Coordinator(asio::io_context& context, const std::string& path)
        : acceptor(context, stream_protocol::endpoint{path}) {
        asio::co_spawn(context, accept(), asio::detached);
    }

    asio::awaitable<void> accept() {
        for (;;) {
            auto accepted = wire::Channel::accept_unix(co_await acceptor.async_accept(asio::use_awaitable));
            channel = accepted.value();
            ++connections;
            asio::co_spawn(acceptor.get_executor(), read(channel), asio::detached);
        }
    }
    asio::awaitable<void> read(wire::Channel::Pointer from) {
        for (;;) {
            auto frame = co_await from->read();
            if (!frame) break;
            if (frame->type == static_cast<std::uint16_t>(Command::hello)) {
                hello = wire::unpack<wire::Hello>(*frame, Command::hello).value();
                if (refuse.code != 0)
                    from->send(wire::pack(Command::ack, refuse, frame->sequence).value());
                else
                    from->send(wire::pack(Command::hello, answer, frame->sequence).value());
            } else if (frame->type == static_cast<std::uint16_t>(Command::installed)) {
                installed = wire::unpack<wire::Installed>(*frame, Command::installed).value();
                ++acknowledgements;
            } else if (frame->type == static_cast<std::uint16_t>(Command::report)) {
                report = wire::unpack<wire::Report>(*frame, Command::report).value();
            } else {
                others.push_back(std::move(*frame));
            }
        }
        ++ended;
    }

    template <class T>
    void send(Command command, const T& body, std::uint32_t sequence = 0, std::uint16_t flags = 0) {
        channel->send(wire::pack(command, body, sequence, flags).value());
    }
    void put(const Object& object) { send(Command::put, encode_object(object).value()); }
    void commit(std::uint64_t revision, bool confirm = false) {
        send(Command::commit, wire::Commit{revision, confirm});
    }

    stream_protocol::acceptor acceptor;
    wire::Channel::Pointer channel;
    wire::Hello answer{1, 1, "test", 0xc1, 0xe1, 0, true, {}, {}, 0, host_id};
    wire::Ack refuse;
    unsigned connections{0};
    unsigned ended{0};
    unsigned acknowledgements{0};
    std::optional<wire::Hello> hello;
    std::optional<wire::Installed> installed;
    std::optional<wire::Report> report;
    std::deque<wire::Frame> others;
};

// The agent's process: dies with the object; the datapath and the directory outlive it.
struct Process {
    Process(asio::io_context& context, FakeDatapath& datapath, const Scratch& scratch)
        : installation(datapath, StateFile{scratch.path()}, {}),
          renewal({"", scratch / "none.pem", ""}, clock),
          sessions([path = scratch / "coordinator"] { return wire::Channel::connect_unix(path); },
                   installation, renewal) {
        REQUIRE(installation.adopt().has_value());
        installation.on_change = [this] { sessions.tell(); };
        asio::co_spawn(context, sessions.run(), [this](std::exception_ptr) { done = true; });
    }

    SystemClock clock;
    Installation installation;
    Renewal renewal;
    Reconnect sessions;
    bool done{false};
};

struct World {
    Scratch scratch;
    asio::io_context context{1};
    Coordinator coordinator{context, scratch / "coordinator"};
    FakeDatapath datapath;
    std::optional<Process> agent;

    World() {
        datapath.host_report = {
            {"geneve/1", "vxlan/1", "redirect-peer"}, {}, {Address::v4(0xc0000201)}, 1500};
    }
    ~World() { stop(); }
    void start() { agent.emplace(context, datapath, scratch); }
    void stop() {
        if (!agent) return;
        agent->sessions.stop();
        CHECK(until([&] { return agent->done; }));
        agent.reset();
    }
    template <class Condition>
    [[nodiscard]] bool until(Condition&& condition) {
        return run_until(context, std::forward<Condition>(condition));
    }
    [[nodiscard]] bool installed(std::uint64_t revision) {
        return until([&] { return coordinator.installed && coordinator.installed->revision == revision; });
    }
    // A fresh host with `count` mappings of revision 10.
    void install(unsigned count) {
        start();
        REQUIRE(until([&] { return coordinator.hello.has_value(); }));
        for (unsigned i = 0; i < count; ++i) coordinator.put(mapping(i));
        coordinator.commit(10);
        REQUIRE(installed(10));
    }
    [[nodiscard]] std::size_t mappings() { return datapath.map(MapId::mapping).size(); }
};

}  // namespace weft::test::agent_session
