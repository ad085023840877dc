// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/netlink/socket.h"

#include <sys/socket.h>

#include <cerrno>

namespace weft::agent::netlink {
namespace {

constexpr int notification_buffer = 4 << 20;  // bytes; thousands of devices come and go at once

Result<Fd> open_socket(int flags) {
    Fd fd{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE)};
    if (!fd) return system_error("socket", "NETLINK_ROUTE", errno);
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return system_error("bind", "NETLINK_ROUTE", errno);
    return fd;
}

// What the kernel has to say about an error, beside the number.
std::string explanation(const nlmsghdr* message) {
    if ((message->nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
    const auto* error = static_cast<const nlmsgerr*>(nlmsg_data(message));
    auto fixed = sizeof(nlmsgerr);
    if ((message->nlmsg_flags & NLM_F_CAPPED) == 0) fixed += error->msg.nlmsg_len - sizeof(nlmsghdr);
    std::vector<nlattr*> found(NLMSGERR_ATTR_MAX + 1, nullptr);
    nlmsg_parse(const_cast<nlmsghdr*>(message), static_cast<int>(fixed), found.data(), NLMSGERR_ATTR_MAX,
                nullptr);
    return text(found[NLMSGERR_ATTR_MSG]);
}

Result<void> outcome(const nlmsghdr* message, std::string_view what) {
    const int error = *static_cast<const int*>(nlmsg_data(message));
    if (error == 0) return {};
    auto out = system_error(what, "", -error);
    if (const auto why = explanation(message); !why.empty()) out.text += " (" + why + ")";
    if (error == -ENOENT || error == -ENODEV) out.code = ErrorCode::not_found;
    if (error == -EEXIST) out.code = ErrorCode::conflict;
    return out;
}

}  // namespace

Result<Socket> Socket::open() {
    WEFT_TRY(auto fd, open_socket(0));
    const int on = 1;
    for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK})
        (void)::setsockopt(fd.get(), SOL_NETLINK, option, &on, sizeof(on));
    return Socket{std::move(fd)};
}

Result<Socket> Socket::subscribe(std::initializer_list<unsigned> groups) {
    WEFT_TRY(auto fd, open_socket(SOCK_NONBLOCK));
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &notification_buffer,
                     sizeof(notification_buffer)) != 0)
        (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &notification_buffer,
                           sizeof(notification_buffer));
    for (const auto group : groups)
        if (::setsockopt(fd.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) != 0)
            return system_error("subscribe", "rtnetlink group " + std::to_string(group), errno);
    return Socket{std::move(fd)};
}

Result<void> Socket::request(const Message& message, std::string_view what, const OnMessage& on_message) {
    auto* header = message.header();
    header->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    header->nlmsg_seq = ++sequence_;
    if (::send(fd_.get(), header, header->nlmsg_len, 0) < 0) return system_error(what, "", errno);
    for (;;) {
        const auto got = ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(what, "", errno);
        auto left = static_cast<int>(got);
        for (auto* at = reinterpret_cast<nlmsghdr*>(buffer_.data()); nlmsg_ok(at, left);
             at = nlmsg_next(at, &left)) {
            if (at->nlmsg_seq != sequence_) continue;
            if (at->nlmsg_type == NLMSG_ERROR || at->nlmsg_type == NLMSG_DONE) return outcome(at, what);
            if (on_message) on_message(at);
        }
    }
}

bool Socket::drain(const OnMessage& on_message) {
    for (;;) {
        const auto got = ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno != ENOBUFS;
        auto left = static_cast<int>(got);
        for (auto* at = reinterpret_cast<nlmsghdr*>(buffer_.data()); nlmsg_ok(at, left);
             at = nlmsg_next(at, &left))
            on_message(at);
    }
}

}  // namespace weft::agent::netlink
