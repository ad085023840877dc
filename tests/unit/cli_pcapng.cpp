// SPDX-License-Identifier: Apache-2.0
// Capture files byte by byte, as draft-ietf-opsawg-pcapng lays them out.
#include <doctest/doctest.h>

#include <cstring>
#include <sstream>

#include "coordinator/cli/output/pcapng.h"

using namespace weft;

namespace {

std::string hex(const std::string& bytes) {
    std::string text;
    constexpr char digits[] = "0123456789abcdef";
    for (const auto c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += {digits[byte >> 4], digits[byte & 15]};
    }
    return text;
}

std::uint32_t word(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    REQUIRE(at + sizeof(value) <= bytes.size());
    std::memcpy(&value, bytes.data() + at, sizeof(value));
    return value;
}

// The blocks of a file, each with its type and both lengths.
std::vector<std::string> blocks(const std::string& file) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < file.size(); at += out.back().size()) {
        out.push_back(file.substr(at, word(file, at + 4)));
        REQUIRE(out.back().size() >= 12);
        CHECK(out.back().size() % 4 == 0);
        CHECK(word(out.back(), out.back().size() - 4) == out.back().size());
    }
    return out;
}

wire::Captured packet(wire::CapturePoint point, const std::string& direction) {
    return {0x0102030405060708, point, direction, 1500, {0xaa, 0xbb, 0xcc, 0xdd, 0xee}, 0};
}

}  // namespace

TEST_CASE("[8.3/capture] a file begins with its section and two interfaces") {
    std::ostringstream out;
    const cli::Pcapng file{out, "rec-5", 256};
    const auto parts = blocks(out.str());
    REQUIRE(parts.size() == 3);
    CHECK(hex(parts[0].substr(0, 24)) ==
          "0a0d0d0a" + hex(parts[0].substr(4, 4)) + "4d3c2b1a01000000ffffffffffffffff");
    CHECK(hex(parts[1].substr(0, 16)) == "01000000" + hex(parts[1].substr(4, 4)) + "010000000e010000");
    CHECK(hex(parts[1].substr(16, 12)) == "02000500696e6e6572000000");  // if_name "inner"
    CHECK(hex(parts[2].substr(0, 16)) == "01000000" + hex(parts[2].substr(4, 4)) + "010000000e010000");
    CHECK(hex(parts[2].substr(16, 12)) == "020005006f75746572000000");
    for (const auto& part : {parts[1], parts[2]})  // if_tsresol 9, end, length
        CHECK(hex(part.substr(part.size() - 16, 12)) == "090001000900000000000000");
}

TEST_CASE("[8.3/capture] a packet has its interface, time, lengths, bytes and direction") {
    std::ostringstream out;
    cli::Pcapng file{out, "rec-5", 256};
    const auto begin = out.str().size();
    file.add(packet(wire::CapturePoint::outer, "tx"));
    file.add(packet(wire::CapturePoint::inner, "rx"));
    const auto parts = blocks(out.str().substr(begin));
    REQUIRE(parts.size() == 2);
    CHECK(hex(parts[0]) ==
          "060000004000000001000000"
          "0403020108070605"
          "13000000ea050000"
          "0000000000000000000000000800"
          "aabbccddee00"
          "0200040002000000"
          "00000000"
          "40000000");
    CHECK(hex(parts[1].substr(8, 4)) == "00000000");
    CHECK(hex(parts[1].substr(36, 8)) == "0200040001000000");
    CHECK(file.packets() == 2);
}

TEST_CASE("[8.3/capture] packets of the underlay get an Ethernet header that tells their family") {
    std::ostringstream out;
    cli::Pcapng file{out, "rec-5", 256};
    const auto begin = out.str().size();
    auto ipv6 = packet(wire::CapturePoint::outer, "rx");
    ipv6.packet.front() = 0x60;
    file.add(ipv6);
    CHECK(hex(out.str().substr(begin + 28 + 12, 3)) == "86dd60");
}

TEST_CASE("[8.3/capture] a file ends with what was seen and what was lost") {
    std::ostringstream out;
    cli::Pcapng file{out, "rec-5", 256};
    file.add(packet(wire::CapturePoint::outer, "tx"));
    const auto begin = out.str().size();
    file.finish(3);
    const auto parts = blocks(out.str().substr(begin));
    REQUIRE(parts.size() == 2);
    CHECK(hex(parts[0].substr(0, 4)) == "05000000");
    CHECK(hex(parts[0].substr(8, 4)) == "00000000");
    CHECK(hex(parts[0].substr(20, 28)) ==
          "0400080003000000"
          "00000000"
          "0500080003000000"
          "00000000"
          "00000000");
    CHECK(hex(parts[1].substr(8, 4)) == "01000000");
    CHECK(hex(parts[1].substr(20, 28)) ==
          "0400080001000000"
          "00000000"
          "0500080000000000"
          "00000000"
          "00000000");
}
