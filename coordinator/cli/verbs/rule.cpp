// SPDX-License-Identifier: Apache-2.0
// weft group|acl|attachment rule add|remove REF RULE..., weft route-table route add|remove REF ROUTE...
#include <algorithm>

#include "coordinator/cli/change_options.h"
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/schema/rule_text.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

using schema::Value;

constexpr unsigned most_attempts = 16;

// What is edited: the one list of its kind that has a text form.
const schema::FieldDescription& rules_of(Kind kind) {
    return *schema::find_field(kind, kind == Kind::route_table ? "routes" : "rules");
}

struct Edit {
    Kind kind;
    bool add;
    std::string ref;
    std::vector<std::string> rules;
    ChangeOptions change;
};

// The rules as the coordinator would show them, names resolved in the object's partition.
Result<Value::List> read_rules(Client& client, const Edit& given, const std::string& partition) {
    const auto& field = rules_of(given.kind);
    WEFT_TRY(auto typed, typed_value(field, given.rules));
    WEFT_CHECK(resolve_references(client, field, typed, partition));
    Value map;
    map.set(std::string(field.name), std::move(typed));
    WEFT_TRY(const auto whole, wire::canonical(given.kind, map));
    return *whole.find(field.name)->get<Value::List>();
}

// Descriptions do not tell rules apart.
bool same_rule(Value a, Value b) {
    for (auto* rule : {&a, &b})
        if (rule->find("description")) rule->set("description", {std::string{}});
    return a == b;
}

Result<void> apply(const Edit& given, const Value::List& wanted, Value::List& rules) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto at =
            std::ranges::find_if(rules, [&](const Value& rule) { return same_rule(rule, wanted[i]); });
        if (given.add && at == rules.end()) rules.push_back(wanted[i]);
        if (given.add) continue;
        if (at == rules.end())
            return not_found(std::string(to_string(given.kind)) + ' ' + given.ref + " has no '" +
                             given.rules[i] + "'");
        rules.erase(at);
    }
    return {};
}

// Another change of the rules in between is not lost: they are read again.
Result<wire::Ack> edit(Client& client, const Edit& given) {
    for (unsigned attempt = 1;; ++attempt) {
        WEFT_TRY(const auto object, client.get(given.kind, given.ref));
        WEFT_TRY(const auto wanted, read_rules(client, given, text_of(object, "partition")));
        const std::string name{rules_of(given.kind).name};
        auto rules = *object.find(name)->get<Value::List>();
        WEFT_CHECK(apply(given, wanted, rules));
        Value patch;
        patch.set(name, {std::move(rules)});
        wire::ModifyRequest request;
        request.kind = given.kind;
        request.ref = text_of(object, "id");
        request.options = request_options(given.change);
        if (request.options.if_generation == 0)
            request.options.if_generation = *object.find("generation")->get<std::uint64_t>();
        WEFT_TRY(request.patch, wire::object_bytes(given.kind, patch));
        auto ack = client.modify(request);
        const bool raced = !ack && ack.error().code == ErrorCode::conflict &&
                           ack.error().field == "generation" && given.change.options.if_generation == 0;
        if (!raced || attempt == most_attempts) return ack;
    }
}

}  // namespace

void add_rule(Program& program, CLI::App& noun, Kind kind) {
    const std::string word{kind == Kind::route_table ? "route" : "rule"};
    auto& rule = *noun.add_subcommand(word, "single " + word + "s, the others stay");
    rule.require_subcommand(1);
    rule.fallthrough();
    const std::string form{rules_of(kind).text->form};
    for (const bool add : {true, false}) {
        const auto given = std::make_shared<Edit>();
        given->kind = kind;
        given->add = add;
        auto& verb =
            *rule.add_subcommand(add ? "add" : "remove", add ? "a rule that is there already is no error"
                                                             : "a rule that is not there is an error");
        verb.add_option("ref", given->ref, "which one")->type_name(reference_name(kind))->required();
        verb.add_option(word, given->rules, "each one word for the shell: " + form)
            ->type_name(word == "rule" ? "RULE" : "ROUTE")
            ->required();
        add_change_options(verb, given->change, wire::Wait::store);
        program.on(verb, [&program, given]() -> Result<int> {
            WEFT_TRY(Client * client, program.client());
            WEFT_TRY(const auto ack, edit(*client, *given));
            return report(program, ack,
                          std::string(to_string(given->kind)) + ' ' + given->ref +
                              (ack.changed ? ": modified" : ": nothing changed"));
        });
    }
}

}  // namespace weft::cli
