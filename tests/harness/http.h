// SPDX-License-Identifier: Apache-2.0
// A plain HTTP client on the loopback device, for whatever bytes a test wants to send.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <string>

namespace weft::test {

class HttpClient {
public:
    // Throws when nobody listens there.
    explicit HttpClient(std::uint16_t port) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }
    void send(const std::string& bytes) {
        boost::system::error_code closed;
        boost::asio::write(socket_, boost::asio::buffer(bytes), closed);
    }
    // All until the other side closes.
    [[nodiscard]] std::string answer() {
        std::string text;
        boost::system::error_code end;
        boost::asio::read(socket_, boost::asio::dynamic_buffer(text), end);
        return text;
    }

private:
    boost::asio::io_context context_{1};
    boost::asio::ip::tcp::socket socket_{context_};
};

// The answer to one request.
[[nodiscard]] inline std::string http(std::uint16_t port, const std::string& request) {
    HttpClient client{port};
    client.send(request);
    return client.answer();
}

// What /metrics says.
[[nodiscard]] inline std::string scrape(std::uint16_t port) {
    return http(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

// The value behind a series: "name{label="value"}"; empty when there is none.
[[nodiscard]] inline std::string value_of(const std::string& text, const std::string& series) {
    const auto at = text.find('\n' + series + ' ');
    if (at == std::string::npos) return {};
    const auto begin = at + series.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace weft::test
