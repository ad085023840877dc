// SPDX-License-Identifier: Apache-2.0
// Long answers are made in turns, so that nobody waits for more than one of them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace weft::coordinator::api {

// Until everything else that is ready now had its turn.
inline boost::asio::awaitable<void> others(boost::asio::any_io_executor executor) {
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
}

}  // namespace weft::coordinator::api
