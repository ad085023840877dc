// SPDX-License-Identifier: Apache-2.0
// The datapath on devices: attached, adopted by the next process, swapped under traffic, beside foreign
// filters, and following devices that come and go.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <doctest/doctest.h>
#include <net/if.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "agent/datapath/bpf/pin.h"
#include "agent/datapath/netlink/filter.h"
#include "agent/reconcile/bytes.h"
#include "agent/reconcile/reconciler.h"
#include "tests/datapath/sandbox.h"
#include "weft/abi/drop_reason.h"
#include "weft/abi/event.h"
#include "weft/abi/port.h"
#include "weft/base/fd.h"

using namespace weft;
using namespace weft::agent;
using weft::test::contains;
using weft::test::filter_of;
using weft::test::foreign_program;
using weft::test::poll_until;
using weft::test::Sandbox;
using weft::test::send_frames;

namespace {

// What `bpf_tc_attach` of somebody else does; the id of the program there, 0 when it is gone.
struct ForeignFilter {
    ForeignFilter(const std::string& device, std::uint32_t handle, std::uint32_t priority)
        : handle_(handle), priority_(priority) {
        bpf_tc_hook hook{};
        hook.sz = sizeof(hook);
        hook.ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
        hook.attach_point = BPF_TC_INGRESS;
        hook_ = hook;
        (void)bpf_tc_hook_create(&hook_);
        const Fd program{foreign_program(false)};
        bpf_tc_opts options{};
        options.sz = sizeof(options);
        options.handle = handle_;
        options.priority = priority_;
        options.prog_fd = program.get();
        REQUIRE(bpf_tc_attach(&hook_, &options) == 0);
        id_ = options.prog_id;
    }
    [[nodiscard]] bool untouched() const {
        bpf_tc_opts options{};
        options.sz = sizeof(options);
        options.handle = handle_;
        options.priority = priority_;
        return bpf_tc_query(&hook_, &options) == 0 && options.prog_id == id_;
    }

private:
    bpf_tc_hook hook_{};
    std::uint32_t handle_;
    std::uint32_t priority_;
    std::uint32_t id_{0};
};

std::uint64_t dropped(Datapath& datapath, std::uint32_t reason) {
    const auto drops = datapath.drops();
    REQUIRE(drops.has_value());
    const auto found =
        std::ranges::find_if(*drops, [&](const auto& d) { return d.record == 0 && d.reason == reason; });
    return found == drops->end() ? 0 : found->packets;
}

schema::Port port(const std::string& device) {
    schema::Port out;
    out.attachment = {Kind::attachment, 5};
    out.record = {Kind::record, 7};
    out.gni = 42;
    out.table = 42;
    out.device = device;
    out.addresses = {*Address::parse("10.1.2.30")};
    out.mtu = 1400;
    out.tag = 7;
    return out;
}

// A port and the groups of its tag: none.
DesiredSet desired_port(const std::string& device) {
    DesiredSet out;
    out.put(schema::Tag{42, 7, {}});
    out.put(port(device));
    return out;
}

}  // namespace

TEST_CASE("[8.5/adopt] a process that is gone left everything in place, and the next one takes it over") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("inst0");
    const auto desired = desired_port("inst0");
    {
        const auto datapath = sandbox.open({{"up0"}});
        Reconciler reconciler{*datapath};
        CHECK(reconciler.snapshot(desired, {1, 2, 3, 4}) == Outcome{3, {}, {}, {}});
    }
    const auto instance = filter_of("inst0");
    const auto uplink = filter_of("up0");
    REQUIRE(instance.has_value());
    REQUIRE(uplink.has_value());
    CHECK(instance->name == "instance_tx");
    CHECK(uplink->name == "fabric_rx");

    const auto datapath = sandbox.open({{"up0"}});
    CHECK(filter_of("inst0")->program != instance->program);
    CHECK(filter_of("up0")->program != uplink->program);
    CHECK(bpf::pinned_loads(sandbox.pin()).size() == 1);
    Reconciler reconciler{*datapath};
    CHECK(reconciler.adopt().value() == Installed{1, 2, 3, 4});
    CHECK(datapath->dump(MapId::port)->size() == 1);
    CHECK(datapath->dump(MapId::local)->size() == 1);
    CHECK(datapath->instance_devices().size() == 1);
}

TEST_CASE("[8.5/upgrade] every packet meets the old or the new program while they are swapped") {
    const Sandbox sandbox;
    sandbox.add_veth("inst0");
    auto datapath = sandbox.open();
    REQUIRE(datapath->attach_instance(*datapath->device("inst0")).has_value());
    // Without a port each frame is dropped and counted; one that met no program would be missing.
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> sent{0};
    std::thread sender{[&] {
        while (!stop) {
            send_frames("inst0-far", 100);
            sent += 100;
        }
    }};
    for (int i = 0; i < 10; ++i) {
        const auto before = sent.load();
        datapath = sandbox.open();
        while (sent == before) std::this_thread::yield();
    }
    stop = true;
    sender.join();
    CHECK(poll_until(*datapath, [&] { return dropped(*datapath, WEFT_DROP_no_port) >= sent; }));
    CHECK(dropped(*datapath, WEFT_DROP_no_port) == sent.load());
}

TEST_CASE("filters of others stay through attach, swap and detach") {
    const Sandbox sandbox;
    sandbox.add_veth("inst0");
    const ForeignFilter before{"inst0", 1, 1};
    const ForeignFilter after{"inst0", 1, 5000};
    auto datapath = sandbox.open();
    const auto device = *datapath->device("inst0");
    REQUIRE(datapath->attach_instance(device).has_value());
    datapath.reset();
    datapath = sandbox.open();
    CHECK(filter_of("inst0").has_value());
    REQUIRE(datapath->detach_instance(device).has_value());
    CHECK_FALSE(filter_of("inst0").has_value());
    CHECK(before.untouched());
    CHECK(after.untouched());
}

TEST_CASE("an instance's device hands over nothing that is encapsulated and still to be segmented") {
    const Sandbox sandbox;
    sandbox.add_veth("inst0");
    const auto datapath = sandbox.open();
    const auto has = [&](const std::string& feature) {
        return sandbox.output("ethtool -k inst0").find(feature) != std::string::npos;
    };
    CHECK(has("tx-udp_tnl-segmentation: on"));
    REQUIRE(datapath->attach_instance(*datapath->device("inst0")).has_value());
    for (const char* name :
         {"tx-udp_tnl", "tx-udp_tnl-csum", "tx-gre", "tx-gre-csum", "tx-ipxip4", "tx-ipxip6"})
        CHECK(has(std::string(name) + "-segmentation: off"));
    CHECK(has("tcp-segmentation-offload: on"));
}

TEST_CASE("a foreign filter in our own place is a conflict and stays") {
    const Sandbox sandbox;
    sandbox.add_veth("inst0");
    const ForeignFilter foreign{"inst0", 0x57454654, 87};
    const auto datapath = sandbox.open();
    const auto attached = datapath->attach_instance(*datapath->device("inst0"));
    REQUIRE_FALSE(attached.has_value());
    CHECK(attached.error().code == ErrorCode::conflict);
    CHECK(foreign.untouched());
}

TEST_CASE("[8.5/repair] a filter removed by hand comes back") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("inst0");
    const auto datapath = sandbox.open({{"up0"}});
    Reconciler reconciler{*datapath};
    const auto desired = desired_port("inst0");
    (void)reconciler.snapshot(desired, {1, 2, 3, 4});
    sandbox.run("tc qdisc del dev inst0 clsact; tc qdisc del dev up0 clsact");
    REQUIRE_FALSE(filter_of("inst0").has_value());
    const auto key = datapath->dump(MapId::port)->front().key;
    CHECK(datapath->erase(MapId::port, {&key, 1}).empty());

    CHECK(reconciler.repair() == Outcome{3, {}, {}, {}});
    CHECK(filter_of("inst0").has_value());
    CHECK(filter_of("up0").has_value());
    CHECK(datapath->dump(MapId::port)->front().key == key);
}

TEST_CASE("[2.3] a device that appears later is attached when it does, and again under a new index") {
    const Sandbox sandbox;
    const auto datapath = sandbox.open({{"up0"}});
    CHECK(contains(datapath->report().problems, "uplink up0 does not exist"));
    Reconciler reconciler{*datapath};
    datapath->on_change = [&] { (void)reconciler.environment_changed(); };
    const auto desired = desired_port("inst0");
    CHECK(reconciler.snapshot(desired, {1, 2, 3, 4}).waiting.size() == 1);

    for (int round = 0; round < 2; ++round) {
        sandbox.add_veth("inst0");
        sandbox.add_veth("up0");
        CHECK(
            poll_until(*datapath, [&] { return filter_of("up0") && reconciler.outcome().waiting.empty(); }));
        CHECK(filter_of("inst0").has_value());
        const auto ports = datapath->dump(MapId::port).value();
        REQUIRE(ports.size() == 1);
        CHECK(from_bytes<weft_port_key>(ports[0].key).ifindex == ::if_nametoindex("inst0"));
        CHECK_FALSE(contains(datapath->report().problems, "up0"));

        sandbox.run("ip link del inst0; ip link del up0");
        CHECK(poll_until(*datapath, [&] { return reconciler.outcome().waiting.size() == 1; }));
        CHECK(datapath->dump(MapId::port)->empty());
    }
}

TEST_CASE("[8.3] sampled drops arrive as events") {
    const Sandbox sandbox;
    sandbox.add_veth("inst0");
    const auto datapath = sandbox.open();
    Reconciler reconciler{*datapath};
    (void)reconciler.snapshot({}, {1, 2, 3, 4});  // sets the sampling rate
    REQUIRE(datapath->attach_instance(*datapath->device("inst0")).has_value());
    std::vector<weft_event> events;
    datapath->on_event = [&](const weft_event& event) { events.push_back(event); };
    send_frames("inst0-far", 3);
    CHECK(poll_until(*datapath, [&] {
        return std::ranges::count_if(events, [](const auto& e) {
                   return e.reason == WEFT_DROP_no_port && e.length == 60;
               }) == 3;
    }));
    CHECK(events.back().ifindex == ::if_nametoindex("inst0"));
}

TEST_CASE("removing the datapath leaves no program and no pin, and foreign filters") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("inst0");
    const ForeignFilter foreign{"inst0", 1, 1};
    const std::vector<Uplink> uplinks{{"up0", UplinkMode::xdp}};
    {
        const auto datapath = sandbox.open(uplinks);
        REQUIRE(datapath->attach_instance(*datapath->device("inst0")).has_value());
    }
    const auto removed = remove_datapath(sandbox.config(uplinks));
    REQUIRE_MESSAGE(removed.has_value(), removed.error().message());
    CHECK_FALSE(filter_of("up0").has_value());
    CHECK_FALSE(filter_of("inst0").has_value());
    CHECK(foreign.untouched());
    std::uint32_t xdp = 0;
    (void)bpf_xdp_query_id(static_cast<int>(::if_nametoindex("up0")), 0, &xdp);
    CHECK(xdp == 0);
    CHECK_FALSE(std::filesystem::exists(sandbox.pin()));
}
