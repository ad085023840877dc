// SPDX-License-Identifier: Apache-2.0
// Reading a packet's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::agent {

using PacketBytes = std::span<const std::uint8_t>;

// The number of `size` bytes (at most 4) in network order; the caller has checked that they are there.
[[nodiscard]] inline std::uint32_t network_number(PacketBytes bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + i];
    return value;
}

}  // namespace weft::agent
