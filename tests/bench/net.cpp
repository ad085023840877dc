// SPDX-License-Identifier: Apache-2.0
// weft-bench-net: the ends of the measured exchanges. Servers take one exchange, say `ready` when a client
// may begin and end with it; every result is one line of JSON on standard output.
//   echo ADDRESS PORT                        answers each byte of one TCP connection
//   rr ADDRESS PORT SECONDS                  one byte there and back over TCP; microseconds
//   drain ADDRESS PORT                       reads one TCP connection to its end
//   stream ADDRESS PORT SECONDS              sends on one TCP connection as much as it can
//   accept ADDRESS PORT                      accepts TCP connections until none came for 0.3 s
//   connect ADDRESS PORT SECONDS             opens and closes TCP connections, one after another
//   sink ADDRESS PORT                        counts UDP packets until none came for 0.3 s
//   flood ADDRESS PORT SECONDS SIZE|x:HEX    sends UDP packets of that payload as fast as it can
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "weft/base/fd.h"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Throws when a system call failed: a measurement cannot go on without it.
template <typename T>
T must(T result, const char* call) {
    if (result < 0) throw std::system_error(errno, std::system_category(), call);
    return result;
}

sockaddr_in endpoint(const char* address, const char* port) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10)));
    if (inet_pton(AF_INET, address, &in.sin_addr) != 1) throw std::runtime_error("no IPv4 address");
    return in;
}

weft::Fd open_socket(int type, const sockaddr_in& at, bool server) {
    weft::Fd socket{must(::socket(AF_INET, type, 0), "socket")};
    const int one = 1;
    const int buffer = 64 << 20;
    const auto* name = reinterpret_cast<const sockaddr*>(&at);
    must(setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "SO_REUSEADDR");
    if (type == SOCK_STREAM) {
        must(setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
    } else if (server) {
        must(setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer), "SO_RCVBUFFORCE");
    }
    must(server ? bind(socket.get(), name, sizeof at) : connect(socket.get(), name, sizeof at),
         server ? "bind" : "connect");
    return socket;
}

void ready() {
    std::puts("ready");
    std::fflush(stdout);
}

void echo(const sockaddr_in& at) {
    const weft::Fd listener = open_socket(SOCK_STREAM, at, true);
    must(listen(listener.get(), 1), "listen");
    ready();
    const weft::Fd peer{must(accept(listener.get(), nullptr, nullptr), "accept")};
    const int one = 1;
    must(setsockopt(peer.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
    char byte{};
    while (must(recv(peer.get(), &byte, 1, 0), "recv") == 1) must(send(peer.get(), &byte, 1, 0), "send");
}

void round_trips(const sockaddr_in& at, double seconds) {
    const weft::Fd socket = open_socket(SOCK_STREAM, at, false);
    std::vector<float> micros;
    micros.reserve(1 << 20);
    char byte{};
    const auto begin = Clock::now();
    while (seconds_since(begin) < seconds) {
        const auto sent = Clock::now();
        must(send(socket.get(), &byte, 1, 0), "send");
        if (must(recv(socket.get(), &byte, 1, 0), "recv") != 1) throw std::runtime_error("closed early");
        micros.push_back(static_cast<float>(seconds_since(sent) * 1e6));
    }
    std::sort(micros.begin(), micros.end());
    const auto at_share = [&](double share) {
        return static_cast<double>(
            micros[static_cast<std::size_t>(share * static_cast<double>(micros.size() - 1))]);
    };
    std::printf(R"({"round_trips":%zu,"p50":%.2f,"p99":%.2f})"
                "\n",
                micros.size(), at_share(0.5), at_share(0.99));
}

void drain(const sockaddr_in& at) {
    const weft::Fd listener = open_socket(SOCK_STREAM, at, true);
    must(listen(listener.get(), 1), "listen");
    ready();
    const weft::Fd peer{must(accept(listener.get(), nullptr, nullptr), "accept")};
    std::vector<char> buffer(256 << 10);
    std::uint64_t bytes = 0;
    const auto begin = Clock::now();
    for (ssize_t got; (got = must(recv(peer.get(), buffer.data(), buffer.size(), 0), "recv")) > 0;) {
        bytes += static_cast<std::uint64_t>(got);
    }
    std::printf(R"({"bytes":%llu,"gbits":%.3f})"
                "\n",
                static_cast<unsigned long long>(bytes),
                static_cast<double>(bytes) * 8e-9 / seconds_since(begin));
}

void stream(const sockaddr_in& at, double seconds) {
    const weft::Fd socket = open_socket(SOCK_STREAM, at, false);
    const std::vector<char> buffer(128 << 10);
    const auto begin = Clock::now();
    while (seconds_since(begin) < seconds) must(send(socket.get(), buffer.data(), buffer.size(), 0), "send");
}

void set_quiet(int socket) {
    const timeval quiet{0, 300000};
    must(setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof quiet), "SO_RCVTIMEO");
}

void accept_all(const sockaddr_in& at) {
    const weft::Fd listener = open_socket(SOCK_STREAM, at, true);
    must(listen(listener.get(), 128), "listen");
    ready();
    weft::Fd peer{must(accept(listener.get(), nullptr, nullptr), "accept")};
    set_quiet(listener.get());
    while (peer) {
        peer = {};  // its end
        peer = weft::Fd{accept(listener.get(), nullptr, nullptr)};
    }
}

// Each once the server has closed the one before: it never has to drop one. Closed by a reset, so that the
// ports do not run out.
void connect_all(const sockaddr_in& at, double seconds) {
    const linger reset{1, 0};
    std::uint64_t connections = 0;
    const auto begin = Clock::now();
    while (seconds_since(begin) < seconds) {
        const weft::Fd socket = open_socket(SOCK_STREAM, at, false);
        must(setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "SO_LINGER");
        char byte{};
        (void)recv(socket.get(), &byte, 1, 0);
        ++connections;
    }
    std::printf(R"({"connections":%llu,"rate":%.0f})"
                "\n",
                static_cast<unsigned long long>(connections),
                static_cast<double>(connections) / seconds_since(begin));
}

// The rate is taken between the first and the last batch, so that it holds no waiting.
void sink(const sockaddr_in& at) {
    const weft::Fd socket = open_socket(SOCK_DGRAM, at, true);
    constexpr unsigned batch = 64;
    std::array<std::array<char, 2048>, batch> buffers;
    std::array<iovec, batch> vectors{};
    std::array<mmsghdr, batch> messages{};
    for (unsigned i = 0; i < batch; i++) {
        vectors[i] = {buffers[i].data(), buffers[i].size()};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    ready();
    must(recvmmsg(socket.get(), messages.data(), 1, 0, nullptr), "recvmmsg");
    set_quiet(socket.get());
    const auto first = Clock::now();
    auto last = first;
    std::uint64_t packets = 0;
    for (int got; (got = recvmmsg(socket.get(), messages.data(), batch, MSG_WAITFORONE, nullptr)) > 0;) {
        packets += static_cast<std::uint64_t>(got);
        last = Clock::now();
    }
    const double seconds = std::chrono::duration<double>(last - first).count();
    std::printf(R"({"packets":%llu,"rate":%.0f})"
                "\n",
                static_cast<unsigned long long>(packets),
                seconds > 0 ? static_cast<double>(packets) / seconds : 0);
}

std::vector<char> payload(std::string_view text) {
    if (!text.starts_with("x:")) return std::vector<char>(std::strtoul(text.data(), nullptr, 10));
    std::vector<char> bytes;
    for (text.remove_prefix(2); text.size() >= 2; text.remove_prefix(2)) {
        bytes.push_back(static_cast<char>(std::stoul(std::string(text.substr(0, 2)), nullptr, 16)));
    }
    return bytes;
}

void flood(const sockaddr_in& at, double seconds, std::vector<char> bytes) {
    const weft::Fd socket = open_socket(SOCK_DGRAM, at, false);
    constexpr unsigned batch = 64;
    iovec vector{bytes.data(), bytes.size()};
    std::array<mmsghdr, batch> messages{};
    for (auto& message : messages) {
        message.msg_hdr.msg_iov = &vector;
        message.msg_hdr.msg_iovlen = 1;
    }
    std::uint64_t packets = 0;
    const auto begin = Clock::now();
    while (seconds_since(begin) < seconds) {
        const int sent = sendmmsg(socket.get(), messages.data(), batch, 0);
        if (sent < 0 && errno != ECONNREFUSED && errno != ENOBUFS) must(sent, "sendmmsg");
        if (sent > 0) packets += static_cast<std::uint64_t>(sent);
    }
    std::printf(R"({"packets":%llu,"rate":%.0f})"
                "\n",
                static_cast<unsigned long long>(packets),
                static_cast<double>(packets) / seconds_since(begin));
}

int usage() {
    std::fputs(
        "weft-bench-net echo|drain|accept|sink ADDRESS PORT | rr|stream|connect ADDRESS PORT SECONDS | "
        "flood ADDRESS PORT SECONDS SIZE|x:HEX\n",
        stderr);
    return 2;
}

}  // namespace

int main(int count, char** values) try {
    const std::span<char*> arguments(values, static_cast<std::size_t>(count));
    if (count < 4) return usage();
    const std::string_view verb = arguments[1];
    const sockaddr_in at = endpoint(arguments[2], arguments[3]);
    if (verb == "echo" && count == 4) {
        echo(at);
    } else if (verb == "drain" && count == 4) {
        drain(at);
    } else if (verb == "stream" && count == 5) {
        stream(at, std::strtod(arguments[4], nullptr));
    } else if (verb == "accept" && count == 4) {
        accept_all(at);
    } else if (verb == "connect" && count == 5) {
        connect_all(at, std::strtod(arguments[4], nullptr));
    } else if (verb == "sink" && count == 4) {
        sink(at);
    } else if (verb == "rr" && count == 5) {
        round_trips(at, std::strtod(arguments[4], nullptr));
    } else if (verb == "flood" && count == 6) {
        flood(at, std::strtod(arguments[4], nullptr), payload(arguments[5]));
    } else {
        return usage();
    }
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "weft-bench-net: %s\n", error.what());
    return 1;
}
