// SPDX-License-Identifier: Apache-2.0
// A helper's socket: one request a connection, from root or the agent's user only.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "weft/base/fd.h"
#include "weft/wire/frame.h"

namespace weft::agent {

class HelperServer {
public:
    // A socket that a former helper left at `path` is replaced. `user` may connect beside root.
    [[nodiscard]] static Result<HelperServer> open(const std::string& path, uid_t user);

    struct Request {
        Fd connection;
        wire::Frame frame;
    };
    // What comes with the next connection, which is waited for; nothing when a signal came instead, or when
    // the connection brought nothing that may be asked (logged).
    [[nodiscard]] std::optional<Request> next();

private:
    HelperServer(Fd listener, uid_t user) : listener_(std::move(listener)), user_(user) {}

    [[nodiscard]] Result<void> check_peer(const Fd& connection) const;

    Fd listener_;
    uid_t user_;
};

// Ends the conversation.
void answer(const Fd& connection, const wire::Frame& frame);

// The device helper's answer to a request, which is done when this returns.
[[nodiscard]] wire::Frame handle(const wire::Frame& request);

}  // namespace weft::agent
