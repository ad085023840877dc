// SPDX-License-Identifier: Apache-2.0
// Captures over the agent's local socket: who gets which packets, and that none outlives its connection.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <list>
#include <map>

#include "agent/report/local_server.h"
#include "tests/harness/scratch.h"
#include "tests/harness/wait.h"
#include "weft/abi/counter.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

using namespace weft;
using namespace weft::agent;
using weft::test::run_until;
using weft::test::Scratch;
namespace asio = boost::asio;
using wire::Command;

namespace {

constexpr std::uint32_t tx = 1U << WEFT_TX;
constexpr std::uint32_t rx = 1U << WEFT_RX;
const std::string five = to_string(Id{Kind::record, 5});
const std::string six = to_string(Id{Kind::record, 6});

struct Peer {
    wire::Channel::Pointer channel;
    std::vector<wire::Frame> received;
    bool ended{false};
};

struct World {
    Scratch scratch;
    std::string path{scratch / "agent.sock"};
    asio::io_context context{1};
    std::map<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>> on;  // by record: snaplen, directions
    std::uint64_t lost{0};
    Monitor monitor{[](std::uint32_t) { return std::string{}; }, [](weft_event_sort) { return LostEvents{}; },
                    [](const Watched&) {}};
    Capture capture{{[this](Id record, std::uint32_t snaplen, std::uint32_t directions) -> Result<void> {
                         if (directions == 0) {
                             on.erase(record.value);
                             return {};
                         }
                         if (record.value > 6) return not_found("not attached here");
                         on[record.value] = {snaplen, directions};
                         return {};
                     },
                     [this](Id) { return lost; }, [] {}}};
    LocalServer server{context, {}, monitor, capture};
    std::list<Peer> peers;

    World() {
        REQUIRE(server.listen(path).has_value());
        asio::co_spawn(context, server.run(), asio::detached);
    }
    ~World() {
        for (auto& peer : peers) peer.channel->close();
        server.stop();
        CHECK(run_until(context, [&] { return std::ranges::all_of(peers, &Peer::ended); }));
    }
    Peer& connect() {
        auto& peer = peers.emplace_back();
        asio::co_spawn(context, follow(peer), asio::detached);
        REQUIRE(run_until(context, [&] { return peer.channel != nullptr; }));
        return peer;
    }
    asio::awaitable<void> follow(Peer& peer) {
        auto connected = co_await wire::Channel::connect_unix(path);
        peer.channel = connected.value();
        for (;;) {
            auto frame = co_await peer.channel->read();
            if (!frame) break;
            peer.received.push_back(std::move(*frame));
        }
        peer.ended = true;
    }
    // The code of the answer.
    std::uint16_t ask(Peer& peer, const wire::CaptureRequest& request) {
        const auto count = peer.received.size();
        peer.channel->send(wire::pack(Command::capture, request, 7, wire::flag_request).value());
        REQUIRE(run_until(context, [&] { return peer.received.size() > count; }));
        return wire::unpack<wire::Ack>(peer.received.back(), Command::ack).value().code;
    }
    void packet(std::uint64_t record, weft_direction direction,
                weft_capture_point point = WEFT_CAPTURE_INNER) {
        weft_captured head{};
        head.record = record;
        head.direction = direction;
        head.point = static_cast<std::uint16_t>(point);
        head.length = 60;
        const std::vector<std::uint8_t> bytes{1, 2, 3, 4};
        head.captured = 4;
        capture.on_packet(head, bytes);
    }
    wire::Captured last(Peer& peer, std::size_t count) {
        REQUIRE(run_until(context, [&] { return peer.received.size() >= count; }));
        CHECK(peer.received.size() == count);
        return wire::unpack<wire::Captured>(peer.received.back(), Command::captured).value();
    }
};

}  // namespace

TEST_CASE_FIXTURE(World, "[8.3/capture] who asks gets the record's packets and nobody else's") {
    auto& peer = connect();
    CHECK(ask(peer, {five, 0, {}, false}) == 0);
    CHECK(on.at(5) == std::pair{std::uint32_t{WEFT_CAPTURE_MOST}, tx | rx});
    packet(6, WEFT_TX);
    packet(5, WEFT_RX, WEFT_CAPTURE_OUTER);
    const auto message = last(peer, 2);
    CHECK(message.point == wire::CapturePoint::outer);
    CHECK(message.direction == "rx");
    CHECK(message.length == 60);
    CHECK(message.packet == schema::Bytes{1, 2, 3, 4});
    CHECK(peer.received.back().sequence == 7);
}

TEST_CASE_FIXTURE(World, "[8.3/capture] two captures of a record get what each asked for") {
    auto& first = connect();
    auto& second = connect();
    CHECK(ask(first, {five, 2, "tx", false}) == 0);
    CHECK(on.at(5) == std::pair{2U, tx});
    CHECK(ask(second, {five, 100, "rx", false}) == 0);
    CHECK(on.at(5) == std::pair{100U, tx | rx});
    packet(5, WEFT_TX);
    packet(5, WEFT_RX);
    CHECK(last(first, 2).packet == schema::Bytes{1, 2});
    CHECK(last(second, 2).packet == schema::Bytes{1, 2, 3, 4});
    second.channel->close();
    REQUIRE(run_until(context, [&] { return on.at(5).first == 2; }));
    CHECK(on.at(5) == std::pair{2U, tx});
}

TEST_CASE_FIXTURE(World, "[8.3/capture] a connection that goes leaves no capture") {
    auto& peer = connect();
    CHECK(ask(peer, {five, 0, {}, false}) == 0);
    CHECK(on.size() == 1);
    peer.channel->close();
    CHECK(run_until(context, [&] { return on.empty(); }));
}

TEST_CASE_FIXTURE(World, "[8.3/capture] at its end a capture says what was lost during it") {
    auto& peer = connect();
    lost = 10;
    CHECK(ask(peer, {five, 0, {}, false}) == 0);
    lost = 13;
    wire::CaptureRequest stop;
    stop.stop = true;
    peer.channel->send(wire::pack(Command::capture, stop, 8, wire::flag_request).value());
    const auto message = last(peer, 2);
    CHECK(message.length == 0);
    CHECK(message.lost == 3);
    CHECK(peer.received.back().sequence == 7);
    CHECK(on.empty());
}

TEST_CASE_FIXTURE(World, "[8.3/capture] what cannot be is refused and captures nothing") {
    auto& peer = connect();
    const auto code = [](ErrorCode error) { return static_cast<std::uint16_t>(error); };
    CHECK(ask(peer, {"blue", 0, {}, false}) == code(ErrorCode::invalid));
    CHECK(ask(peer, {to_string(Id{Kind::host, 5}), 0, {}, false}) == code(ErrorCode::invalid));
    CHECK(ask(peer, {five, 0, "up", false}) == code(ErrorCode::invalid));
    CHECK(ask(peer, {to_string(Id{Kind::record, 7}), 0, {}, false}) == code(ErrorCode::not_found));
    CHECK(ask(peer, {{}, 0, {}, true}) == code(ErrorCode::invalid));
    CHECK(on.empty());
    CHECK(ask(peer, {five, 0, {}, false}) == 0);
    CHECK(ask(peer, {six, 0, {}, false}) == code(ErrorCode::conflict));
    CHECK(on.size() == 1);
}
