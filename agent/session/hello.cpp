// SPDX-License-Identifier: Apache-2.0
#include "agent/session/hello.h"

#include <algorithm>

#include "weft/base/version.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

namespace weft::agent {

namespace asio = boost::asio;
using wire::Command;

namespace {

constexpr std::chrono::seconds patience{5};

Result<void> check_protocol(const wire::Hello& peer) {
    const auto common = std::min(peer.highest, wire::highest_protocol);
    if (common >= std::max(peer.lowest, wire::lowest_protocol)) return {};
    return Error{ErrorCode::unsupported,
                 "no common protocol: it speaks " + std::to_string(peer.lowest) + ".." +
                     std::to_string(peer.highest) + ", this agent " + std::to_string(wire::lowest_protocol) +
                     ".." + std::to_string(wire::highest_protocol),
                 "protocol", 0};
}

}  // namespace

asio::awaitable<Result<wire::Frame>> read_answer(wire::Channel::Pointer channel, Command expected) {
    asio::steady_timer deadline{co_await asio::this_coro::executor, patience};
    deadline.async_wait([channel](boost::system::error_code cancelled) {
        if (!cancelled) channel->close();
    });
    WEFT_CO_TRY(auto frame, co_await channel->read());
    if (frame.type == static_cast<std::uint16_t>(Command::ack)) {
        WEFT_CO_TRY(auto ack, wire::unpack<wire::Ack>(frame, Command::ack));
        if (ack.code != 0)
            co_return Error{static_cast<ErrorCode>(ack.code), std::move(ack.text), std::move(ack.field), 0};
    }
    if (frame.type != static_cast<std::uint16_t>(expected))
        co_return invalid("type", "expected message " + std::to_string(static_cast<unsigned>(expected)) +
                                      ", got " + std::to_string(frame.type));
    co_return frame;
}

asio::awaitable<Result<wire::Hello>> greet(wire::Channel::Pointer channel, wire::Hello own) {
    own.lowest = wire::lowest_protocol;
    own.highest = wire::highest_protocol;
    own.program = "weft-agent " + std::string(version);
    WEFT_CO_TRY(const auto frame, wire::pack(Command::hello, own, 1, wire::flag_request));
    channel->send(frame);
    WEFT_CO_TRY(const auto answer, co_await read_answer(channel, Command::hello));
    WEFT_CO_TRY(auto peer, wire::unpack<wire::Hello>(answer, Command::hello));
    if (const auto common = check_protocol(peer); !common) co_return common.error();
    co_return peer;
}

}  // namespace weft::agent
