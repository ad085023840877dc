// SPDX-License-Identifier: Apache-2.0
// Tables of packets, each with the one thing that may become of it: delivered to one record and heard nowhere
// else, answered to its sender and heard nowhere else, or dropped, heard nowhere and counted once for one
// reason.
#pragma once

#include "tests/harness/bpf/two_hosts.h"

namespace weft::test {

struct Fate {
    enum Kind {
        delivered,      // to `record`
        answered,       // the sender gets a frame back
        dropped,        // on the first host that sees it
        dropped_there,  // on the peer, to which it crossed
        left_alone,     // not ours: on into the host's own stack, unchanged
    } kind;
    std::uint64_t record{0};
    std::uint32_t reason{0};
};

constexpr Fate to(std::uint64_t record) { return {Fate::delivered, record}; }
constexpr Fate drop(weft_drop_reason reason) {
    return {Fate::dropped, 0, static_cast<std::uint32_t>(reason)};
}
constexpr Fate drop_there(weft_drop_reason reason) {
    return {Fate::dropped_there, 0, static_cast<std::uint32_t>(reason)};
}
constexpr Fate answer_to(std::uint64_t record) { return {Fate::answered, record}; }
constexpr Fate left_alone() { return {Fate::left_alone}; }

struct Packet {
    const char* what;
    Bytes frame;
    Fate fate;
};

// A frame of IPv4 from a to b, unless said otherwise.
struct V4 {
    Mac to{mac_b};
    Mac from{mac_a};
    const char* source{"10.1.2.30"};
    const char* destination{"10.1.2.50"};
    std::uint8_t protocol{protocol_udp};
    Bytes l4{udp(1111, 2222, payload(8))};
    std::uint16_t fragment{0x4000};
    std::uint16_t id{0};
    std::uint8_t ttl{64};
};
Bytes frame(const V4& v);

// The same over IPv6.
struct V6 {
    Mac to{mac_b};
    Mac from{mac_a};
    const char* source{"2001:db8:12::30"};
    const char* destination{"2001:db8:12::50"};
    std::uint8_t next{protocol_udp};
    Bytes l4{udp(1111, 2222, payload(8))};
    std::uint8_t hops{64};
};
Bytes frame(const V6& v);

class Matrix {
public:
    TwoHosts hosts;

    // What `sender` on this host sends; in Geneve to a peer with fabric_rx alone, in VXLAN to one with
    // fabric_rx_xdp too.
    void judge_sent(std::uint64_t sender, const std::vector<Packet>& packets);
    // What arrives on this host's uplink; by fabric_rx alone and behind fabric_rx_xdp.
    void judge_arriving(const std::vector<Packet>& packets);

    // "matrix: 42 packets, 168 verdicts: WHAT"
    ~Matrix();
    explicit Matrix(const char* what) : what_(what) {}

private:
    void judge(const Packet& packet, const Outcome& outcome);

    const char* what_;
    unsigned packets_{0};
    unsigned verdicts_{0};
};

}  // namespace weft::test
