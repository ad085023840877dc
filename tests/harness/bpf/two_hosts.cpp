// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/bpf/two_hosts.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "tests/harness/bpf/live.h"

namespace weft::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

constexpr std::uint16_t ethertype_fence = 0x88b5;  // local experiments (IEEE 802)
constexpr int hops = 3;                            // devices that a frame passes between two of our writes

Fd listen_to(std::uint16_t ethertype) {
    Fd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ethertype)));
    const int on = 1;
    const int room = 1 << 20;
    if (!fd || setsockopt(fd.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0 ||
        setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
        fail("listen");
    return fd;
}

std::string name_of(unsigned ifindex) {
    char name[IF_NAMESIZE];
    if (if_indextoname(ifindex, name) == nullptr) fail("name of a device");
    return name;
}

}  // namespace

TwoHosts::TwoHosts() : here(End::near), there(End::far) {
    // One CPU has one queue for all devices here: what was put in first comes out first.
    sched_getaffinity(0, sizeof(cpus_), &cpus_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0) fail("stay on a CPU");
    everything_ = listen_to(0x0003);
    for (const auto ethertype : {ethertype_ipv4, ethertype_ipv6, ethertype_arp})
        stacks_.push_back(listen_to(ethertype));
    fence_ = here.programs.device("fence");

    const auto& a = here.programs;
    add_place(here, "i1", record_a, a.instance_tx_fd());
    add_place(here, "i2", record_d, a.instance_tx_fd());
    add_place(here, "r1", record_r, a.instance_tx_fd());
    add_place(here, "uplink", 0, a.fabric_rx_fd());
    const auto& b = there.programs;
    add_place(there, "i1", record_b, b.instance_tx_fd());
    add_place(there, "i2", record_c, b.instance_tx_fd());
    add_place(there, "r1", record_s, b.instance_tx_fd());
    add_place(there, "uplink", 0, b.fabric_rx_fd());
    for (const auto& place : places_) {
        if (place.record != 0) continue;
        const auto to = std::string(place.world == &here ? "192.0.2.2" : "192.0.2.1");
        const auto to6 = std::string(place.world == &here ? "2001:db8::2" : "2001:db8::1");
        for (const auto& neighbour : {to, to6})
            configure("neigh replace " + neighbour + " lladdr " + to_string(mac_peer) + " dev " +
                      name_of(place.near) + " nud permanent\n");
    }
}

TwoHosts::~TwoHosts() {
    use_xdp(false);
    for (const auto& place : places_) configure("link delete " + name_of(place.near) + "\n");
    configure("link delete " + name_of(fence_) + "\n");
    sched_setaffinity(0, sizeof(cpus_), &cpus_);
}

void TwoHosts::add_place(World& world, const char* name, std::uint64_t record, int program) {
    const unsigned near = world.programs.device(name);
    bpf_tc_hook hook{};
    hook.sz = sizeof(hook);
    hook.ifindex = static_cast<int>(near);
    hook.attach_point = BPF_TC_INGRESS;
    bpf_tc_opts options{};
    options.sz = sizeof(options);
    options.prog_fd = program;
    if (bpf_tc_hook_create(&hook) != 0 || bpf_tc_attach(&hook, &options) != 0) fail("attach to tc");
    places_.push_back({&world, record, near, if_nametoindex((name_of(near) + "-far").c_str())});
}

const TwoHosts::Place& TwoHosts::place_of(const World& world, std::uint64_t record) const {
    const auto place = std::find_if(places_.begin(), places_.end(), [&](const Place& p) {
        return p.record == record && (record != 0 || p.world == &world);
    });
    if (place == places_.end()) throw std::logic_error("no such place");
    return *place;
}

void TwoHosts::use_xdp(bool on) {
    if (on == xdp_) return;
    for (const auto& place : places_) {
        if (place.record != 0) continue;
        const int device = static_cast<int>(place.near);
        const int result =
            on ? bpf_xdp_attach(device, place.world->programs.fabric_rx_xdp_fd(), XDP_FLAGS_SKB_MODE, nullptr)
               : bpf_xdp_detach(device, XDP_FLAGS_SKB_MODE, nullptr);
        if (result != 0) fail("XDP");
    }
    xdp_ = on;
}

void TwoHosts::use_ipv6() {
    here.use_ipv6();
    there.use_ipv6();
}

void TwoHosts::forget_flows() {
    for (auto* world : {&here, &there}) {
        world->programs.clear_map(WEFT_MAP_NAME(WEFT_FLOW_MAP));
        world->programs.clear_map(WEFT_MAP_NAME(WEFT_FRAGMENT_MAP));
    }
    for (const auto& place : places_)
        if (place.record != 0)
            place.world->put(WEFT_MAP_NAME(WEFT_FLOW_USE_MAP), place.record, weft_flow_use{});
}

void TwoHosts::use_framework(std::uint8_t framework) {
    here.use_framework(framework);
    there.use_framework(framework);
}

void TwoHosts::put_on(unsigned ifindex, const Bytes& frame) {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(ifindex);
    to.sll_halen = 6;
    if (sendto(everything_.get(), frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&to),
               sizeof(to)) != static_cast<ssize_t>(frame.size()))
        fail("send");
}

// One frame; false: there is none, or it is the fence.
bool TwoHosts::hear(const Fd& socket, Outcome& outcome, std::uint32_t fence, bool stack) {
    Bytes frame(2048);
    sockaddr_ll from{};
    socklen_t size = sizeof(from);
    const auto length = recvfrom(socket.get(), frame.data(), frame.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (length < 0) return false;
    frame.resize(static_cast<std::size_t>(length));
    if (frame.size() >= 18 && read16(frame, 12) == ethertype_fence) return read32(frame, 14) != fence;
    const auto ifindex = static_cast<unsigned>(from.sll_ifindex);
    for (const auto& place : places_) {
        if (stack && ifindex == place.near) outcome.stack.push_back(frame);
        if (stack || ifindex != place.far) continue;
        if (place.record != 0)
            outcome.arrived.push_back({place.record, frame});
        else
            outcome.crossed.push_back(frame);
    }
    return true;
}

void TwoHosts::settle(Outcome& outcome) {
    for (int i = 0; i < hops; i++) {
        fences_++;
        put_on(fence_, ethernet(mac_peer, mac_uplink, ethertype_fence, be32(fences_) + Bytes(42)));
        do {
            pollfd waiting{everything_.get(), POLLIN, 0};
            if (poll(&waiting, 1, 5000) <= 0) throw std::runtime_error("a frame that nothing drops is lost");
        } while (hear(everything_, outcome, fences_, false));
    }
    for (const auto& socket : stacks_)
        while (hear(socket, outcome, 0, true)) {
        }
}

std::map<std::uint32_t, std::uint64_t> TwoHosts::drops(World& world) {
    std::map<std::uint32_t, std::uint64_t> counts;
#define COUNT(number, name, text) \
    if (const auto count = world.drops(number); count != 0) counts[number] = count;
    WEFT_DROP_REASONS(COUNT)
#undef COUNT
    return counts;
}

namespace {

using Counts = std::map<std::uint32_t, std::uint64_t>;

Counts since(const Counts& before, Counts after) {
    for (const auto& [reason, count] : before)
        if ((after[reason] -= count) == 0) after.erase(reason);
    return after;
}

}  // namespace

Outcome TwoHosts::send(std::uint64_t record, const Bytes& frame) {
    Outcome outcome;
    const auto here_before = drops(here);
    const auto there_before = drops(there);
    put_on(place_of(here, record).far, frame);
    settle(outcome);
    const auto crossing = outcome.crossed;
    for (const auto& packet : crossing) put_on(place_of(there, 0).far, packet);
    if (!crossing.empty()) settle(outcome);
    outcome.here = since(here_before, drops(here));
    outcome.there = since(there_before, drops(there));
    return outcome;
}

Outcome TwoHosts::arrive(const Bytes& frame) {
    Outcome outcome;
    const auto here_before = drops(here);
    const auto there_before = drops(there);
    put_on(place_of(here, 0).far, frame);
    settle(outcome);
    outcome.here = since(here_before, drops(here));
    outcome.there = since(there_before, drops(there));
    return outcome;
}

}  // namespace weft::test
