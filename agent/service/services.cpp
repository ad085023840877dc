// SPDX-License-Identifier: Apache-2.0
#include "agent/service/services.h"

#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

#include "agent/service/answer.h"
#include "agent/service/router_advertisement.h"
#include "weft/abi/punt.h"
#include "weft/base/log.h"

namespace weft::agent {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds retry_period{10};
constexpr std::chrono::milliseconds settle{100};  // many changes at once are looked at together
constexpr int most_at_once = 64;                  // then the rest of the agent has its turn
constexpr std::size_t largest = 65536;            // frame
constexpr std::size_t vnet_header = 10;     // virtio_net_hdr of linux/virtio_net.h, which C++ cannot include
constexpr std::uint8_t checksum_to_do = 1;  // in its first byte

// weft_punt_mac, both ways.
Asker asker_of(const Packet& question) {
    const auto& punted = question.destination_mac.bytes;
    const std::uint32_t word = get16(punted, 0);
    return {get32(punted, 2), WEFT_PUNT_VLAN(word), question.source_mac, question.source};
}

Mac device_mac(std::uint32_t ifindex, std::uint32_t vlan) {
    Bytes bytes;
    put16(bytes, WEFT_PUNT_VLAN_WORD(vlan));
    put32(bytes, ifindex);
    return get_mac(bytes, 0);
}

}  // namespace

asio::awaitable<void> Services::run() {
    asio::steady_timer timer{tap_.get_executor()};
    std::string problem;
    for (;;) {
        auto opened = open_();
        if (opened) {
            problem.clear();
            tap_.assign(opened->release());
            advertiser_.forget();
            turn_.cancel();
            co_await serve();
            tap_.close();
            log_warning("service", "the tap went away: instances get no answers until it is back");
        } else if (std::exchange(problem, opened.error().message()) != problem) {
            log_warning("service", "instances get no answers: {}", problem);
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
    const auto question = parse_packet(bytes.subspan(vnet_header));
    if (!question) {
        ++counts_.refused;
        return;
    }
    const auto* port = find_(asker_of(*question));
    const auto reply = port == nullptr ? Result<std::optional<Reply>>(refused("no port"))
                                       : answer(*question, (bytes[0] & checksum_to_do) == 0, *port, lease_);
    if (!reply) {
        ++counts_.refused;
        log_debug("service", "from {}: {}", to_string(question->source_mac), reply.error().message());
    } else if (!*reply) {
        ++counts_.ignored;
    } else {
        ++((*reply)->advertisement ? counts_.advertised : counts_.answered);
        send((*reply)->frame);
    }
}

void Services::send(View frame) {
    Bytes out(vnet_header);
    put(out, frame);
    if (::write(tap_.native_handle(), out.data(), out.size()) != static_cast<ssize_t>(out.size()))
        log_warning("service", "{}", system_error("write to", WEFT_PUNT_DEVICE, errno).message());
}

asio::awaitable<void> Services::advertise() {
    asio::steady_timer rest{tap_.get_executor()};
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        if (tap_.is_open()) advertise_due(now);
        turn_.expires_at(advertiser_.next(now));
        error_code code;
        co_await turn_.async_wait(asio::redirect_error(asio::use_awaitable, code));
        rest.expires_after(settle);
        co_await rest.async_wait(asio::use_awaitable);
    }
}

void Services::advertise_due(Advertiser::Time now) {
    for (const auto& [to, message] : advertiser_.due(list_(), now)) {
        ++counts_.advertised;
        send(to_frame(agent::advertise(*to.port, device_mac(to.ifindex, to.port->vlan), {}, message)));
    }
}

}  // namespace weft::agent
