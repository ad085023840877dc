// SPDX-License-Identifier: Apache-2.0
// Leases of attachments whose records have standbys (row 2.11). Layout of each: its table; values as in
// attribute.h.
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::wire {

inline constexpr std::size_t most_leases = 1000;  // of a message; more go into several

// When this was sent, what the host's maps let the attachment pass ended at most `seconds` later; 0: it does
// not end yet.
struct LeaseState {
    Id attachment;
    std::uint32_t seconds{0};

    friend bool operator==(const LeaseState&, const LeaseState&) = default;
};

// Of an agent: these are to go on. What is granted counts from when this was sent.
struct LeaseRequest {
    std::uint64_t number{0};
    std::vector<LeaseState> leases;

    friend bool operator==(const LeaseRequest&, const LeaseRequest&) = default;
};

// The answer: those of the request that may go on. The others are not this host's, or not for long.
struct LeaseAnswer {
    std::uint64_t number{0};
    std::vector<Id> granted;

    friend bool operator==(const LeaseAnswer&, const LeaseAnswer&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::LeaseState> {
    static constexpr std::string_view name = "LeaseState";
    static constexpr auto fields = Fields{
        Field{1, "attachment", &wire::LeaseState::attachment, "the attachment", required},
        Field{2, "seconds", &wire::LeaseState::seconds, "lease in force; 0 none yet", settable, 0, 3600},
    };
};
WEFT_SCHEMA_COMPLETE(wire::LeaseState);

template <>
struct Schema<wire::LeaseRequest> {
    static constexpr std::string_view name = "LeaseRequest";
    static constexpr auto fields = Fields{
        Field{1, "number", &wire::LeaseRequest::number, "which request of the session", required},
        Field{2, "leases", &wire::LeaseRequest::leases, "to be renewed", settable, 0, wire::most_leases},
    };
};
WEFT_SCHEMA_COMPLETE(wire::LeaseRequest);

template <>
struct Schema<wire::LeaseAnswer> {
    static constexpr std::string_view name = "LeaseAnswer";
    static constexpr auto fields = Fields{
        Field{1, "number", &wire::LeaseAnswer::number, "the request's", required},
        Field{2, "granted", &wire::LeaseAnswer::granted, "renewed", settable, 0, wire::most_leases},
    };
};
WEFT_SCHEMA_COMPLETE(wire::LeaseAnswer);

}  // namespace weft::schema
