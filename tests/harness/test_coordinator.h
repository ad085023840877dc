// SPDX-License-Identifier: Apache-2.0
// A whole coordinator in this process, on a thread of its own: real store, real sockets, real certificates.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "coordinator/api/coordinator.h"
#include "coordinator/service/commit/draft.h"
#include "tests/harness/coordinator_site.h"

namespace weft::test {

class TestCoordinator : public CoordinatorSite {
public:
    TestCoordinator() = default;
    ~TestCoordinator();

    // Throws ErrorException when it cannot. The port stays the same over restarts.
    void start();
    // As if the process had ended: what was not answered may or may not have happened.
    void stop();

    [[nodiscard]] const std::string& database() const noexcept { return settings_.database; }
    [[nodiscard]] coordinator::config::Settings& settings() noexcept { return settings_; }
    // Writes to the store while it is stopped, past all verbs.
    void seed(const std::function<void(coordinator::Draft&)>& fill);

private:
    SystemClock clock_;
    std::unique_ptr<boost::asio::io_context> context_;
    std::unique_ptr<coordinator::api::Coordinator> coordinator_;
    std::thread thread_;
};

}  // namespace weft::test
