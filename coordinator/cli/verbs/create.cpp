// SPDX-License-Identifier: Apache-2.0
// weft NOUN create NAME ...
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

struct Create {
    Kind kind;
    std::string name;
    std::string partition;             // of a record's subnet
    std::vector<std::string> subnets;  // of a partition, NAME=CIDR[,CIDR6]
    wire::CreateRequest request;       // of a record: where it is attached at once
    std::vector<std::string> rules;    // under which
    ChangeOptions change;
    std::unique_ptr<FieldOptions> fields;
};

Result<std::vector<schema::Bytes>> first_subnets(const std::vector<std::string>& texts) {
    std::vector<schema::Bytes> out;
    for (const auto& text : texts) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return invalid("subnet", "expected NAME=CIDR[,CIDR6], got '" + text + "'");
        const auto comma = text.find(',', equals);
        schema::Value subnet;
        subnet.set("name", {text.substr(0, equals)});
        subnet.set("cidr", {text.substr(equals + 1, comma - equals - 1)});
        if (comma != std::string::npos) subnet.set("cidr6", {text.substr(comma + 1)});
        WEFT_TRY(auto bytes, wire::object_bytes(Kind::subnet, subnet, "subnet"));
        out.push_back(std::move(bytes));
    }
    return out;
}

Result<int> create(Program& program, const Create& given) {
    WEFT_TRY(Client * client, program.client());
    WEFT_TRY(auto values, given.fields->values(*client, given.partition));
    if (!given.name.empty()) values.set("name", {given.name});
    auto request = given.request;
    request.kind = given.kind;
    request.options = request_options(given.change);
    WEFT_TRY(request.object, wire::object_bytes(given.kind, values));
    WEFT_TRY(request.subnets, first_subnets(given.subnets));
    WEFT_TRY(request.rules, read_attachment_rules(given.rules));
    WEFT_TRY(const auto ack, client->create(request));
    const auto object = wire::object_value(ack.kind, ack.object);
    const std::string id = object ? text_of(*object, "id") : std::string{};
    return report(program, ack,
                  std::string(to_string(given.kind)) + ' ' + (given.name.empty() ? id : given.name) +
                      (ack.changed ? ": created" : ": nothing changed"));
}

void add_record_options(CLI::App& verb, Create& given) {
    verb.add_option("--partition", given.partition, "where --subnet is looked up by name")
        ->type_name("PARTITION");
    auto* instance =
        verb.add_option("--instance", given.request.instance, "attach it at once: both are done, or neither")
            ->type_name("INSTANCE");
    verb.add_option("--device", given.request.device, "as in attach")->type_name("DEVICE")->needs(instance);
    verb.add_option("--netns", given.request.netns, "as in attach")->type_name("NAME")->needs(instance);
    add_attachment_rules(verb, given.rules)->needs(instance);
}

}  // namespace

void add_create(Program& program, CLI::App& noun, Kind kind) {
    const auto given = std::make_shared<Create>();
    given->kind = kind;
    auto& verb = *noun.add_subcommand("create", "make one; what is left out is chosen");
    const auto* name = schema::find_field(kind, "name");
    verb.add_option("name", given->name, std::string(name->help))
        ->type_name("NAME")
        ->required(name->has(schema::required));
    if (kind == Kind::partition)
        verb.add_option("--subnet", given->subnets, "its subnets, at least one")
            ->type_name("NAME=CIDR[,CIDR6]")
            ->allow_extra_args(false)
            ->required();
    if (kind == Kind::record) add_record_options(verb, *given);
    given->fields = std::make_unique<FieldOptions>(
        verb, kind, [](const auto& field) { return field.client_may_set() && field.name != "name"; },
        [](const auto& field) { return field.has(schema::required); });
    add_change_options(verb, given->change, wire::Wait::store);
    program.on(verb, [&program, &verb, given] {
        // As attach does.
        if (!given->request.instance.empty() && verb.get_option("--wait")->count() == 0)
            given->change.wait = schema::to_string(wire::Wait::installed);
        return create(program, *given);
    });
}

}  // namespace weft::cli
