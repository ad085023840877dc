// SPDX-License-Identifier: Apache-2.0
#include "agent/session/reconnect.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "weft/base/log.h"

namespace weft::agent {

namespace asio = boost::asio;

asio::awaitable<void> Reconnect::run() {
    asio::steady_timer timer{co_await asio::this_coro::executor};
    waiting_ = &timer;
    while (!stopped_) {
        const auto ended = co_await one_session();
        note(ended);
        if (stopped_) break;
        boost::system::error_code woken;
        timer.expires_after(backoff_.next(random_));
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    waiting_ = nullptr;
}

asio::awaitable<Result<void>> Reconnect::one_session() {
    auto channel = co_await connect_();
    if (!channel) co_return channel.error();
    const auto session = std::make_shared<Session>(*channel, target_, renewal_);
    if (const auto opened = co_await session->open(); !opened) {
        session->close();
        co_return opened.error();
    }
    backoff_.reset();
    problem_.clear();
    session_ = session;
    ++opened_;
    if (stopped_) session->close();
    auto ended = co_await session->run();
    session_.reset();
    co_return ended;
}

// The same failure is logged once.
void Reconnect::note(const Result<void>& ended) {
    if (ended) {
        problem_ = "connecting with the renewed certificate";
        return log_info("session", "{}", problem_);
    }
    const auto text = ended.error().message();
    if (!stopped_ && text != problem_) log_warning("session", "{}", text);
    problem_ = text;
}

void Reconnect::tell() {
    if (session_) session_->tell();
}

void Reconnect::stop() {
    stopped_ = true;
    if (session_) session_->close();
    if (waiting_ != nullptr) waiting_->cancel();
}

}  // namespace weft::agent
