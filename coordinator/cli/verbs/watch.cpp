// SPDX-License-Identifier: Apache-2.0
// weft NOUN watch [--FIELD VALUE]... [--from REVISION]
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/schema/json.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

// One line an event: text, or JSON with -o json.
Result<void> print_change(Program& program, const wire::Change& change, const Names& names) {
    WEFT_TRY(const auto object, wire::object_value(change.kind, change.object));
    const char* const event = change.deleted ? "deleted" : "present";
    if (program.settings().format == Format::json) {
        schema::Value line;
        line.set("revision", {change.revision});
        line.set("event", {std::string(event)});
        line.set("kind", {std::string(to_string(change.kind))});
        line.set("lagged", {change.lagged});
        line.set("object", object);
        program.out() << schema::to_json(line) << std::endl;
        return {};
    }
    if (change.lagged)
        program.err() << "changes before revision " << change.revision << " were left out" << std::endl;
    program.out() << change.revision << ' ' << event << ' ' << summary(change.kind, object, names)
                  << std::endl;
    return {};
}

}  // namespace

void add_watch(Program& program, CLI::App& noun, Kind kind) {
    struct Watch {
        std::unique_ptr<FieldOptions> filters;
        std::uint64_t from{0};
    };
    const auto given = std::make_shared<Watch>();
    auto& verb = *noun.add_subcommand("watch", "print each change as it happens, a line an event");
    given->filters = std::make_unique<FieldOptions>(
        verb, kind, [](const auto& field) { return is_filter(field); }, [](const auto&) { return false; });
    verb.add_option("--from", given->from, "changes after this revision; 0: first all that is there")
        ->type_name("N");
    program.on(verb, [&program, kind, given]() -> Result<int> {
        WEFT_TRY(const auto filters, given->filters->filters());
        WEFT_TRY(Client * client, program.client());
        // Names are asked for on a second connection: this one carries the events.
        WEFT_TRY(auto connection, Connection::open(program.settings().target));
        Client asking{std::move(connection)};
        Names names;
        Result<void> outcome{};
        WEFT_CHECK(client->watch({kind, filters, given->from}, [&](const wire::Change& change) {
            if (const auto object = wire::object_value(change.kind, change.object))
                names.learn(asking, change.kind, {*object});
            outcome = print_change(program, change, names);
            return outcome.has_value();
        }));
        if (!outcome) return outcome.error();
        return 0;
    });
}

}  // namespace weft::cli
