// SPDX-License-Identifier: Apache-2.0
// A route netlink socket: requests with their answers, or notifications of some groups.
#pragma once

#include <functional>
#include <initializer_list>
#include <string_view>

#include "agent/datapath/netlink/message.h"
#include "weft/base/fd.h"
#include "weft/base/result.h"

namespace weft::agent::netlink {

using OnMessage = std::function<void(const nlmsghdr*)>;

class Socket {
public:
    // In the caller's network namespace; stays in it when the caller leaves.
    [[nodiscard]] static Result<Socket> open();
    // Not blocking, subscribed to groups (RTNLGRP_*).
    [[nodiscard]] static Result<Socket> subscribe(std::initializer_list<unsigned> groups);

    // Sends and waits for the end of the answer. The error carries errno and the kernel's explanation;
    // `what` names operation and object in it: "add veth weft0".
    [[nodiscard]] Result<void> request(const Message& message, std::string_view what,
                                       const OnMessage& on_message = {});
    // Reads all notifications that are there. False when some were lost.
    [[nodiscard]] bool drain(const OnMessage& on_message);

    [[nodiscard]] int descriptor() const { return fd_.get(); }

private:
    explicit Socket(Fd fd) : fd_(std::move(fd)) {}

    Fd fd_;
    std::uint32_t sequence_{0};
    std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(1U << 16);
};

}  // namespace weft::agent::netlink
