// SPDX-License-Identifier: Apache-2.0
// From what is there to what a document wants. Pure: the same inputs give the same steps.
#pragma once

#include "coordinator/cli/apply/universe.h"

namespace weft::cli {

struct Step {
    enum class Verb { keep, create, modify, move, detach, attach };
    Verb verb{Verb::keep};
    Kind kind{Kind::none};
    std::string key;            // what it is about: name, PARTITION/NAME; attachments: the record's
    std::string ref;            // what is there already: its id
    schema::Value fields;       // create, modify, attach: canonical values
    schema::Value references;   // their references: field -> key, or list of keys
    schema::Value::List first;  // create of a partition: its subnets' fields

    // "create partition blue (subnets front, back)".
    [[nodiscard]] std::string line() const;
};

[[nodiscard]] std::string_view to_string(Step::Verb verb) noexcept;

// Steps in an order in which each finds what it needs. Errors: a reference to nothing, an ambiguous one, a
// field that cannot be changed after creation, a field that creation needs.
[[nodiscard]] Result<std::vector<Step>> plan(const Document& document, const Present& present);

}  // namespace weft::cli
