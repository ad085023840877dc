// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/trace_relay.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

namespace weft::coordinator {

namespace asio = boost::asio;
using wire::Command;

namespace {

constexpr std::chrono::seconds patience{5};

}  // namespace

asio::awaitable<Result<wire::TraceHop>> TraceRelay::ask(Id host, wire::Channel::Pointer channel,
                                                        wire::TraceRequest request) {
    const auto sequence = ++sequence_ | 1U << 31U;
    auto frame = wire::pack(Command::trace, request, sequence, wire::flag_request);
    if (!frame) co_return frame.error();
    const auto question =
        std::make_shared<Question>(Question{host, {}, asio::steady_timer(channel->executor(), patience)});
    questions_[sequence] = question;
    channel->send(*frame);
    boost::system::error_code cancelled;
    co_await question->complete.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    questions_.erase(sequence);
    if (question->answer) co_return *question->answer;
    co_return Error{ErrorCode::timeout, "the host does not answer", {}, 0};
}

Result<void> TraceRelay::take(Id host, const wire::Frame& frame) {
    const auto at = questions_.find(frame.sequence);
    if (at == questions_.end() || at->second->host != host) return {};
    auto& question = *at->second;
    if (frame.type == static_cast<std::uint16_t>(Command::trace)) {
        WEFT_TRY(auto hop, wire::unpack<wire::TraceHop>(frame, Command::trace));
        question.answer = std::move(hop);
    } else {
        WEFT_TRY(const auto ack, wire::unpack<wire::Ack>(frame, Command::ack));
        question.answer = Error{static_cast<ErrorCode>(ack.code), ack.text, ack.field, 0};
    }
    question.complete.cancel();
    return {};
}

}  // namespace weft::coordinator
