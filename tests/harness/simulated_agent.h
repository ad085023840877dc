// SPDX-License-Identifier: Apache-2.0
// An agent without a kernel: real TLS, sessions, codec and acknowledgements; what it is told goes into a
// Target. All agents of a Fleet share one thread.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <list>
#include <memory>
#include <thread>

#include "agent/session/reconnect.h"
#include "tests/harness/coordinator_site.h"
#include "tests/harness/simulated_target.h"

namespace weft::test {

class SimulatedAgent {
public:
    // `target` must outlive it. `files` need not exist before enroll().
    SimulatedAgent(boost::asio::io_context& context, std::uint16_t port, wire::TlsFiles files,
                   agent::Target& target);

    [[nodiscard]] boost::asio::awaitable<Result<Id>> enroll(std::string token);
    // Connects, and again whenever the session ends.
    void start();
    void stop() { sessions_.stop(); }
    // The target's outcome changed by itself.
    void tell() { sessions_.tell(); }
    [[nodiscard]] bool connected() const noexcept { return sessions_.connected(); }
    [[nodiscard]] const std::string& problem() const noexcept { return sessions_.problem(); }

private:
    boost::asio::io_context& context_;
    std::uint16_t port_;
    wire::TlsFiles files_;
    SystemClock clock_;
    agent::Renewal renewal_;
    agent::Reconnect sessions_;
};

class Fleet {
public:
    explicit Fleet(const CoordinatorSite& coordinator);
    ~Fleet();

    struct Host {
        std::string name;
        SimulatedTarget target;
        std::unique_ptr<SimulatedAgent> agent;
    };
    // Declares the host, enrols its agent with a token; call start() of its agent then (run()).
    Host& add(const std::string& name, const Address& underlay, SimulatedTarget target = {});
    // An agent with a certificate that the caller made: no enrolment.
    Host& add_with(const std::string& name, wire::TlsFiles files, SimulatedTarget target);
    // Enrols `name` with another target than a simulated one.
    [[nodiscard]] std::unique_ptr<SimulatedAgent> make(const std::string& name, agent::Target& target);
    void start_all();

    // Runs fn on the agents' thread and returns what it returns.
    template <class Fn>
    auto run(Fn&& fn) {
        std::packaged_task<decltype(fn())()> task(std::forward<Fn>(fn));
        auto result = task.get_future();
        boost::asio::post(context_, [&task] { task(); });
        return result.get();
    }
    // Whether the condition, looked at on the agents' thread, comes true in time.
    [[nodiscard]] bool wait(const std::function<bool()>& condition,
                            std::chrono::seconds deadline = std::chrono::seconds(20));
    [[nodiscard]] std::list<Host>& hosts() noexcept { return hosts_; }
    [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
    [[nodiscard]] wire::TlsFiles files_of(const std::string& name) const;

private:
    const CoordinatorSite& coordinator_;
    Scratch scratch_;
    boost::asio::io_context context_{1};
    std::list<Host> hosts_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace weft::test
