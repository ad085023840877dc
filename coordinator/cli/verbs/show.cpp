// SPDX-License-Identifier: Apache-2.0
// weft NOUN show REF
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_show(Program& program, CLI::App& noun, Kind kind) {
    auto& verb = *noun.add_subcommand("show", "one, with all its fields");
    const auto ref = std::make_shared<std::string>();
    verb.add_option("ref", *ref, "which one")->type_name(reference_name(kind))->required();
    program.on(verb, [&program, kind, ref]() -> Result<int> {
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto object, client->get(kind, *ref));
        Names names;
        if (program.settings().format != Format::json && program.settings().format != Format::yaml)
            names.learn(*client, kind, {object});
        print_object(program.out(), program.settings().format, kind, object, names);
        return 0;
    });
}

}  // namespace weft::cli
