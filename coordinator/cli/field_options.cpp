// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/field_options.h"

#include <algorithm>
#include <charconv>

#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"
#include "weft/schema/rule_text.h"

namespace weft::cli {
namespace {

using schema::FieldDescription;
using schema::Shape;
using schema::Value;

std::string upper(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return out;
}

std::string metavariable(const FieldDescription& field) {
    std::string text;
    if (field.has(schema::timestamp)) return "TIME";
    if (field.shape == Shape::integer) return "N";
    if (field.shape == Shape::tags) return "KEY=VALUE";
    for (const auto choice : field.choices) text += (text.empty() ? "" : "|") + std::string(choice);
    if (!text.empty()) return text;
    if (field.text && field.name == "public-addresses") return "PRIVATE=PUBLIC";
    if (field.text) return field.name == "routes" ? "ROUTE" : "RULE";
    return field.refers != Kind::none ? reference_name(field.refers) : "TEXT";
}

Result<Value> pairs(const FieldDescription& field, const std::vector<std::string>& texts) {
    Value out{Value::Map{}};
    for (const auto& text : texts) {
        const auto equals = text.find('=');
        if (text.empty() && texts.size() == 1) break;
        if (equals == std::string::npos || equals == 0)
            return invalid(std::string(field.name), "expected KEY=VALUE, got '" + text + "'");
        const auto key = text.substr(0, equals);
        if (out.find(key)) return invalid(std::string(field.name), "'" + key + "' is given twice");
        out.set(key, {text.substr(equals + 1)});
    }
    return out;
}

Result<Value> number(const FieldDescription& field, const std::string& text) {
    std::uint64_t out = 0;
    const char* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, out);
    if (code != std::errc{} || stop != end)
        return invalid(std::string(field.name), "expected an integer, got '" + text + "'");
    return Value{out};
}

Result<std::string> resolve(Client& client, Kind kind, const std::string& ref, const std::string& scope) {
    const bool scoped =
        !scope.empty() && inside_partition(kind) && ref.find('/') == std::string::npos && !parse_id(ref);
    return client.resolve(kind, scoped ? scope + '/' + ref : ref);
}

// "what it allows: RULE is DIRECTION ..."
std::string help_of(const FieldDescription& field) {
    std::string help{field.help};
    if (field.text) help += "; " + metavariable(field) + " is " + std::string(field.text->form);
    return help;
}

}  // namespace

std::function<std::string(const std::string&)> one_of_check(std::vector<std::string_view> words) {
    return [words = std::move(words)](const std::string& text) {
        if (std::ranges::find(words, text) != words.end()) return std::string{};
        return "expected " + schema::one_of(words) + ", got '" + text + "'";
    };
}

bool is_filter(const FieldDescription& field) {
    const bool parameters = field.shape == Shape::tags && field.name != "tags";  // tag:KEY is about tags
    return field.shape != Shape::integer && field.fields.empty() && field.shape != Shape::structure &&
           !parameters && !field.has(schema::secret) && field.name != "description" &&
           field.name != "notice" && field.name != "problem" && field.name != "error";
}

std::string reference_name(Kind kind) { return upper(to_string(kind)); }

std::string option_names(const FieldDescription& field, Kind kind) {
    const std::string name{field.name};
    if (field.shape != Shape::list && field.shape != Shape::tags) return "--" + name;
    std::string singular;
    if (name.ends_with("ies"))
        singular = name.substr(0, name.size() - 3) + "y";
    else if (name.ends_with("s"))
        singular = name.substr(0, name.size() - (name.ends_with("sses") || name.ends_with("xes") ? 2 : 1));
    const auto* other = schema::find_field(kind, singular);
    const bool taken = singular.empty() || (other != nullptr && other->client_may_set());
    return "--" + name + (taken ? "" : ",--" + singular);
}

Result<Value> typed_value(const FieldDescription& field, const std::vector<std::string>& texts) {
    switch (field.shape) {
        case Shape::boolean: return Value{texts.back() == "true"};
        case Shape::integer:
            if (field.has(schema::timestamp)) return texts.back().empty() ? Value{} : Value{texts.back()};
            return number(field, texts.back());
        case Shape::tags: return pairs(field, texts);
        case Shape::list: {
            Value::List list;
            for (const auto& text : texts) {
                if (text.empty()) continue;
                auto item = field.text ? field.text->read(text) : Value{text};
                if (!item) return invalid(std::string(field.name), item.error().text);
                list.push_back(std::move(*item));
            }
            return Value{std::move(list)};
        }
        default: return Value{texts.back()};
    }
}

FieldOptions::FieldOptions(CLI::App& verb, Kind kind, const Choice& wanted, const Choice& needed) {
    for (const auto& field : schema::fields_of(kind)) {
        if (!wanted(field)) continue;
        auto& given = *given_.emplace_back(std::make_unique<Given>(Given{&field, nullptr, {}}));
        const auto help = help_of(field);
        if (field.shape == Shape::boolean) {
            const std::string name{field.name};
            given.option = verb.add_flag("--" + name + ",!--no-" + name, given.texts, help);
        } else {
            given.option = verb.add_option(option_names(field, kind), given.texts, help)
                               ->type_name(metavariable(field))
                               ->allow_extra_args(false);
            if (field.shape == Shape::list || field.shape == Shape::tags)
                given.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
            else
                given.option->expected(1);
            if (field.shape == Shape::list && !field.text) given.option->delimiter(',');
        }
        if (needed(field)) given.option->required();
        if (!field.choices.empty()) given.option->check(one_of_check(field.choices));
    }
}

Result<void> resolve_references(Client& client, const FieldDescription& field, Value& value,
                                const std::string& scope) {
    return each_reference(field, value, [&](Kind kind, Value& text) -> Result<void> {
        WEFT_TRY(auto id, resolve(client, kind, *text.get<std::string>(), scope));
        text.data = std::move(id);
        return {};
    });
}

std::size_t FieldOptions::references() const {
    return static_cast<std::size_t>(std::ranges::count_if(given_, [](const auto& given) {
        return given->option->count() != 0 && has_references(*given->field);
    }));
}

Result<Value> FieldOptions::values(Client& client, const std::string& scope) const {
    Value out{Value::Map{}};
    std::string partition = scope;
    for (const auto& given : given_) {
        if (given->option->count() == 0) continue;
        const auto& field = *given->field;
        WEFT_TRY(auto value, typed_value(field, given->texts));
        WEFT_CHECK(resolve_references(client, field, value, partition));
        const auto* one = value.get<std::string>();
        if (one && field.refers == Kind::partition) partition = *one;
        if (one && field.refers == Kind::subnet && references() > 1) {
            WEFT_TRY(const auto subnet, client.get(Kind::subnet, *one));
            partition = text_of(subnet, "partition");
        }
        out.set(std::string(field.name), std::move(value));
    }
    return out;
}

Result<schema::Tags> FieldOptions::filters() const {
    schema::Tags out;
    for (const auto& given : given_) {
        if (given->option->count() == 0) continue;
        const std::string name{given->field->name};
        if (given->field->shape != Shape::tags) {
            if (given->texts.size() > 1)
                return invalid(name,
                               "a list is filtered by one value, not " + std::to_string(given->texts.size()));
            out[name] = given->texts.back();
            continue;
        }
        WEFT_TRY(const auto tags, pairs(*given->field, given->texts));
        for (const auto& entry : *tags.get<Value::Map>())
            out["tag:" + entry.key] = *entry.value.get<std::string>();
    }
    return out;
}

}  // namespace weft::cli
