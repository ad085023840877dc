// SPDX-License-Identifier: Apache-2.0
// A named network namespace, entered for a moment.
#pragma once

#include <functional>
#include <string>

#include "agent/datapath/netlink/socket.h"
#include "weft/base/fd.h"

namespace weft::agent {

class Namespace {
public:
    // /run/netns/NAME; of an empty name the one that the process is in. not_found when there is none, or when
    // its mount is not there yet.
    [[nodiscard]] static Result<Namespace> open(const std::string& name);

    // Runs fn inside; the process does not survive being unable to return.
    [[nodiscard]] Result<void> inside(const std::function<Result<void>()>& fn) const;
    // A socket that works inside from anywhere.
    [[nodiscard]] Result<netlink::Socket> socket() const;

    [[nodiscard]] int descriptor() const { return target_.get(); }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    Namespace(std::string name, Fd target, Fd own)
        : name_(std::move(name)), target_(std::move(target)), own_(std::move(own)) {}

    std::string name_;
    Fd target_;
    Fd own_;
};

}  // namespace weft::agent
