// SPDX-License-Identifier: Apache-2.0
// The BPF objects loaded once per process and host, with small maps, in namespaces of the process' own:
// nothing outside them is seen or touched. Needs root.
#pragma once

#include <linux/bpf.h>

#include <map>
#include <string>

#include "tests/harness/bpf/bytes.h"

struct bpf_map;
struct bpf_object;
struct instance_tx;
struct fabric_rx;
struct fabric_rx_xdp;
struct punt_rx;

namespace weft::test {

struct Ran {
    int verdict;
    Bytes packet;
    Bytes metadata{};  // what XDP left in front of the packet
};

class Programs {
public:
    // One for each of two hosts, which share nothing; made at the first call. Throws std::runtime_error.
    static Programs& get();
    static Programs& of_peer();
    ~Programs();
    Programs(const Programs&) = delete;
    Programs& operator=(const Programs&) = delete;

    // A frame from an instance's device. `gso` is the segment size of a packet segmented later, 0 for a plain
    // one.
    Ran send(const Bytes& frame, unsigned ifindex, unsigned gso = 0);
    // A frame that came in on the uplink, at tc and at XDP.
    Ran receive(const Bytes& frame, unsigned gso = 0);
    Ran receive_xdp(const Bytes& frame);

    // A frame that the agent wrote to its tap.
    Ran answer(const Bytes& frame);

    // The map's descriptor; throws when there is none of the name.
    int map(const char* name) const;
    int chain() const;
    // By program: what the verifier says of its size.
    const std::map<std::string, std::vector<char>>& verifier_logs() const { return logs_; }
    int fabric_rx_fd() const;
    int fabric_rx_xdp_fd() const;
    int instance_tx_fd() const;
    int punt_rx_fd() const;
    void empty_chain();
    void fill_chain();
    // Deletes every entry of the hashes and tries and zeroes the arrays.
    void clear_maps();
    void clear_map(const char* name) const;
    unsigned uplink() { return device("uplink"); }
    // Makes the pair of devices NAME and NAME-far, unless it is there; answers NAME's ifindex. The peer's
    // have a "p" in front.
    unsigned device(const std::string& name);

private:
    explicit Programs(std::string prefix);
    void load();

    std::string prefix_;
    std::string root_;
    std::map<std::string, std::vector<char>> logs_;
    instance_tx* tx_{nullptr};
    fabric_rx* rx_{nullptr};
    fabric_rx_xdp* xdp_{nullptr};
    punt_rx* punt_{nullptr};
};

// Lines of `ip -batch`, in the process' own namespace or in one of those under /run/netns, which is the
// process' own too. Throws when a line fails.
void configure(const std::string& lines, const std::string& name_space = {});

}  // namespace weft::test
