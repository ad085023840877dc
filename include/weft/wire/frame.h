// SPDX-License-Identifier: Apache-2.0
// Frames: netlink's message header and a payload, over a byte stream.
//
//   0        4      6       8          12     16
//   +--------+------+-------+----------+------+----------------
//   | length | type | flags | sequence | port | attributes ...      little-endian; length counts the header
//   +--------+------+-------+----------+------+----------------
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "weft/base/result.h"
#include "weft/schema/field.h"

namespace weft::wire {

using schema::Bytes;

inline constexpr std::size_t frame_header = 16;
inline constexpr std::size_t max_frame = 1U << 20;  // 1 MiB, header included
inline constexpr std::size_t max_frame_before_authentication = 1U << 16;

// Flags of the header, with netlink's values.
enum FrameFlag : std::uint16_t {
    flag_request = 0x1,
    flag_multi = 0x2,  // part of a multipart answer, ended by Command::done
    flag_ack = 0x4,
};

struct Frame {
    std::uint16_t type{0};  // a Command
    std::uint16_t flags{0};
    std::uint32_t sequence{0};  // of the request; its answers carry the same
    Bytes payload;
};

// Header and payload as sent. `payload` must leave room for the header within max_frame.
[[nodiscard]] Bytes build_frame(const Frame& frame);

// Cuts a byte stream into frames. An impossible length is an error after which the stream is of no use.
class FrameReader {
public:
    explicit FrameReader(std::size_t limit = max_frame) : limit_(limit) {}
    void set_limit(std::size_t limit) noexcept { limit_ = limit; }
    void feed(std::span<const std::uint8_t> bytes);
    // The next whole frame, or nothing until more is fed.
    [[nodiscard]] Result<std::optional<Frame>> next();

private:
    std::size_t limit_;
    Bytes buffer_;
    std::size_t start_{0};
};

}  // namespace weft::wire
