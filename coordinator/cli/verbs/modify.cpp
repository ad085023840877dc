// SPDX-License-Identifier: Apache-2.0
// weft NOUN modify REF --FIELD VALUE...
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

struct Modify {
    Kind kind;
    std::string ref;
    ChangeOptions change;
    std::unique_ptr<FieldOptions> fields;
};

Result<int> modify(Program& program, const Modify& given) {
    WEFT_TRY(Client * client, program.client());
    std::string scope;
    if (inside_partition(given.kind) && given.fields->references() > 0) {
        WEFT_TRY(const auto object, client->get(given.kind, given.ref));
        scope = text_of(object, "partition");
    }
    WEFT_TRY(const auto values, given.fields->values(*client, scope));
    if (values.get<schema::Value::Map>()->empty()) return invalid("", "no field to modify is given");
    wire::ModifyRequest request;
    request.kind = given.kind;
    request.ref = given.ref;
    request.options = request_options(given.change);
    WEFT_TRY(request.patch, wire::object_bytes(given.kind, values));
    WEFT_TRY(const auto ack, client->modify(request));
    return report(program, ack,
                  std::string(to_string(given.kind)) + ' ' + given.ref +
                      (ack.changed ? ": modified" : ": nothing changed"));
}

}  // namespace

void add_modify(Program& program, CLI::App& noun, Kind kind) {
    const auto given = std::make_shared<Modify>();
    given->kind = kind;
    auto& verb = *noun.add_subcommand(
        "modify", "set the given fields; a list is replaced as a whole, an empty text unsets");
    verb.add_option("ref", given->ref, "which one")->type_name(reference_name(kind))->required();
    given->fields = std::make_unique<FieldOptions>(
        verb, kind,
        [](const auto& field) { return field.client_may_set() && !field.has(schema::create_only); },
        [](const auto&) { return false; });
    add_change_options(verb, given->change, wire::Wait::store);
    program.on(verb, [&program, given] { return modify(program, *given); });
}

}  // namespace weft::cli
