// SPDX-License-Identifier: Apache-2.0
// A record's packets as they pass on the host where it is attached (row 8.3). Layout of each: its table.
#pragma once

#include "weft/schema/field.h"

namespace weft::wire {

// At the instance's device, or on the underlay.
enum class CapturePoint : std::uint8_t { inner = 0, outer = 1 };

// Starts capturing, until the connection ends or a request with `stop` comes. Answered by an
// acknowledgement, then the packets; after `stop` the last message has none, but what was lost.
struct CaptureRequest {
    std::string record;        // id
    std::uint32_t snaplen{0};  // most bytes of a packet; 0: as many as there can be
    std::string direction;
    bool stop{false};

    friend bool operator==(const CaptureRequest&, const CaptureRequest&) = default;
};

struct Captured {
    std::uint64_t time_ns{0};
    CapturePoint point{CapturePoint::inner};
    std::string direction;
    std::uint32_t length{0};
    schema::Bytes packet;
    std::uint64_t lost{0};

    friend bool operator==(const Captured&, const Captured&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
inline constexpr auto enum_names<wire::CapturePoint> = std::array{
    std::pair{wire::CapturePoint::inner, std::string_view{"inner"}},
    std::pair{wire::CapturePoint::outer, std::string_view{"outer"}},
};

template <>
struct Schema<wire::CaptureRequest> {
    static constexpr std::string_view name = "CaptureRequest";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::CaptureRequest::record, "its id", settable, 0, 64},
        Field{2, "snaplen", &wire::CaptureRequest::snaplen, "most bytes of a packet; 0: all", settable},
        Field{3, "direction", &wire::CaptureRequest::direction,
              "tx: from the instance, rx: to it; empty: both", settable, 0, 2},
        Field{4, "stop", &wire::CaptureRequest::stop, "end the capture of this connection"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::CaptureRequest);

template <>
struct Schema<wire::Captured> {
    static constexpr std::string_view name = "Captured";
    static constexpr auto fields = Fields{
        Field{1, "time-ns", &wire::Captured::time_ns, "nanoseconds since 1970 UTC"},
        Field{2, "point", &wire::Captured::point,
              "inner: a frame of the instance's device; outer: an IP packet"},
        Field{3, "direction", &wire::Captured::direction, "tx: from the instance, rx: to it", settable, 0, 2},
        Field{4, "length", &wire::Captured::length, "of the whole packet, bytes"},
        Field{5, "packet", &wire::Captured::packet, "its first bytes", settable, 0, 65280},
        Field{6, "lost", &wire::Captured::lost, "in the last message: packets for which there was no room"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Captured);

}  // namespace weft::schema
