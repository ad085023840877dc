// SPDX-License-Identifier: Apache-2.0
// Walks a whole map by few system calls.
#pragma once

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weft::agent::bpf {

inline constexpr std::size_t most_at_once = 16384;  // entries a system call; bounds the copy that it takes

// Calls fn(keys, values, count) for batches of a hash or LPM trie, as they are packed: one after another.
// What changes meanwhile may be left out or come twice. 0, or errno.
template <class Fn>
int for_each_batch(int map, std::size_t key_size, std::size_t value_size, Fn&& fn) {
    std::string position(std::max(key_size, sizeof(std::uint64_t)), '\0');
    std::string next = position;
    std::string keys(most_at_once * key_size, '\0');
    std::string values(most_at_once * value_size, '\0');
    for (void* from = nullptr;; from = position.data()) {
        auto count = static_cast<__u32>(most_at_once);
        const bool more =
            bpf_map_lookup_batch(map, from, next.data(), keys.data(), values.data(), &count, nullptr) == 0;
        if (!more && errno != ENOENT) return errno;
        fn(keys.data(), values.data(), std::size_t{count});
        if (!more) return 0;
        position.swap(next);
    }
}

}  // namespace weft::agent::bpf
