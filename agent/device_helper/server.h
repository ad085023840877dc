// SPDX-License-Identifier: Apache-2.0
// The helper's socket: one request a connection, from root or the agent's user only.
#pragma once

#include <sys/types.h>

#include <string>

#include "weft/base/fd.h"
#include "weft/wire/frame.h"

namespace weft::agent {

class HelperServer {
public:
    // A socket that a former helper left at `path` is replaced. `user` may connect beside root.
    [[nodiscard]] static Result<HelperServer> open(const std::string& path, uid_t user);

    // Serves the next connection, waiting for it. Errors are the connection's and are answered or logged.
    void serve_one();

private:
    HelperServer(Fd listener, uid_t user) : listener_(std::move(listener)), user_(user) {}

    [[nodiscard]] Result<void> check_peer(const Fd& connection) const;

    Fd listener_;
    uid_t user_;
};

// The answer to a request, which is done when this returns.
[[nodiscard]] wire::Frame handle(const wire::Frame& request);

}  // namespace weft::agent
