// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/field_options.h"

#include <algorithm>
#include <charconv>

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
    if (field.shape == Shape::integer) return "N";
    if (field.shape == Shape::tags) return "KEY=VALUE";
    for (const auto choice : field.choices) text += (text.empty() ? "" : "|") + std::string(choice);
    if (!text.empty()) return text;
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
        !scope.empty() && kind == Kind::subnet && ref.find('/') == std::string::npos && !parse_id(ref);
    return client.resolve(kind, scoped ? scope + '/' + ref : ref);
}

}  // namespace

std::function<std::string(const std::string&)> one_of_check(std::vector<std::string_view> words) {
    return [words = std::move(words)](const std::string& text) {
        if (std::ranges::find(words, text) != words.end()) return std::string{};
        return "expected " + schema::one_of(words) + ", got '" + text + "'";
    };
}

bool is_filter(const FieldDescription& field) {
    return field.shape != Shape::integer && field.shape != Shape::structure && field.name != "description" &&
           field.name != "notice" && field.name != "problem" && field.name != "error";
}

std::string reference_name(Kind kind) { return upper(to_string(kind)); }

std::string option_names(const FieldDescription& field) {
    std::string names = "--" + std::string(field.name);
    if (field.shape != Shape::list && field.shape != Shape::tags) return names;
    const std::size_t plural = field.name.ends_with("sses") ? 2 : field.name.ends_with("s") ? 1 : 0;
    if (plural > 0) names += ",--" + std::string(field.name.substr(0, field.name.size() - plural));
    return names;
}

Result<Value> typed_value(const FieldDescription& field, const std::vector<std::string>& texts) {
    switch (field.shape) {
        case Shape::boolean: return Value{texts.back() == "true"};
        case Shape::integer: return number(field, texts.back());
        case Shape::tags: return pairs(field, texts);
        case Shape::list: {
            Value::List list;
            for (const auto& text : texts)
                if (!text.empty()) list.push_back({text});
            return Value{std::move(list)};
        }
        default: return Value{texts.back()};
    }
}

FieldOptions::FieldOptions(CLI::App& verb, Kind kind, const Choice& wanted, const Choice& needed) {
    for (const auto& field : schema::fields_of(kind)) {
        if (!wanted(field)) continue;
        auto& given = *given_.emplace_back(std::make_unique<Given>(Given{&field, nullptr, {}}));
        const std::string help{field.help};
        if (field.shape == Shape::boolean) {
            const std::string name{field.name};
            given.option = verb.add_flag("--" + name + ",!--no-" + name, given.texts, help);
        } else {
            given.option = verb.add_option(option_names(field), given.texts, help)
                               ->type_name(metavariable(field))
                               ->allow_extra_args(false);
            if (field.shape == Shape::list || field.shape == Shape::tags)
                given.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
            else
                given.option->expected(1);
            if (field.shape == Shape::list) given.option->delimiter(',');
        }
        if (needed(field)) given.option->required();
        if (!field.choices.empty()) given.option->check(one_of_check(field.choices));
    }
}

Result<Value> FieldOptions::values(Client& client, const std::string& scope) const {
    Value out{Value::Map{}};
    for (const auto& given : given_) {
        if (given->option->count() == 0) continue;
        const auto& field = *given->field;
        auto texts = given->texts;
        if (field.refers != Kind::none)
            for (auto& text : texts)
                if (!text.empty()) {
                    WEFT_TRY(text, resolve(client, field.refers, text, scope));
                }
        WEFT_TRY(auto value, typed_value(field, texts));
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
