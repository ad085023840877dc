// SPDX-License-Identifier: Apache-2.0
#include "weft/wire/channel.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "weft/wire/peer_certificate.h"

namespace weft::wire {
namespace {

using boost::system::error_code;
using tcp = asio::ip::tcp;
using unix_stream = asio::local::stream_protocol;

constexpr std::size_t read_chunk = 65536;
constexpr unsigned silence_ms = 5000;

Error unreachable(const std::string& where, const std::string& why) {
    return {ErrorCode::unreachable, where + ": " + why, {}, 0};
}

// No delay, and a peer that vanished is noticed: the connection ends when what was sent stays unacknowledged.
void prepare(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms, sizeof(silence_ms));
}

auto awaited(error_code& code) { return asio::redirect_error(asio::use_awaitable, code); }

template <class Stream>
class StreamChannel final : public Channel {
public:
    StreamChannel(Stream stream, Identity peer, std::size_t limit)
        : Channel(stream.get_executor(), std::move(peer), limit), stream_(std::move(stream)) {}

protected:
    asio::awaitable<std::size_t> read_some(std::span<std::uint8_t> into, error_code& code) override {
        co_return co_await stream_.async_read_some(asio::buffer(into.data(), into.size()), awaited(code));
    }
    asio::awaitable<void> write_all(std::span<const std::uint8_t> bytes, error_code& code) override {
        co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), awaited(code));
    }
    void shut() override {
        error_code ignored;
        stream_.lowest_layer().shutdown(asio::socket_base::shutdown_both, ignored);
        stream_.lowest_layer().close(ignored);
    }

private:
    Stream stream_;
};

using TlsStream = asio::ssl::stream<tcp::socket>;

// Closes the socket of a connection attempt or handshake that takes longer than `timeout`.
class Deadline {
public:
    Deadline(tcp::socket& socket, Channel::Timeout timeout) : timer_(socket.get_executor(), timeout) {
        timer_.async_wait([&socket, expired = expired_](error_code code) {
            if (code || *expired) return;  // cancelled, or the socket is gone
            *expired = true;
            error_code ignored;
            socket.close(ignored);
        });
    }
    ~Deadline() { *expired_ = true; }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    [[nodiscard]] bool expired() const noexcept { return *expired_; }

private:
    std::shared_ptr<bool> expired_{std::make_shared<bool>(false)};
    asio::steady_timer timer_;
};

}  // namespace

Channel::Channel(asio::any_io_executor executor, Identity peer, std::size_t limit)
    : executor_(std::move(executor)),
      peer_(std::move(peer)),
      reader_(limit),
      written_(executor_, std::chrono::steady_clock::time_point::max()) {}

asio::awaitable<Result<Channel::Pointer>> Channel::connect_unix(std::string path) {
    unix_stream::socket socket{co_await asio::this_coro::executor};
    error_code code;
    if (path.size() >= sizeof(sockaddr_un::sun_path))
        co_return invalid(path, "is too long for a Unix socket's path");
    co_await socket.async_connect(unix_stream::endpoint{path}, awaited(code));
    if (code) co_return unreachable(path, code.message());
    co_return std::make_shared<StreamChannel<unix_stream::socket>>(std::move(socket), Identity{}, max_frame);
}

Result<Channel::Pointer> Channel::accept_unix(unix_stream::socket socket) {
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return system_error("read peer credentials of", "a Unix socket", errno);
    Identity peer{Identity::Kind::unix_user, credentials.uid, {}, {}};
    return std::make_shared<StreamChannel<unix_stream::socket>>(std::move(socket), std::move(peer),
                                                                max_frame);
}

asio::awaitable<Result<Channel::Pointer>> Channel::connect_tls(std::string host, std::uint16_t port,
                                                               TlsContext context, Timeout timeout) {
    const auto executor = co_await asio::this_coro::executor;
    const std::string where = host + ":" + std::to_string(port);
    error_code code;
    tcp::resolver resolver{executor};
    const auto endpoints = co_await resolver.async_resolve(host, std::to_string(port), awaited(code));
    if (code) co_return unreachable(where, code.message());
    TlsStream stream{executor, *context};
    {
        const Deadline deadline{stream.next_layer(), timeout};
        co_await asio::async_connect(stream.next_layer(), endpoints, awaited(code));
        if (code) co_return unreachable(where, deadline.expired() ? "no answer in time" : code.message());
        prepare(stream.next_layer());
        co_await stream.async_handshake(asio::ssl::stream_base::client, awaited(code));
        if (deadline.expired()) co_return unreachable(where, "no TLS handshake in time");
        if (code) co_return refused(where + ": TLS handshake failed: " + code.message());
    }
    auto peer = peer_certificate(stream.native_handle());
    if (!peer.uri.starts_with("weft://coordinator/"))
        co_return refused(where + ": its certificate is not a coordinator's: '" + peer.uri + "'");
    co_return std::make_shared<StreamChannel<TlsStream>>(std::move(stream), std::move(peer), max_frame);
}

asio::awaitable<Result<Channel::Pointer>> Channel::accept_tls(tcp::socket socket, TlsContext context,
                                                              Timeout timeout) {
    error_code code;
    const auto remote = socket.remote_endpoint(code);
    const std::string where =
        code ? "a client" : remote.address().to_string() + ":" + std::to_string(remote.port());
    prepare(socket);
    TlsStream stream{std::move(socket), *context};
    {
        const Deadline deadline{stream.next_layer(), timeout};
        co_await stream.async_handshake(asio::ssl::stream_base::server, awaited(code));
        if (deadline.expired()) co_return unreachable(where, "no TLS handshake in time");
        if (code) co_return refused(where + ": TLS handshake failed: " + code.message());
    }
    auto peer = peer_certificate(stream.native_handle());
    const auto limit = peer.kind == Identity::Kind::none ? max_frame_before_authentication : max_frame;
    co_return std::make_shared<StreamChannel<TlsStream>>(std::move(stream), std::move(peer), limit);
}

asio::awaitable<Result<Frame>> Channel::read() {
    const auto self = shared_from_this();  // alive until the pending read has returned
    Bytes chunk(read_chunk);
    for (;;) {
        WEFT_CO_TRY(auto frame, reader_.next());
        if (frame) co_return std::move(*frame);
        if (closed_) co_return unreachable("peer", "the connection is closed");
        error_code code;
        const auto size = co_await read_some(chunk, code);
        if (code) {
            close();
            co_return unreachable("peer", code.message());
        }
        reader_.feed(std::span(chunk).first(size));
    }
}

void Channel::send(const Frame& frame) {
    if (closed_) return;
    const auto bytes = build_frame(frame);
    outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
    queued_ += bytes.size();
    if (writing_) return;
    writing_ = true;
    asio::co_spawn(executor_, write_queue(shared_from_this()), asio::detached);
}

asio::awaitable<void> Channel::write_queue(Pointer self) {
    while (!self->outgoing_.empty() && !self->closed_) {
        const Bytes batch = std::exchange(self->outgoing_, {});
        error_code code;
        co_await self->write_all(batch, code);
        self->queued_ -= batch.size();
        self->written_.cancel();
        if (code) self->close();
    }
    self->writing_ = false;
}

asio::awaitable<void> Channel::drained(std::size_t bytes) {
    const auto self = shared_from_this();
    while (!closed_ && queued_ > bytes) {
        error_code cancelled;
        co_await written_.async_wait(awaited(cancelled));
    }
}

void Channel::close() {
    if (closed_) return;
    closed_ = true;
    shut();
    written_.cancel();
}

}  // namespace weft::wire
