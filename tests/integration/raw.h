// SPDX-License-Identifier: Apache-2.0
// A connection to the coordinator's socket that sends whatever bytes it is told to, and reads when it is told
// to.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "weft/wire/command.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"
#include "weft/wire/message/hello.h"

namespace weft::test {

class Raw {
public:
    explicit Raw(const std::string& path) : socket_(context_) { socket_.connect({path}); }

    void send(const schema::Bytes& bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
    void send(const Result<wire::Frame>& frame) { send(wire::build_frame(frame.value())); }
    void hello() {
        wire::Hello own;
        own.lowest = own.highest = 1;
        send(wire::pack(wire::Command::hello, own, 1));
        REQUIRE(read()->type == static_cast<std::uint16_t>(wire::Command::hello));
    }
    // Nothing at the end of the connection.
    std::optional<wire::Frame> read() {
        for (;;) {
            if (auto frame = reader_.next().value()) return frame;
            std::array<std::uint8_t, 4096> chunk{};
            boost::system::error_code code;
            const auto size = socket_.read_some(boost::asio::buffer(chunk), code);
            if (code) return std::nullopt;
            reader_.feed(std::span(chunk).first(size));
        }
    }
    wire::Ack ack() {
        const auto frame = read();
        REQUIRE(frame.has_value());
        const auto ack = wire::unpack<wire::Ack>(*frame, wire::Command::ack);
        REQUIRE_MESSAGE(ack.has_value(), (ack ? "" : ack.error().message()));
        return *ack;
    }

private:
    boost::asio::io_context context_;
    boost::asio::local::stream_protocol::socket socket_;
    wire::FrameReader reader_;
};

}  // namespace weft::test
