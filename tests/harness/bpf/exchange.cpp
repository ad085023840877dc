// SPDX-License-Identifier: Apache-2.0
// Real traffic between namespaces.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <thread>

#include "tests/harness/bpf/live.h"

namespace weft::test {

namespace {

constexpr std::uint16_t port = 7000;

sockaddr_in at(std::string_view address, std::uint16_t number) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(number);
    result.sin_addr.s_addr = htonl(ip(address));
    return result;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

// A socket that gives up after five seconds.
Fd patient(const Namespace& where, int type) {
    auto fd = where.socket(AF_INET, type, 0);
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

bool udp_exchange(const Namespace& client, std::string_view from, const Namespace& server,
                  std::string_view to) {
    const auto here = patient(client, SOCK_DGRAM);
    const auto there = patient(server, SOCK_DGRAM);
    const auto source = at(from, port);
    const auto target = at(to, port);
    if (bind(here.get(), generic(source), sizeof(source)) != 0) return false;
    if (bind(there.get(), generic(target), sizeof(target)) != 0) return false;
    const auto question = payload(300);
    Bytes answer(400);
    if (sendto(here.get(), question.data(), 300, 0, generic(target), sizeof(target)) != 300) return false;
    if (recv(there.get(), answer.data(), answer.size(), 0) != 300 || slice(answer, 0, 300) != question)
        return false;
    if (sendto(there.get(), question.data(), 200, 0, generic(source), sizeof(source)) != 200) return false;
    return recv(here.get(), answer.data(), answer.size(), 0) == 200;
}

bool tcp_transfer(const Namespace& client, const Namespace& server, std::string_view to, std::size_t bytes) {
    const auto listener = patient(server, SOCK_STREAM);
    const auto target = at(to, port);
    if (bind(listener.get(), generic(target), sizeof(target)) != 0 || listen(listener.get(), 1) != 0)
        return false;
    const auto sender = patient(client, SOCK_STREAM);
    if (connect(sender.get(), generic(target), sizeof(target)) != 0) return false;
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
