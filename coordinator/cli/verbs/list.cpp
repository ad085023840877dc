// SPDX-License-Identifier: Apache-2.0
// weft NOUN list [--FIELD VALUE]...
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_list(Program& program, CLI::App& noun, Kind kind) {
    auto& verb = *noun.add_subcommand("list", "those that have all the given values");
    const auto filters = std::make_shared<FieldOptions>(
        verb, kind, [](const auto& field) { return is_filter(field); }, [](const auto&) { return false; });
    program.on(verb, [&program, kind, filters]() -> Result<int> {
        WEFT_TRY(const auto wanted, filters->filters());
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(auto objects, client->list(kind, wanted));
        const auto format = program.settings().format;
        Names names;
        if (format != Format::json && format != Format::yaml) {
            names.learn(*client, kind, objects);
            names.sort(kind, objects);
        }
        print_list(program.out(), format, kind, objects, names);
        return 0;
    });
}

}  // namespace weft::cli
