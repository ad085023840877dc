// SPDX-License-Identifier: Apache-2.0
// weft permissions: who may do what; asks nobody.
#include "coordinator/permission/table.h"

#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/output/table.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

schema::Value as_value(const permission::Permission& row) {
    schema::Value out;
    out.set("verb", {std::string(permission::to_string(row.verb))});
    out.set("noun",
            row.noun == Kind::none ? schema::Value{} : schema::Value{std::string(to_string(row.noun))});
    out.set("fields", {std::string(row.fields)});
    out.set("who", {permission::in_words(row.who)});
    out.set("does", {std::string(row.does)});
    return out;
}

}  // namespace

void add_permissions(Program& program) {
    auto& verb =
        *program.app().add_subcommand("permissions", "who may do what, as the coordinator decides it");
    program.on(verb, [&program]() -> Result<int> {
        const auto format = program.settings().format;
        if (format == Format::json || format == Format::yaml) {
            schema::Value::List rows;
            for (const auto& row : permission::table()) rows.push_back(as_value(row));
            print_value(program.out(), format, {std::move(rows)});
            return 0;
        }
        Table shown{{"VERB", "NOUN", "FIELDS", "WHO"}, {false, false, false, false}, {}};
        for (const auto& row : permission::table())
            shown.rows.push_back({std::string(permission::to_string(row.verb)),
                                  row.noun == Kind::none ? std::string{} : std::string(to_string(row.noun)),
                                  std::string(row.fields), permission::in_words(row.who)});
        print_table(program.out(), shown);
        return 0;
    });
}

}  // namespace weft::cli
