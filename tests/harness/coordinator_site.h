// SPDX-License-Identifier: Apache-2.0
// What a coordinator of a test needs around it, in a directory that is gone with the test: certificates, a
// database, a socket; and how its hosts and clients find it.
#pragma once

#include "coordinator/cli/client.h"
#include "coordinator/config/settings.h"
#include "tests/harness/scratch.h"

namespace weft::test {

class CoordinatorSite {
public:
    // Makes the certificates. The user who runs the test is the operator `root`.
    CoordinatorSite();

    // Of the agents' TLS socket on the loopback device; 0 before the first start.
    [[nodiscard]] std::uint16_t port() const noexcept { return settings_.listen.front().port; }
    [[nodiscard]] const std::string& socket() const noexcept { return settings_.socket; }
    [[nodiscard]] const std::string& tls_directory() const noexcept { return settings_.tls_directory; }
    // A new connection to its Unix socket.
    [[nodiscard]] Result<cli::Connection> connect() const;
    // The same, where there must be one.
    [[nodiscard]] cli::Client client() const { return cli::Client(connect().value()); }

protected:
    Scratch scratch_;
    coordinator::config::Settings settings_;
};

}  // namespace weft::test
