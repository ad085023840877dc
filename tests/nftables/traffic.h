// SPDX-License-Identifier: Apache-2.0
// Random traffic between an instance and remote ends, as IP packets whose last four bytes number them.
//
// Left out, since the two mean different things by design:
// - TCP beyond a connection's opening and its data: weft judges resets as RFC 5961 asks, not by window.
// - A SYN for a connection that is known: nftables restarts some by sequence number.
// - Unsolicited ICMP replies: a flow for weft, invalid for nftables.
// - Fragments: nftables reassembles them first.
#pragma once

#include "tests/harness/bpf/packet.h"
#include "tests/nftables/rules.h"

namespace weft::test {

struct Sent {
    bool by_instance{false};
    bool ipv6{false};
    std::string remote;  // the other end
    Bytes packet;        // from the IP header on
    std::string words;
};

// `stateless`: only packets that begin something, and answers to them.
std::vector<Sent> random_traffic(Random& random, std::size_t count, bool stateless);

}  // namespace weft::test
