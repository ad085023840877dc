// SPDX-License-Identifier: Apache-2.0
// Real traffic between namespaces.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "tests/harness/bpf/live.h"

namespace weft::test {

namespace {

constexpr std::uint16_t port = 7000;

// Of either family.
struct Endpoint {
    sockaddr_storage address{};
    socklen_t size{0};
    [[nodiscard]] const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address); }
    [[nodiscard]] int family() const { return address.ss_family; }
};

Endpoint at(std::string_view address, std::uint16_t number) {
    Endpoint result;
    if (address.find(':') == std::string_view::npos) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(result.address);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(number);
        v4.sin_addr.s_addr = htonl(ip(address));
        result.size = sizeof(v4);
    } else {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(result.address);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(number);
        std::memcpy(&v6.sin6_addr, ip6(address).data(), sizeof(v6.sin6_addr));
        result.size = sizeof(v6);
    }
    return result;
}

bool bind_to(const Fd& socket, const Endpoint& endpoint) {
    return bind(socket.get(), endpoint.generic(), endpoint.size) == 0;
}

// A socket that gives up after five seconds.
Fd patient(const Namespace& where, int family, int type) {
    auto fd = where.socket(family, type, 0);
    const timeval limit{5, 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return fd;
}

bool send_all(int fd, const Bytes& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const auto sent = send(fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        done += static_cast<std::size_t>(sent);
    }
    return true;
}

// Until the other end closes, or twenty seconds have passed.
Bytes receive_all(int fd) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Bytes bytes;
    Bytes part(1 << 16);
    while (std::chrono::steady_clock::now() < deadline) {
        const auto size = recv(fd, part.data(), part.size(), 0);
        if (size <= 0) break;
        bytes.insert(bytes.end(), part.begin(), part.begin() + size);
    }
    shutdown(fd, SHUT_RDWR);
    return bytes;
}

}  // namespace

void send_udp(const Namespace& from, std::string_view destination, const Bytes& bytes, int hops) {
    const auto target = at(destination, 9);
    const auto socket = from.socket(target.family(), SOCK_DGRAM, 0);
    const bool v6 = target.family() == AF_INET6;
    REQUIRE(setsockopt(socket.get(), v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_UNICAST_HOPS : IP_TTL, &hops,
                       sizeof(hops)) == 0);
    REQUIRE(sendto(socket.get(), bytes.data(), bytes.size(), 0, target.generic(), target.size) ==
            static_cast<ssize_t>(bytes.size()));
}

bool udp_exchange(const Namespace& client, std::string_view from, const Namespace& server,
                  std::string_view to) {
    const auto source = at(from, port);
    const auto target = at(to, port);
    const auto here = patient(client, source.family(), SOCK_DGRAM);
    const auto there = patient(server, target.family(), SOCK_DGRAM);
    if (!bind_to(here, source) || !bind_to(there, target)) return false;
    const auto question = payload(300);
    Bytes answer(400);
    if (sendto(here.get(), question.data(), 300, 0, target.generic(), target.size) != 300) return false;
    if (recv(there.get(), answer.data(), answer.size(), 0) != 300 || slice(answer, 0, 300) != question)
        return false;
    if (sendto(there.get(), question.data(), 200, 0, source.generic(), source.size) != 200) return false;
    return recv(here.get(), answer.data(), answer.size(), 0) == 200;
}

bool tcp_transfer(const Namespace& client, const Namespace& server, std::string_view to, std::size_t bytes) {
    const auto target = at(to, port);
    const auto listener = patient(server, target.family(), SOCK_STREAM);
    if (!bind_to(listener, target) || listen(listener.get(), 1) != 0) return false;
    const auto sender = patient(client, target.family(), SOCK_STREAM);
    if (connect(sender.get(), target.generic(), target.size) != 0) return false;
    const Fd receiver(accept(listener.get(), nullptr, nullptr));
    const timeval limit{5, 0};
    setsockopt(receiver.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    const auto sent = payload(bytes);
    bool whole = false;
    std::thread writer([&] {
        whole = send_all(sender.get(), sent);
        shutdown(sender.get(), SHUT_WR);
    });
    const auto received = receive_all(receiver.get());
    writer.join();
    return whole && received == sent;
}

}  // namespace weft::test
