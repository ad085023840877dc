// SPDX-License-Identifier: Apache-2.0
// Would this packet pass, and what decides (row 8.3). Layout of each: its table; values as in attribute.h.
#pragma once

#include "weft/base/id.h"
#include "weft/net/address.h"
#include "weft/schema/field.h"

namespace weft::wire {

// The first packet of a new flow from a record; `packet`, if not empty, is what arrives from another host.
struct TraceRequest {
    std::string record;  // id or name; to an agent the id
    Address source;      // one of the record's; its first of the destination's family when left out
    Address destination;
    std::uint32_t protocol{0};
    std::uint32_t source_port{0};  // of ICMP the identifier
    std::uint32_t destination_port{0};
    std::uint32_t icmp{0};  // type << 8 | code
    std::uint32_t size{0};  // of the payload, bytes
    schema::Bytes packet;

    friend bool operator==(const TraceRequest&, const TraceRequest&) = default;
};

enum class TraceVerdict : std::uint8_t { dropped = 0, delivered = 1, sent = 2, answered = 3 };

// What one host did with it.
struct TraceHop {
    std::string host;
    std::vector<std::string> steps;  // in words
    TraceVerdict verdict{TraceVerdict::dropped};
    std::string reason;    // of a drop: its name, as counted
    Id next;               // sent: the host it goes to
    schema::Bytes packet;  // sent: as it leaves

    friend bool operator==(const TraceHop&, const TraceHop&) = default;
};

struct Trace {
    std::vector<TraceHop> hops;

    friend bool operator==(const Trace&, const Trace&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
inline constexpr auto enum_names<wire::TraceVerdict> = std::array{
    std::pair{wire::TraceVerdict::dropped, std::string_view{"dropped"}},
    std::pair{wire::TraceVerdict::delivered, std::string_view{"delivered"}},
    std::pair{wire::TraceVerdict::sent, std::string_view{"sent"}},
    std::pair{wire::TraceVerdict::answered, std::string_view{"answered"}},
};

template <>
struct Schema<wire::TraceRequest> {
    static constexpr std::string_view name = "TraceRequest";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::TraceRequest::record, "id or name", settable, 0, 511},
        Field{2, "source", &wire::TraceRequest::source, "one of its addresses", settable},
        Field{3, "destination", &wire::TraceRequest::destination, "where to", settable},
        Field{4, "protocol", &wire::TraceRequest::protocol, "IP protocol number", settable, 0, 255},
        Field{5, "source-port", &wire::TraceRequest::source_port, "", settable, 0, 65535},
        Field{6, "destination-port", &wire::TraceRequest::destination_port, "", settable, 0, 65535},
        Field{7, "icmp", &wire::TraceRequest::icmp, "type << 8 | code", settable, 0, 65535},
        Field{8, "size", &wire::TraceRequest::size, "payload, bytes", settable, 0, 8900},
        Field{9, "packet", &wire::TraceRequest::packet, "from another host", settable, 0, 10000},
    };
};
WEFT_SCHEMA_COMPLETE(wire::TraceRequest);

template <>
struct Schema<wire::TraceHop> {
    static constexpr std::string_view name = "TraceHop";
    static constexpr auto fields = Fields{
        Field{1, "host", &wire::TraceHop::host, "the host's name", settable, 0, 255},
        Field{2, "steps", &wire::TraceHop::steps, "in words", settable, 0, 64},
        Field{3, "verdict", &wire::TraceHop::verdict, "what became of it"},
        Field{4, "reason", &wire::TraceHop::reason, "of a drop", settable, 0, 64},
        Field{5, "next", &wire::TraceHop::next, "the host it goes to"},
        Field{6, "packet", &wire::TraceHop::packet, "as it leaves", settable, 0, 10000},
    };
};
WEFT_SCHEMA_COMPLETE(wire::TraceHop);

template <>
struct Schema<wire::Trace> {
    static constexpr std::string_view name = "Trace";
    static constexpr auto fields =
        Fields{Field{1, "hops", &wire::Trace::hops, "one a host, in order", settable, 0, 8}};
};
WEFT_SCHEMA_COMPLETE(wire::Trace);

}  // namespace weft::schema
