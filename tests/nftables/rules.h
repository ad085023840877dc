// SPDX-License-Identifier: Apache-2.0
// Random rules, and the same as text for nft.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "agent/policy/rule.h"

namespace weft::test {

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t limit) { return random() % limit; }
template <class T>
const T& pick(Random& random, const std::vector<T>& values) {
    return values[below(random, values.size())];
}

// Of remote ends, so chosen that the prefixes of rules hold some and miss their neighbours.
const std::vector<std::string>& remote_addresses(bool ipv6);

agent::policy::Policy random_policy(Random& random, bool ordered);

// The policy's rules in the chain `forward`, what the instance sends coming in on device `inside`, the rest
// on `outside`. Groups: stateful, and what no rule allows is dropped. ACLs: each packet by itself.
std::string as_nft(const agent::policy::Policy& policy, unsigned zone);

}  // namespace weft::test
