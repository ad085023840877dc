// SPDX-License-Identifier: Apache-2.0
// The datapath on devices: attached, adopted by the next process, swapped under traffic, beside foreign
// filters, and following devices that come and go.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <doctest/doctest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

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
using weft::test::foreign_program;
using weft::test::poll_until;
using weft::test::Sandbox;
using weft::test::send_frames;

namespace {

std::unique_ptr<Datapath> open(const Sandbox& sandbox, std::vector<Uplink> uplinks = {}) {
    auto datapath = open_datapath(sandbox.config(std::move(uplinks)));
    if (!datapath) FAIL(datapath.error().message());
    return std::move(*datapath);
}

std::optional<netlink::Filter> filter_of(const std::string& device) {
    auto socket = netlink::Socket::open().value();
    const auto ifindex = ::if_nametoindex(device.c_str());
    const auto filter = netlink::find_filter(socket, ifindex);
    return filter ? *filter : std::nullopt;
}

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

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::ranges::any_of(list, [&](const auto& one) { return one.find(text) != std::string::npos; });
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
    return out;
}

}  // namespace

TEST_CASE("[8.5/adopt] a process that is gone left everything in place, and the next one takes it over") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("inst0");
    DesiredSet desired;
    desired.put(port("inst0"));
    {
        const auto datapath = open(sandbox, {{"up0"}});
        Reconciler reconciler{*datapath};
        CHECK(reconciler.snapshot(desired, {1, 2, 3, 4}) == Outcome{3, {}, {}, {}});
    }
    const auto instance = filter_of("inst0");
    const auto uplink = filter_of("up0");
    REQUIRE(instance.has_value());
    REQUIRE(uplink.has_value());
    CHECK(instance->name == "instance_tx");
    CHECK(uplink->name == "fabric_rx");

    const auto datapath = open(sandbox, {{"up0"}});
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
    auto datapath = open(sandbox);
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
        datapath = open(sandbox);
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
    auto datapath = open(sandbox);
    const auto device = *datapath->device("inst0");
    REQUIRE(datapath->attach_instance(device).has_value());
    datapath.reset();
    datapath = open(sandbox);
    CHECK(filter_of("inst0").has_value());
    REQUIRE(datapath->detach_instance(device).has_value());
    CHECK_FALSE(filter_of("inst0").has_value());
    CHECK(before.untouched());
    CHECK(after.untouched());
}

TEST_CASE("an instance's device hands over nothing that is encapsulated and still to be segmented") {
    const Sandbox sandbox;
    sandbox.add_veth("inst0");
    const auto datapath = open(sandbox);
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
    const auto datapath = open(sandbox);
    const auto attached = datapath->attach_instance(*datapath->device("inst0"));
    REQUIRE_FALSE(attached.has_value());
    CHECK(attached.error().code == ErrorCode::conflict);
    CHECK(foreign.untouched());
}

TEST_CASE("[8.5/repair] a filter removed by hand comes back") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("inst0");
    const auto datapath = open(sandbox, {{"up0"}});
    Reconciler reconciler{*datapath};
    DesiredSet desired;
    desired.put(port("inst0"));
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
    const auto datapath = open(sandbox, {{"up0"}});
    CHECK(contains(datapath->report().problems, "uplink up0 does not exist"));
    Reconciler reconciler{*datapath};
    datapath->on_change = [&] { (void)reconciler.environment_changed(); };
    DesiredSet desired;
    desired.put(port("inst0"));
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

TEST_CASE("[6.1] the host reports its frameworks, its uplinks' addresses and smallest MTU") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("up1");
    sandbox.run(
        "ip addr add 192.0.2.1/24 dev up0; ip addr add 2001:db8::1/64 dev up0 nodad; ip link set up1 mtu "
        "1400");
    const auto datapath = open(sandbox, {{"up0"}, {"up1"}});
    const auto report = datapath->report();
    CHECK(contains(report.capabilities, "geneve/1"));
    CHECK(contains(report.capabilities, "vxlan/1"));
    CHECK(report.underlay == std::vector{*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1")});
    CHECK(poll_until(*datapath, [&] { return datapath->report().underlay_mtu == 1400; }));
    CHECK(report.problems.empty());
}

TEST_CASE("[6.1] a framework whose port somebody else has bound is left out, and the host says why") {
    const Sandbox sandbox;
    const Fd socket{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(6081);
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    const auto report = open(sandbox)->report();
    CHECK_FALSE(contains(report.capabilities, "geneve/1"));
    CHECK(contains(report.capabilities, "vxlan/1"));
    CHECK(contains(report.problems,
                   "geneve/1 is not available: another socket on this host is bound to UDP port 6081"));
}

TEST_CASE("an uplink's XDP program is kept, swapped and removed; tc is always there") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    const auto xdp_of = [] {
        std::uint32_t id = 0;
        (void)bpf_xdp_query_id(static_cast<int>(::if_nametoindex("up0")), 0, &id);
        return id;
    };
    (void)open(sandbox, {{"up0", UplinkMode::automatic}});
    CHECK(xdp_of() == 0);
    (void)open(sandbox, {{"up0", UplinkMode::xdp}});
    const auto first = xdp_of();
    CHECK(first != 0);
    CHECK(filter_of("up0").has_value());
    CHECK(contains(open(sandbox, {{"up0", UplinkMode::xdp}})->report().capabilities, "xdp-native:up0"));
    CHECK(xdp_of() != 0);
    CHECK(xdp_of() != first);
    (void)open(sandbox, {{"up0", UplinkMode::tc}});
    CHECK(xdp_of() == 0);
    CHECK(filter_of("up0").has_value());
    (void)open(sandbox, {{"up0", UplinkMode::xdp_generic}});
    CHECK(xdp_of() != 0);
    // No longer an uplink: nothing of ours stays on it.
    (void)open(sandbox);
    CHECK(xdp_of() == 0);
    CHECK_FALSE(filter_of("up0").has_value());
}

TEST_CASE("somebody else's XDP program stays; the uplink goes by tc and says so") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    const Fd foreign{foreign_program(true)};
    const auto ifindex = static_cast<int>(::if_nametoindex("up0"));
    REQUIRE(bpf_xdp_attach(ifindex, foreign.get(), 0, nullptr) == 0);
    std::uint32_t before = 0;
    REQUIRE(bpf_xdp_query_id(ifindex, 0, &before) == 0);
    const auto datapath = open(sandbox, {{"up0", UplinkMode::xdp}});
    std::uint32_t after = 0;
    REQUIRE(bpf_xdp_query_id(ifindex, 0, &after) == 0);
    CHECK(after == before);
    CHECK(filter_of("up0").has_value());
    CHECK(contains(datapath->report().problems, "uplink up0 goes without XDP"));
}

TEST_CASE("[8.3] sampled drops arrive as events") {
    const Sandbox sandbox;
    sandbox.add_veth("inst0");
    const auto datapath = open(sandbox);
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

TEST_CASE("[2.14] the path to a peer is the kernel's route, and follows it") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("up1");
    sandbox.run("ip addr add 192.0.2.1/24 dev up0; ip addr add 198.51.100.1/24 dev up1");
    const auto datapath = open(sandbox, {{"up0"}});
    const auto address = [](const char* text) { return *Address::parse(text); };
    const auto path = datapath->path(address("192.0.2.2"), address("192.0.2.1"));
    REQUIRE_MESSAGE(path.has_value(), path.error().message());
    CHECK(*path == Path{::if_nametoindex("up0"), address("192.0.2.2"), 1500});

    unsigned changes = 0;
    datapath->on_change = [&] { ++changes; };
    sandbox.run("ip route add 203.0.113.0/24 via 198.51.100.9 mtu 1300");
    CHECK(poll_until(*datapath, [&] { return changes > 0; }));
    CHECK(datapath->path(address("203.0.113.7"), {}).value() ==
          Path{::if_nametoindex("up1"), address("198.51.100.9"), 1300});

    CHECK(datapath->path(address("10.9.9.9"), {}).error().code == ErrorCode::unreachable);
    CHECK(datapath->path(address("192.0.2.1"), {}).error().code == ErrorCode::unreachable);
    CHECK(datapath->path(address("192.0.2.2"), address("192.0.2.77")).error().code == ErrorCode::unreachable);
}

TEST_CASE("removing the datapath leaves no program and no pin, and foreign filters") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("inst0");
    const ForeignFilter foreign{"inst0", 1, 1};
    const std::vector<Uplink> uplinks{{"up0", UplinkMode::xdp}};
    {
        const auto datapath = open(sandbox, uplinks);
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
