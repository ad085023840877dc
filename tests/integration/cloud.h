// SPDX-License-Identifier: Apache-2.0
// A coordinator with hosts, and the verbs of an operator in a word each.
#pragma once

#include <doctest/doctest.h>

#include "tests/harness/requests.h"
#include "tests/harness/simulated_agent.h"
#include "tests/harness/test_coordinator.h"
#include "weft/wire/codec.h"

namespace weft::test {

class World {
public:
    TestCoordinator coordinator;
    Fleet fleet{(coordinator.start(), coordinator)};

    World() = default;
    // Partition `blue` 10.1.0.0/16 with subnet `a` 10.1.2.0/24.
    void add_blue();
    // Hosts h1..hN, connected, at 192.0.2.1 and so on.
    void add_hosts(unsigned count);
    Fleet::Host& host(const std::string& name);
    // Waits until each host's agent is connected and has a snapshot.
    void connect_all();

    wire::Ack create_instance(const std::string& name, const std::string& host);
    wire::Ack create_record(const std::string& name, const std::string& address = {});
    Result<wire::Ack> attach(const std::string& record, const std::string& instance,
                             wire::Wait wait = wire::Wait::installed, std::uint32_t timeout_ms = 20000);
    Result<wire::Ack> detach(const std::string& record, wire::Wait wait = wire::Wait::installed,
                             std::uint32_t timeout_ms = 20000);
    Result<wire::Ack> set_status(const std::string& record, const std::string& status);

    // The objects that the agent of this host holds.
    template <class T>
    std::vector<T> held(const std::string& name) {
        return fleet.run([&] {
            std::vector<T> objects;
            for (const auto& [key, object] : host(name).target.desired.template of<T>())
                objects.push_back(object);
            return objects;
        });
    }
    schema::SessionState session(const std::string& name);
    wire::HostStatus status(const std::string& name);
    [[nodiscard]] bool wait_for(const std::function<bool()>& condition,
                                std::chrono::seconds deadline = std::chrono::seconds(20));

    cli::Client client() const { return coordinator.client(); }
};

}  // namespace weft::test
