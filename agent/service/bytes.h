// SPDX-License-Identifier: Apache-2.0
// Numbers and addresses in network order, in bytes that somebody else wrote or that go out. Reading does not
// look for the end: the caller does.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "weft/net/address.h"
#include "weft/net/mac.h"

namespace weft::agent {

using View = std::span<const std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

inline std::uint16_t get16(View from, std::size_t at) {
    return static_cast<std::uint16_t>(from[at] << 8 | from[at + 1]);
}
inline std::uint32_t get32(View from, std::size_t at) {
    return std::uint32_t{get16(from, at)} << 16 | get16(from, at + 2);
}
inline Mac get_mac(View from, std::size_t at) {
    Mac mac;
    std::ranges::copy(from.subspan(at, mac.bytes.size()), mac.bytes.begin());
    return mac;
}
// Unset for 0.0.0.0.
inline Address get_v4(View from, std::size_t at) {
    const auto value = get32(from, at);
    return value == 0 ? Address{} : Address::v4(value);
}
// Unset for ::.
inline Address get_v6(View from, std::size_t at) {
    const auto bytes = from.subspan(at, 16);
    if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; })) return {};
    return *Address::from_bytes(bytes);
}

inline void put8(Bytes& to, std::uint32_t value) { to.push_back(static_cast<std::uint8_t>(value)); }
inline void put16(Bytes& to, std::uint32_t value) {
    put8(to, value >> 8 & 0xff);
    put8(to, value & 0xff);
}
inline void put32(Bytes& to, std::uint32_t value) {
    put16(to, value >> 16);
    put16(to, value & 0xffff);
}
inline void put(Bytes& to, View bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
// An unset address as 0.0.0.0.
inline void put_v4(Bytes& to, const Address& address) { put32(to, address ? address.v4_value() : 0); }
// An unset address as ::.
inline void put_v6(Bytes& to, const Address& address) { put(to, address.mapped()); }
inline void set16(Bytes& to, std::size_t at, std::uint32_t value) {
    to[at] = static_cast<std::uint8_t>(value >> 8);
    to[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace weft::agent
