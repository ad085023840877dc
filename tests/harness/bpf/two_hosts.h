// SPDX-License-Identifier: Apache-2.0
// Two hosts with the programs on their devices, and an ear at every place that a frame can reach:
//
//   a (i1) --.                                              .-- b (i1)
//   d (i2) --+-- this host -- uplink ... uplink -- peer ----+-- c (i2)
//   r (r1) --'                                              '-- s (r1)
//
// The test is the wire between the uplinks: it carries each frame over by hand.
#pragma once

#include <sched.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/harness/bpf/world.h"
#include "weft/base/fd.h"

namespace weft::test {

// What one frame led to, on both hosts.
struct Outcome {
    struct Arrived {
        std::uint64_t record;  // at whose instance it came out
        Bytes frame;
    };
    std::vector<Arrived> arrived;
    std::vector<Bytes> crossed;                      // encapsulated, out of this host's uplink or the peer's
    std::vector<Bytes> stack;                        // what went on into a host's own stack
    std::map<std::uint32_t, std::uint64_t> here{};   // drops on this host, by reason
    std::map<std::uint32_t, std::uint64_t> there{};  // on the peer
};

class TwoHosts {
public:
    TwoHosts();
    ~TwoHosts();
    TwoHosts(const TwoHosts&) = delete;
    TwoHosts& operator=(const TwoHosts&) = delete;

    World here;
    World there;

    // A frame of this host's instance; what it makes of it crosses to the peer.
    Outcome send(std::uint64_t record, const Bytes& frame);
    // A frame on this host's uplink.
    Outcome arrive(const Bytes& frame);

    // fabric_rx_xdp before fabric_rx, on both hosts, or fabric_rx alone.
    void use_xdp(bool on);
    void use_ipv6();
    void forget_flows();
    void use_framework(std::uint8_t framework);

private:
    struct Place {
        World* world;
        std::uint64_t record;  // 0: the uplink
        unsigned near;
        unsigned far;
    };
    void add_place(World& world, const char* name, std::uint64_t record, int program);
    const Place& place_of(const World& world, std::uint64_t record) const;
    void put_on(unsigned ifindex, const Bytes& frame);
    // Waits until all that was put on a device is through, and files what was heard.
    void settle(Outcome& outcome);
    bool hear(const Fd& socket, Outcome& outcome, std::uint32_t fence, bool stack);
    static std::map<std::uint32_t, std::uint64_t> drops(World& world);

    std::vector<Place> places_;
    Fd everything_;           // as it is on the devices
    std::vector<Fd> stacks_;  // what is handed to a protocol of the host
    unsigned fence_;
    std::uint32_t fences_{0};
    cpu_set_t cpus_{};
    bool xdp_{false};
};

}  // namespace weft::test
