// SPDX-License-Identifier: Apache-2.0
// A whole coordinator in this process, on a thread of its own: real store, real sockets, real certificates.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "coordinator/api/coordinator.h"
#include "coordinator/cli/client.h"
#include "coordinator/service/draft.h"
#include "tests/harness/scratch.h"

namespace weft::test {

class TestCoordinator {
public:
    // Makes the certificates. The user who runs the test is the operator `root`.
    TestCoordinator();
    ~TestCoordinator();

    // Throws ErrorException when it cannot. The port stays the same over restarts.
    void start();
    // As if the process had ended: what was not answered may or may not have happened.
    void stop();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] const std::string& socket() const noexcept { return settings_.socket; }
    [[nodiscard]] const std::string& database() const noexcept { return settings_.database; }
    [[nodiscard]] std::string tls_directory() const { return settings_.tls_directory; }
    [[nodiscard]] coordinator::config::Settings& settings() noexcept { return settings_; }
    // A new connection to its Unix socket.
    [[nodiscard]] cli::Client client() const;
    // Writes to the store while it is stopped, past all verbs.
    void seed(const std::function<void(coordinator::Draft&)>& fill);

private:
    Scratch scratch_;
    coordinator::config::Settings settings_;
    SystemClock clock_;
    std::uint16_t port_{0};
    std::unique_ptr<boost::asio::io_context> context_;
    std::unique_ptr<coordinator::api::Coordinator> coordinator_;
    std::thread thread_;
};

}  // namespace weft::test
