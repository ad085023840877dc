// SPDX-License-Identifier: Apache-2.0
// A connection that carries frames: TLS over TCP, or a Unix socket with peer credentials.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "weft/wire/frame.h"
#include "weft/wire/tls.h"

namespace weft::wire {

namespace asio = boost::asio;

// Who is at the other end, as the transport proves it.
struct Identity {
    enum class Kind : std::uint8_t { none, unix_user, certificate };
    Kind kind{Kind::none};
    std::uint32_t uid{0};  // unix_user
    std::string uri;       // certificate: its weft:// URI
    std::string serial;    // certificate: serial number, lower-case hex
};

// All members are used from one executor (one thread). Frames are written in the order of send().
class Channel : public std::enable_shared_from_this<Channel> {
public:
    using Pointer = std::shared_ptr<Channel>;
    using Timeout = std::chrono::milliseconds;

    // Client side. Errors: unreachable (nobody listens, timeout), refused (certificate or handshake).
    [[nodiscard]] static asio::awaitable<Result<Pointer>> connect_unix(std::string path);
    [[nodiscard]] static asio::awaitable<Result<Pointer>> connect_tls(std::string host, std::uint16_t port,
                                                                      TlsContext context, Timeout timeout);
    // Server side, from an accepted socket. Before authentication frames are limited to 64 KiB (frame.h).
    [[nodiscard]] static Result<Pointer> accept_unix(asio::local::stream_protocol::socket socket);
    [[nodiscard]] static asio::awaitable<Result<Pointer>> accept_tls(asio::ip::tcp::socket socket,
                                                                     TlsContext context, Timeout timeout);

    virtual ~Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    [[nodiscard]] const Identity& peer() const noexcept { return peer_; }
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
    // The next frame. Errors: unreachable at the end of the stream, invalid for bytes that are no frame;
    // after either the channel is of no use but for what is still to be sent.
    [[nodiscard]] asio::awaitable<Result<Frame>> read();
    // Queues a frame; silently dropped once the channel is closed.
    void send(const Frame& frame);
    // Bytes queued and not yet handed to the kernel: who sends much looks here, and stops above its own
    // bound.
    [[nodiscard]] std::size_t queued() const noexcept { return queued_; }
    // Waits until queued() is at most `bytes`, or the channel is closed.
    [[nodiscard]] asio::awaitable<void> drained(std::size_t bytes);
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    // The peer has proved who it is in another way than by a certificate: its frames may be as large as
    // others'.
    void authenticated() noexcept { reader_.set_limit(max_frame); }
    // Ends the connection at once; a pending read() returns unreachable.
    void close();

protected:
    Channel(asio::any_io_executor executor, Identity peer, std::size_t limit);

    // The transport.
    virtual asio::awaitable<std::size_t> read_some(std::span<std::uint8_t> into,
                                                   boost::system::error_code& code) = 0;
    virtual asio::awaitable<void> write_all(std::span<const std::uint8_t> bytes,
                                            boost::system::error_code& code) = 0;
    virtual void shut() = 0;

private:
    static asio::awaitable<void> write_queue(Pointer self);

    asio::any_io_executor executor_;
    Identity peer_;
    FrameReader reader_;
    Bytes outgoing_;
    std::size_t queued_{0};
    bool writing_{false};
    bool closed_{false};
    asio::steady_timer written_;  // cancelled at each write: wakes drained()
};

}  // namespace weft::wire
