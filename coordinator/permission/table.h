// SPDX-License-Identifier: Apache-2.0
// Who may do what (rows 1.13, 3.2, 3.4): the one table that verbs, documentation and tests share.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weft/base/id.h"

namespace weft::permission {

enum class Verb : std::uint8_t {
    see,  // get, list and watch
    create,
    modify,
    remove,
    attach,
    detach,
    move,
    ready,
    counters,
    trace,
    status,
    usage,  // of its own records; the operator of all
    token,
    revoke,
    confirm,
    session,  // of a host
};

// What someone is to an object. What is inside a partition belongs to the partition's owner, an attachment to
// the record's, an operation to who asked for it, a key to its user.
enum Who : unsigned {
    nobody = 0,
    the_operator = 1U << 0,
    customer = 1U << 1,  // whoever it is
    owner = 1U << 2,
    attachers = 1U << 3,  // of the record or the instance, as its lists say
    detachers = 1U << 4,  // of the record; its attachers when that list is empty
    ip_setters = 1U << 5,
    modifiers = 1U << 6,
    instance_owner = 1U << 7,  // of an instance that the record is attached to
    record_owner = 1U << 8,    // of a record that is attached to the instance
    the_host = 1U << 9,        // for itself
    scaling_rule = 1U << 10,   // for the instances that it launches
};

struct Permission {
    Verb verb;
    Kind noun;                // none: of no object in particular
    std::string_view fields;  // names with commas; empty: all that have no row of their own
    unsigned who;             // any of these
    std::string_view does;    // completes "... may"
};

[[nodiscard]] std::span<const Permission> table() noexcept;
// The row that decides about `field`. Null: the verb is not possible there.
[[nodiscard]] const Permission* find(Verb verb, Kind noun, std::string_view field = {}) noexcept;

[[nodiscard]] std::string_view to_string(Verb verb) noexcept;
// "modify record: addresses".
[[nodiscard]] std::string title(const Permission& row);
// "the operator, its owner or its attachers".
[[nodiscard]] std::string in_words(unsigned who);

}  // namespace weft::permission
