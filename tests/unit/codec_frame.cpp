// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "weft/wire/frame.h"

using namespace weft;
using schema::Bytes;

namespace {

// A header as <linux/netlink.h> lays it out, written by hand.
Bytes header(std::uint32_t length, std::uint16_t type, std::uint32_t sequence) {
    Bytes out;
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
    for (int i = 0; i < 2; ++i) out.push_back(static_cast<std::uint8_t>(type >> (8 * i)));
    out.insert(out.end(), {2, 0});
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(sequence >> (8 * i)));
    out.insert(out.end(), {0, 0, 0, 0});
    return out;
}

Bytes two_frames() {
    Bytes out = header(19, 36, 5);
    out.insert(out.end(), {1, 2, 3});
    const Bytes second = header(16, 3, 0x01020304);
    out.insert(out.end(), second.begin(), second.end());
    return out;
}

}  // namespace

TEST_CASE("[8.1/frames] a stream cut at any byte gives the same frames") {
    const Bytes stream = two_frames();
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        wire::FrameReader reader;
        std::vector<wire::Frame> frames;
        for (const auto part : {std::span(stream).first(cut), std::span(stream).subspan(cut)}) {
            reader.feed(part);
            for (;;) {
                auto frame = reader.next();
                REQUIRE(frame.has_value());
                if (!*frame) break;
                frames.push_back(**frame);
            }
        }
        REQUIRE(frames.size() == 2);
        CHECK(frames[0].type == 36);
        CHECK(frames[0].flags == wire::flag_multi);
        CHECK(frames[0].sequence == 5);
        CHECK(frames[0].payload == Bytes{1, 2, 3});
        CHECK(frames[1].type == 3);
        CHECK(frames[1].sequence == 0x01020304);
        CHECK(frames[1].payload.empty());
    }
}

TEST_CASE("[8.1/frames] byte by byte gives the same frames") {
    wire::FrameReader reader;
    std::size_t frames = 0;
    for (const auto byte : two_frames()) {
        reader.feed({&byte, 1});
        while (reader.next().value()) ++frames;
    }
    CHECK(frames == 2);
}

TEST_CASE("[1.12/frames] an impossible length is refused before its bytes are waited for") {
    for (const std::uint32_t length : {0U, 15U, 1048577U, 0xffffffffU}) {
        CAPTURE(length);
        wire::FrameReader reader;
        reader.feed(header(length, 36, 1));
        CHECK_FALSE(reader.next().has_value());
    }
    wire::FrameReader reader;
    reader.feed(header(1048576, 36, 1));
    CHECK_FALSE(reader.next().value().has_value());
}

TEST_CASE("[3.1/frames] before authentication 64 KiB are the limit") {
    wire::FrameReader reader{wire::max_frame_before_authentication};
    reader.feed(header(65537, 50, 1));
    CHECK_FALSE(reader.next().has_value());
    wire::FrameReader later{wire::max_frame_before_authentication};
    later.set_limit(wire::max_frame);
    later.feed(header(65537, 50, 1));
    CHECK_FALSE(later.next().value().has_value());
}
