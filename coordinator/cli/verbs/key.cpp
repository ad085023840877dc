// SPDX-License-Identifier: Apache-2.0
// weft key create [--user U]; weft key disable|enable KEY
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

struct NewKey {
    ChangeOptions change;
    std::unique_ptr<FieldOptions> fields;
};

// "KEY SECRET" on standard output: what --access-key reads.
Result<int> create_key(Program& program, const NewKey& given) {
    WEFT_TRY(Client * client, program.client());
    WEFT_TRY(const auto values, given.fields->values(*client));
    wire::CreateRequest request;
    request.kind = Kind::access_key;
    request.options = request_options(given.change);
    WEFT_TRY(request.object, wire::object_bytes(Kind::access_key, values));
    WEFT_TRY(const auto ack, client->create(request));
    WEFT_TRY(const auto object, wire::object_value(Kind::access_key, ack.object));
    const auto id = text_of(object, "id");
    const bool told = ack.changed && !ack.text.empty() && ack.text.find(' ') == std::string::npos;
    if (!told) return report(program, ack, "key " + id + ": nothing changed");
    program.out() << id << ' ' << ack.text << '\n';
    program.err() << "access key " << id << " of " << text_of(object, "user")
                  << ": its secret is not shown again, keep it in a file of mode 0600\n";
    return 0;
}

void add_switch(Program& program, CLI::App& noun, const std::string& name, const std::string& help,
                bool disabled) {
    struct Switch {
        std::string ref;
        ChangeOptions change;
    };
    const auto given = std::make_shared<Switch>();
    auto& verb = *noun.add_subcommand(name, help);
    verb.add_option("ref", given->ref, "which one")->type_name("KEY")->required();
    add_change_options(verb, given->change, wire::Wait::store);
    program.on(verb, [&program, given, name, disabled]() -> Result<int> {
        schema::Value values;
        values.set("disabled", {disabled});
        WEFT_TRY(auto patch, wire::object_bytes(Kind::access_key, values));
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->modify({Kind::access_key, given->ref, std::move(patch),
                                                 request_options(given->change)}));
        return report(program, ack,
                      "key " + given->ref + ": " + (ack.changed ? name + 'd' : "nothing changed"));
    });
}

}  // namespace

void add_key_verbs(Program& program, CLI::App& key) {
    const auto given = std::make_shared<NewKey>();
    auto& verb = *key.add_subcommand("create", "print a new key and its secret, which is not shown again");
    given->fields = std::make_unique<FieldOptions>(
        verb, Kind::access_key, [](const auto& field) { return field.client_may_set(); },
        [](const auto&) { return false; });
    add_change_options(verb, given->change, wire::Wait::store);
    program.on(verb, [&program, given] { return create_key(program, *given); });
    add_switch(program, key, "disable", "let it open nothing, and close what it has opened", true);
    add_switch(program, key, "enable", "undo disable", false);
}

}  // namespace weft::cli
