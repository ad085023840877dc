// SPDX-License-Identifier: Apache-2.0
// Requests of tests, and a client with many of them under way at once over a coordinator's Unix socket.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>

#include "weft/wire/channel.h"
#include "weft/wire/codec.h"
#include "weft/wire/message/object_request.h"

namespace weft::test {

// The request that creates this object.
template <class T>
[[nodiscard]] wire::CreateRequest creation(const T& object) {
    wire::CreateRequest request;
    request.kind = schema::Schema<T>::kind;
    request.object = wire::encode(object).value();
    return request;
}

// A record in this subnet; the coordinator chooses all the rest.
[[nodiscard]] wire::CreateRequest record_request(const std::string& name, Id subnet);

class Requests {
public:
    // Throws ErrorException when it cannot connect.
    explicit Requests(const std::string& socket);
    ~Requests();

    // Sends what `next` makes until that is nothing, never with more than `outstanding` unanswered, and waits
    // for the answers. How many of them were errors.
    [[nodiscard]] std::size_t create(std::size_t outstanding,
                                     const std::function<std::optional<wire::CreateRequest>()>& next);

private:
    boost::asio::io_context context_{1};
    wire::Channel::Pointer channel_;
    std::uint32_t sequence_{1};
};

}  // namespace weft::test
