// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/simulated_agent.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>

#include "agent/session/coordinators.h"
#include "agent/session/enroll.h"
#include "coordinator/pki/files.h"
#include "weft/wire/codec.h"

namespace weft::test {

namespace asio = boost::asio;

SimulatedAgent::SimulatedAgent(asio::io_context& context, std::uint16_t port, wire::TlsFiles files,
                               agent::Target& target)
    : context_(context),
      port_(port),
      files_(std::move(files)),
      renewal_(files_, clock_),
      sessions_(
          [this] {
              return agent::connect_any({{"127.0.0.1", port_}}, files_);
          },
          target, renewal_) {}

asio::awaitable<Result<Id>> SimulatedAgent::enroll(std::string token) {
    std::vector<agent::Endpoint> coordinators{agent::Endpoint{"127.0.0.1", port_}};
    wire::TlsFiles no_certificate{files_.authority, {}, {}};
    WEFT_CO_TRY(auto channel,
                co_await agent::connect_any(std::move(coordinators), std::move(no_certificate)));
    co_return co_await agent::enroll(std::move(channel), std::move(token), files_);
}

void SimulatedAgent::start() { asio::co_spawn(context_, sessions_.run(), asio::detached); }

Fleet::Fleet(const CoordinatorSite& coordinator)
    : coordinator_(coordinator),
      work_(asio::make_work_guard(context_)),
      thread_([this] { context_.run(); }) {}

Fleet::~Fleet() {
    context_.stop();
    thread_.join();
}

wire::TlsFiles Fleet::files_of(const std::string& name) const {
    return {coordinator_.tls_directory() + "/ca.pem", scratch_ / (name + ".pem"), scratch_ / (name + ".key")};
}

std::unique_ptr<SimulatedAgent> Fleet::make(const std::string& name, agent::Target& target) {
    auto made = std::make_unique<SimulatedAgent>(context_, coordinator_.port(), files_of(name), target);
    const auto token = coordinator_.client().host(wire::Command::token, name).value().text;
    static_cast<void>(asio::co_spawn(context_, made->enroll(token), asio::use_future).get().value());
    return made;
}

Fleet::Host& Fleet::add(const std::string& name, const Address& underlay, SimulatedTarget target) {
    schema::Host host;
    host.name = name;
    host.underlay = {underlay};
    wire::CreateRequest request;
    request.kind = Kind::host;
    request.object = wire::encode(host).value();
    static_cast<void>(coordinator_.client().create(request).value());
    target.self.underlay = {underlay};
    auto& added = hosts_.emplace_back(Host{name, std::move(target), nullptr});
    added.agent = make(name, added.target);
    return added;
}

Fleet::Host& Fleet::add_with(const std::string& name, wire::TlsFiles files, SimulatedTarget target) {
    auto& added = hosts_.emplace_back(Host{name, std::move(target), nullptr});
    added.agent =
        std::make_unique<SimulatedAgent>(context_, coordinator_.port(), std::move(files), added.target);
    return added;
}

void Fleet::start_all() {
    run([this] {
        for (auto& host : hosts_) host.agent->start();
    });
}

bool Fleet::wait(const std::function<bool()>& condition, std::chrono::seconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!run(condition)) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace weft::test
