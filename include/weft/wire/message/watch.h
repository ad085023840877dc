// SPDX-License-Identifier: Apache-2.0
// The request to be told of changes, and a change. Layout of each: its table.
#pragma once

#include <cstdint>

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::wire {

using schema::Bytes;
using schema::Tags;

// Changes after a revision; 0: first all present objects. They come in the order of revisions, the latest of
// each object. Who was left out (lagged) or cut off goes on from the newest revision seen before that, less
// one: that revision's other objects may be missing, and what comes again is the same.
struct WatchRequest {
    Kind kind{Kind::none};
    Tags filters;
    std::uint64_t from{0};

    friend bool operator==(const WatchRequest&, const WatchRequest&) = default;
};

// A notification of a watch.
struct Change {
    Kind kind{Kind::none};
    bool deleted{false};
    Bytes object;
    std::uint64_t revision{0};
    bool lagged{false};

    friend bool operator==(const Change&, const Change&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::WatchRequest> {
    static constexpr std::string_view name = "WatchRequest";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::WatchRequest::kind, "kind of object; none: all"},
        Field{2, "filters", &wire::WatchRequest::filters, "as in ListRequest", settable, 0, 32},
        Field{3, "from", &wire::WatchRequest::from, "changes after this revision"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::WatchRequest);

template <>
struct Schema<wire::Change> {
    static constexpr std::string_view name = "Change";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::Change::kind, "kind of object", required},
        Field{2, "deleted", &wire::Change::deleted, "the object is gone; `object` is its last state"},
        Field{3, "object", &wire::Change::object, "its fields", required},
        Field{4, "revision", &wire::Change::revision, "the change's revision"},
        Field{5, "lagged", &wire::Change::lagged, "changes before this one were left out: watch again"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Change);

}  // namespace weft::schema
