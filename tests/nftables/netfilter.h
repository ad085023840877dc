// SPDX-License-Identifier: Apache-2.0
// Linux as a router between an instance and the rest, with rules of nft:
//
//   test -- inside-far ~ inside [forward] outside ~ outside-far -- test
#pragma once

#include "tests/harness/bpf/live.h"
#include "tests/nftables/traffic.h"

namespace weft::test {

class Netfilter {
public:
    Netfilter();

    void load(const std::string& rules);
    // Which of the packets came out at the other side, one after another.
    std::vector<bool> judge(const std::vector<Sent>& sent);

private:
    void put_on(const char* device, const Bytes& frame);
    void put_end();
    unsigned index_of(const char* device) const;

    Namespace space_;
    Fd socket_;
};

}  // namespace weft::test
