// SPDX-License-Identifier: Apache-2.0
// Attachments whose devices weft-device-helper makes, through the agent.
#include <doctest/doctest.h>
#include <net/if.h>

#include "agent/datapath/device_name.h"
#include "agent/reconcile/reconciler.h"
#include "helper_thread.h"
#include "tests/datapath/sandbox.h"

using namespace weft;
using namespace weft::agent;
using namespace weft::agent::helper_test;
using weft::test::poll_until;
using weft::test::Sandbox;

namespace {

struct Waiting {
    Sandbox sandbox;
    Helper helper{sandbox.files() / "helper.sock"};
    std::unique_ptr<Datapath> datapath{open()};
    Reconciler reconciler{*datapath};
    schema::Port port;

    Waiting() {
        datapath->on_change = [this] { (void)reconciler.environment_changed(); };
        port.attachment = {Kind::attachment, 10};
        port.record = {Kind::record, 7};
        port.gni = 42;
        port.device = "eth0";
        port.netns = "i1";
        port.addresses = {address("10.1.2.30")};
        port.prefix_length = 24;
        port.mac = *Mac::parse("02:00:5e:10:20:30");
        port.mtu = 1406;
        port.tag = 7;
    }
    // The reason why the port waits once it does.
    std::string attach() {
        DesiredSet desired;
        desired.put(schema::Tag{42, 7, {}});
        desired.put(port);
        const auto outcome = reconciler.snapshot(desired, {1, 2, 3, 4});
        REQUIRE(outcome.waiting.size() == 1);
        return outcome.waiting[0].reason;
    }
    bool completes() {
        return poll_until(*datapath, [&] { return reconciler.outcome().waiting.empty(); });
    }

private:
    std::unique_ptr<Datapath> open() const {
        auto config = sandbox.config();
        config.helper = sandbox.files() / "helper.sock";
        return open_datapath(config).value();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Waiting,
                  "[2.3/netns] an attachment waits for its namespace and completes by itself, each time") {
    CHECK(has(attach(), "network namespace 'i1' does not exist"));
    for (int round = 0; round < 2; ++round) {
        sandbox.run("ip netns add i1");
        CHECK(completes());
        CHECK(datapath->dump(MapId::port)->size() == 1);
        CHECK(datapath->device(device_name(port))->peer_elsewhere);
        sandbox.run("ip netns delete i1");
        CHECK(poll_until(*datapath, [&] { return reconciler.outcome().waiting.size() == 1; }));
        CHECK(datapath->dump(MapId::port)->empty());
    }
    sandbox.run("ip netns add i1");
    CHECK(completes());
    (void)reconciler.delta({{}, {key_of(port)}}, 4);
    CHECK(::if_nametoindex(device_name(port).c_str()) == 0);
}

TEST_CASE_FIXTURE(Waiting,
                  "[2.5/netns] an attachment waits until the former host's device has left the namespace") {
    sandbox.run("ip netns add i1; ip -n i1 link add eth0 type veth peer name former");
    CHECK(has(attach(), "device eth0 exists already in network namespace i1"));
    sandbox.run("ip -n i1 link delete eth0");
    CHECK(completes());
    CHECK(datapath->dump(MapId::port)->size() == 1);
}
