// SPDX-License-Identifier: Apache-2.0
// weft NOUN delete REF
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_delete(Program& program, CLI::App& noun, Kind kind) {
    struct Delete {
        std::string ref;
        ChangeOptions change;
    };
    const auto given = std::make_shared<Delete>();
    auto& verb = *noun.add_subcommand("delete", "refused while it is used");
    verb.add_option("ref", given->ref, "which one")->type_name(reference_name(kind))->required();
    if (kind == Kind::record)
        verb.add_flag("--force", given->change.options.force, "detach it first, if it is attached");
    add_change_options(verb, given->change, wire::Wait::store);
    program.on(verb, [&program, kind, given]() -> Result<int> {
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->remove({kind, given->ref, request_options(given->change)}));
        return report(program, ack,
                      std::string(to_string(kind)) + ' ' + given->ref +
                          (ack.changed ? ": deleted" : ": nothing changed"));
    });
}

}  // namespace weft::cli
