// SPDX-License-Identifier: Apache-2.0
#include "agent/service/services.h"

#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

#include "agent/service/dhcp4_server.h"
#include "weft/abi/punt.h"
#include "weft/base/log.h"

namespace weft::agent {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds retry_period{10};
constexpr int most_at_once = 64;            // then the rest of the agent has its turn
constexpr std::size_t largest = 65536;      // frame
constexpr std::size_t vnet_header = 10;     // virtio_net_hdr of linux/virtio_net.h, which C++ cannot include
constexpr std::uint8_t checksum_to_do = 1;  // in its first byte

std::uint32_t ifindex_of(const Mac& punted) { return get32(punted.bytes, 2); }

}  // namespace

asio::awaitable<void> Services::run() {
    asio::steady_timer timer{tap_.get_executor()};
    std::string problem;
    for (;;) {
        auto opened = open_();
        if (opened) {
            problem.clear();
            tap_.assign(opened->release());
            co_await serve();
            tap_.close();
            log_warning("service", "the tap went away: instances get no DHCP until it is back");
        } else if (std::exchange(problem, opened.error().message()) != problem) {
            log_warning("service", "instances get no DHCP: {}", problem);
        }
        timer.expires_after(retry_period);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

// Until the tap cannot be read any more.
asio::awaitable<void> Services::serve() {
    Bytes buffer(vnet_header + largest);
    for (;;) {
        error_code code;
        co_await tap_.async_wait(asio::posix::stream_descriptor::wait_read,
                                 asio::redirect_error(asio::use_awaitable, code));
        if (code) co_return;
        for (int i = 0; i < most_at_once; ++i) {
            const auto size = ::read(tap_.native_handle(), buffer.data(), buffer.size());
            if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
            if (size <= 0) co_return;
            take(View(buffer).first(static_cast<std::size_t>(size)));
        }
    }
}

void Services::take(View bytes) {
    if (bytes.size() < vnet_header) return;
    const auto question = parse_datagram(bytes.subspan(vnet_header), (bytes[0] & checksum_to_do) == 0);
    if (!question) {
        ++counts_.refused;
        return;
    }
    const auto reply = answer(*question);
    if (!reply) return;
    Bytes out(vnet_header);
    put(out, to_frame(*reply));
    if (::write(tap_.native_handle(), out.data(), out.size()) != static_cast<ssize_t>(out.size()))
        log_warning("service", "{}", system_error("write to", WEFT_PUNT_DEVICE, errno).message());
}

std::optional<Datagram> Services::answer(const Datagram& question) {
    const auto* port = find_(ifindex_of(question.destination_mac), question.source_mac);
    const auto request = dhcp4::parse(question.payload);
    const auto reply = port == nullptr ? Result<std::optional<dhcp4::Message>>(refused("no port"))
                       : !request      ? Result<std::optional<dhcp4::Message>>(request.error())
                                       : dhcp4::answer(*request, *port, lease_);
    if (!reply) {
        ++counts_.refused;
        log_debug("service", "DHCP from {}: {}", to_string(question.source_mac), reply.error().message());
        return std::nullopt;
    }
    if (!*reply) {
        ++counts_.ignored;
        return std::nullopt;
    }
    ++counts_.answered;
    return Datagram{question.destination_mac,    port->router_mac,   port->router,
                    dhcp4::destination(**reply), dhcp4::server_port, dhcp4::client_port,
                    dhcp4::to_bytes(**reply)};
}

}  // namespace weft::agent
