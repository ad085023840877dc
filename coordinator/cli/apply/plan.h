// SPDX-License-Identifier: Apache-2.0
// From what is there to what a document wants. Pure: the same inputs give the same steps.
#pragma once

#include <optional>
#include <set>

#include "coordinator/cli/apply/owner.h"
#include "coordinator/cli/apply/universe.h"
#include "weft/schema/description.h"

namespace weft::cli {

struct Step {
    enum class Verb { keep, create, modify, move, detach, attach, remove };
    Verb verb{Verb::keep};
    Kind kind{Kind::none};
    std::string key;              // what it is about: name, PARTITION/NAME; attachments: the record's
    std::string ref;              // what is there already: its id
    schema::Value fields;         // create, modify, attach: canonical values
    schema::Value references;     // their references: field -> key, or list of keys
    schema::Value::List first;    // create of a partition: its subnets' fields
    schema::Value before{};       // modify: what these fields are now, references as keys
    schema::Position position{};  // what asks for it in the document
    bool pruning{false};          // the document has it no more: refused, the others go on all the same

    // "create partition blue (subnets front, back)".
    [[nodiscard]] std::string line() const;
};

[[nodiscard]] std::string_view to_string(Step::Verb verb) noexcept;

// How the objects of a document are told from those of others, and whether those that it has no more go.
struct Ownership {
    std::optional<Owner> owner;
    bool prune{false};  // with an owner only
};

// Steps in an order in which each finds what it needs. Errors: a reference to nothing, an ambiguous one, a
// field that cannot be changed after creation, a field that creation needs, an object of another owner.
[[nodiscard]] Result<std::vector<Step>> plan(const Document& document, const Present& present,
                                             const Ownership& ownership = {});

// The field of a kind whose items may refer to what is made later, or deleted earlier: rules, routes, peers;
// null when it has none.
[[nodiscard]] const schema::FieldDescription* cross_references(Kind kind);

// Made with each partition, and deleted with it.
[[nodiscard]] bool comes_with_partition(Kind kind, std::string_view name);

}  // namespace weft::cli
