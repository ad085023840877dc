// SPDX-License-Identifier: Apache-2.0
#include "agent/device_helper/server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "agent/device_helper/veth.h"
#include "weft/base/log.h"
#include "weft/wire/codec.h"
#include "weft/wire/command.h"
#include "weft/wire/message/ack.h"

namespace weft::agent {
namespace {

constexpr timeval patience{2, 0};  // with a connection that says nothing: the others wait meanwhile
constexpr int backlog = 64;

// Reads one frame; nothing when the peer closed without a word, as one that only probes does.
Result<std::optional<wire::Frame>> receive(const Fd& connection) {
    wire::FrameReader reader{wire::max_frame_before_authentication};
    std::array<std::uint8_t, 4096> buffer{};
    for (bool any = false;; any = true) {
        WEFT_TRY(auto frame, reader.next());
        if (frame) return frame;
        const auto got = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error("receive", "request", errno);
        if (got == 0 && any) return damaged("", "the connection ended inside a request");
        if (got == 0) return std::optional<wire::Frame>{};
        reader.feed(std::span(buffer).first(static_cast<std::size_t>(got)));
    }
}

template <class Request>
Result<bool> decoded(const wire::Frame& frame, Result<bool> (*work)(const Request&)) {
    WEFT_TRY(const auto request, wire::decode<Request>(frame.payload));
    auto outcome = work(request);
    if (!outcome)
        log_warning("device-helper", "{}: {}", request.name, outcome.error().message());
    else if (*outcome)
        log_info("device-helper", "{} {}", schema::Schema<Request>::name, request.name);
    return outcome;
}

Result<bool> dispatch(const wire::Frame& frame) {
    switch (static_cast<HelperCommand>(frame.type)) {
        case HelperCommand::make: return decoded<MakeDevice>(frame, make_veth);
        case HelperCommand::remove: return decoded<RemoveDevice>(frame, remove_veth);
    }
    return Error{ErrorCode::unsupported, "no such request: " + std::to_string(frame.type), "type", 0};
}

}  // namespace

wire::Frame handle(const wire::Frame& request) {
    const auto outcome = dispatch(request);
    wire::Ack ack;
    if (outcome) {
        ack.changed = *outcome;
    } else {
        ack.code = static_cast<std::uint16_t>(outcome.error().code);
        ack.text = outcome.error().text;
        ack.field = outcome.error().field;
    }
    wire::Frame answer;
    answer.type = static_cast<std::uint16_t>(wire::Command::ack);
    answer.sequence = request.sequence;
    answer.payload = wire::encode(ack).value();
    return answer;
}

Result<HelperServer> HelperServer::open(const std::string& path, uid_t user) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path))
        return invalid("socket", "'" + path + "' is not a path of 1 to 107 bytes");
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!listener) return system_error("socket", path, errno);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("unlink", path, errno);
    const auto mask = ::umask(0177);
    const int bound = ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    const int err = errno;
    ::umask(mask);
    if (bound != 0) return system_error("bind", path, err);
    if (user != 0 && ::chown(path.c_str(), user, static_cast<gid_t>(-1)) != 0)
        return system_error("chown", path, errno);
    if (::listen(listener.get(), backlog) != 0) return system_error("listen", path, errno);
    return HelperServer{std::move(listener), user};
}

Result<void> HelperServer::check_peer(const Fd& connection) const {
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return system_error("peer credentials", "", errno);
    if (peer.uid == 0 || peer.uid == user_) return {};
    return refused("user " + std::to_string(peer.uid) + " may not ask this helper");
}

std::optional<HelperServer::Request> HelperServer::next() {
    Fd connection{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!connection) return std::nullopt;
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO})
        (void)::setsockopt(connection.get(), SOL_SOCKET, option, &patience, sizeof(patience));
    const auto allowed = check_peer(connection);
    auto request = allowed ? receive(connection) : allowed.error();
    if (!request) log_warning("helper", "{}", request.error().message());
    if (!request || !*request) return std::nullopt;
    return Request{std::move(connection), std::move(**request)};
}

void answer(const Fd& connection, const wire::Frame& frame) {
    const auto bytes = wire::build_frame(frame);
    if (::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
        log_warning("helper", "answer: {}", std::strerror(errno));
}

}  // namespace weft::agent
