// SPDX-License-Identifier: Apache-2.0
// What a step changes, field by field.
#pragma once

#include <ostream>

#include "coordinator/cli/apply/plan.h"

namespace weft::cli {

struct Difference {
    std::string field;  // "description", "tags.role"
    schema::Value before;
    schema::Value after;  // null: it goes
};

// Of a step that changes something: none for one that moves, detaches or deletes.
[[nodiscard]] std::vector<Difference> differences(const Step& step);

// The step's line, and below it a line for each field, for each item of a list that comes or goes.
void print_differences(std::ostream& out, const Step& step);

// {verb, kind, object, fields, references, differences}
[[nodiscard]] schema::Value step_value(const Step& step);

}  // namespace weft::cli
