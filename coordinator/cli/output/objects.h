// SPDX-License-Identifier: Apache-2.0
// Objects on standard output, in the format asked for.
#pragma once

#include <ostream>

#include "coordinator/cli/names.h"
#include "coordinator/cli/settings.h"

namespace weft::cli {

// A list: a table, a JSON or YAML list, or a name a line.
void print_list(std::ostream& out, Format format, Kind kind, const std::vector<schema::Value>& objects,
                const Names& names);
// One object: a field a line, one JSON or YAML map, or its name.
void print_object(std::ostream& out, Format format, Kind kind, const schema::Value& object,
                  const Names& names);
// JSON or YAML, for the other formats YAML.
void print_value(std::ostream& out, Format format, const schema::Value& value);
// One line without names of columns: what a watch shows of an object.
[[nodiscard]] std::string summary(Kind kind, const schema::Value& object, const Names& names);

}  // namespace weft::cli
