// SPDX-License-Identifier: Apache-2.0
// The structs of weft/abi as the bytes of a map's keys and values.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

#include "weft/abi/types.h"
#include "weft/net/address.h"
#include "weft/net/mac.h"
#include "weft/net/prefix.h"

namespace weft::agent {

template <class T>
requires std::is_trivially_copyable_v<T>
[[nodiscard]] std::string to_bytes(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

// `bytes` must be as long as T: the bytes of a map are.
template <class T>
requires std::is_trivially_copyable_v<T>
[[nodiscard]] T from_bytes(const std::string& bytes) {
    T value{};
    std::memcpy(&value, bytes.data(), std::min(sizeof(T), bytes.size()));
    return value;
}

[[nodiscard]] inline weft_address to_abi(const Address& address) {
    weft_address out{};
    std::memcpy(&out, address.mapped().data(), sizeof(out));
    return out;
}

// The length of a prefix with the bits that precede those of an IPv4 one in its v4-mapped form.
[[nodiscard]] inline std::uint32_t mapped_length(const Prefix& prefix) {
    return prefix.length() + (prefix.address().is_v4() ? WEFT_MAPPED_BITS : 0);
}

// IPv4 where the bytes are v4-mapped.
[[nodiscard]] inline Address from_abi(const weft_address& address) {
    static constexpr std::uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &address, bytes.size());
    const bool v4 = std::memcmp(bytes.data(), mapped_prefix, sizeof(mapped_prefix)) == 0;
    return *Address::from_bytes(v4 ? std::span(bytes).subspan(12) : std::span(bytes));
}

}  // namespace weft::agent
