// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/requests.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "agent/session/hello.h"
#include "weft/schema/objects.h"
#include "weft/wire/codec.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

namespace weft::test {

namespace asio = boost::asio;
using wire::Command;

namespace {

asio::awaitable<Result<wire::Channel::Pointer>> open(std::string socket) {
    WEFT_CO_TRY(auto channel, co_await wire::Channel::connect_unix(std::move(socket)));
    wire::Hello own;
    const auto hello = co_await agent::greet(channel, own);
    if (!hello) co_return hello.error();
    co_return channel;
}

asio::awaitable<std::size_t> exchange(wire::Channel::Pointer channel, std::uint32_t& sequence,
                                      std::size_t outstanding,
                                      const std::function<std::optional<wire::CreateRequest>()>& next) {
    std::size_t under_way = 0;
    std::size_t failed = 0;
    for (auto request = next(); request || under_way > 0;) {
        for (; request && under_way < outstanding; request = next(), ++under_way)
            channel->send(wire::pack(Command::create, *request, ++sequence, wire::flag_request).value());
        const auto frame = co_await channel->read();
        const auto ack = wire::unpack<wire::Ack>(frame.value(), Command::ack).value();
        failed += ack.code == 0 ? 0 : 1;
        --under_way;
    }
    co_return failed;
}

template <class T>
T run(asio::io_context& context, asio::awaitable<T> work) {
    auto result = asio::co_spawn(context, std::move(work), asio::use_future);
    context.restart();
    context.run();
    return result.get();
}

}  // namespace

wire::CreateRequest record_request(const std::string& name, Id subnet) {
    schema::Record record;
    record.name = name;
    record.subnet = subnet;
    return creation(record);
}

Requests::Requests(const std::string& socket) : channel_(run(context_, open(socket)).value()) {}

Requests::~Requests() {
    channel_->close();
    context_.restart();
    context_.poll();
}

std::size_t Requests::create(std::size_t outstanding,
                             const std::function<std::optional<wire::CreateRequest>()>& next) {
    return run(context_, exchange(channel_, sequence_, outstanding, next));
}

}  // namespace weft::test
