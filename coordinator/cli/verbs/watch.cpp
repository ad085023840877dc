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
        line.set("object", object);
        program.out() << schema::to_json(line) << std::endl;
        return {};
    }
    program.out() << change.revision << ' ' << event << ' ' << summary(change.kind, object, names)
                  << std::endl;
    return {};
}

// Prints until the other end is gone; true: changes were left out, and `request` goes on where they begin.
Result<bool> follow(Program& program, Client& client, Client& asking, Names& names,
                    wire::WatchRequest& request) {
    Result<void> outcome{};
    bool lagged = false;
    std::uint64_t newest = request.from;
    WEFT_CHECK(client.watch(request, [&](const wire::Change& change) {
        lagged = change.lagged;
        if (lagged) {
            // That revision's other objects may be missing.
            request.from = newest == 0 ? 0 : newest - 1;
            program.err() << "too slow: goes on from revision " << request.from << std::endl;
            return false;
        }
        newest = change.revision;
        if (const auto object = wire::object_value(change.kind, change.object))
            names.learn(asking, change.kind, {*object});
        outcome = print_change(program, change, names);
        return outcome.has_value();
    }));
    if (!outcome) return outcome.error();
    return lagged;
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
        // Names are asked for on a second connection: the other carries the events.
        WEFT_TRY(auto connection, Connection::open(program.settings().target));
        Client asking{std::move(connection)};
        Names names;
        wire::WatchRequest request{kind, filters, given->from};
        for (;;) {
            WEFT_TRY(auto events, Connection::open(program.settings().target));
            Client client{std::move(events)};
            WEFT_TRY(const bool lagged, follow(program, client, asking, names, request));
            if (!lagged) return 0;
        }
    });
}

}  // namespace weft::cli
