// SPDX-License-Identifier: Apache-2.0
// Bytes on the wire: reading and writing them plainly, big-endian.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::test {

using Bytes = std::vector<std::uint8_t>;
using Mac = std::array<std::uint8_t, 6>;

// "0600 6558 ..." -> bytes; blanks are ignored.
Bytes from_hex(std::string_view text);
std::string to_hex(const Bytes& bytes);
Bytes operator+(Bytes left, const Bytes& right);
Bytes slice(const Bytes& bytes, std::size_t from, std::size_t count = SIZE_MAX);

Bytes be16(std::uint32_t value);
Bytes be32(std::uint32_t value);
std::uint16_t read16(const Bytes& bytes, std::size_t at);
std::uint32_t read32(const Bytes& bytes, std::size_t at);

// RFC 1071, word by word over all of it; an odd last byte is padded with zero.
std::uint16_t internet_checksum(const Bytes& bytes);

}  // namespace weft::test
