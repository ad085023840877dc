// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/helper_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "weft/base/fd.h"
#include "weft/wire/codec.h"
#include "weft/wire/command.h"
#include "weft/wire/frame.h"
#include "weft/wire/message/ack.h"

namespace weft::agent {
namespace {

constexpr timeval patience{5, 0};

Error no_answer(const std::string& path, int err) {
    auto error = system_error("device helper", path, err);
    error.code = err == EAGAIN ? ErrorCode::timeout : ErrorCode::unreachable;
    return error;
}

Result<Fd> connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path))
        return Error{ErrorCode::unsupported, "this agent has no device helper (agent.yaml: helper)", {}, 0};
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!socket) return system_error("socket", path, errno);
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO})
        (void)::setsockopt(socket.get(), SOL_SOCKET, option, &patience, sizeof(patience));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return no_answer(path, errno);
    return socket;
}

Result<wire::Frame> receive(const Fd& socket, const std::string& path) {
    wire::FrameReader reader{wire::max_frame_before_authentication};
    std::array<std::uint8_t, 4096> buffer{};
    for (;;) {
        WEFT_TRY(auto frame, reader.next());
        if (frame) return std::move(*frame);
        const auto got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return no_answer(path, got == 0 ? ECONNRESET : errno);
        reader.feed(std::span(buffer).first(static_cast<std::size_t>(got)));
    }
}

template <class Request>
Result<void> ask(const std::string& path, HelperCommand command, const Request& request) {
    WEFT_TRY(const auto socket, connect_to(path));
    WEFT_TRY(auto payload, wire::encode(request));
    const auto bytes =
        wire::build_frame({static_cast<std::uint16_t>(command), wire::flag_request, 1, std::move(payload)});
    if (::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
        return no_answer(path, errno);
    WEFT_TRY(const auto frame, receive(socket, path));
    if (frame.type != static_cast<std::uint16_t>(wire::Command::ack))
        return damaged("type", "the device helper answered with " + std::to_string(frame.type));
    WEFT_TRY(const auto ack, wire::decode<wire::Ack>(frame.payload));
    if (ack.code == 0) return {};
    return Error{static_cast<ErrorCode>(ack.code), ack.text, ack.field, 0};
}

}  // namespace

Result<void> ask_helper(const std::string& socket, const MakeDevice& request) {
    return ask(socket, HelperCommand::make, request);
}
Result<void> ask_helper(const std::string& socket, const RemoveDevice& request) {
    return ask(socket, HelperCommand::remove, request);
}

}  // namespace weft::agent
