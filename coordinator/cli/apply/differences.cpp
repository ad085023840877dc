// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/differences.h"

#include <algorithm>

#include "weft/schema/json.h"

namespace weft::cli {
namespace {

using schema::Value;
using Verb = Step::Verb;

void add(std::vector<Difference>& out, const std::string& field, const Value* before, const Value& after) {
    const auto* tags = after.get<Value::Map>();
    const auto* former = before ? before->get<Value::Map>() : nullptr;
    if (!tags) {
        out.push_back({field, before ? *before : Value{}, after});
        return;
    }
    for (const auto& [key, value, at] : *tags) {
        const auto* was = before ? before->find(key) : nullptr;
        if (!was || !(*was == value)) out.push_back({field + '.' + key, was ? *was : Value{}, value});
    }
    for (const auto& [key, value, at] : former ? *former : Value::Map{})
        if (!after.find(key)) out.push_back({field + '.' + key, value, {}});
}

// An item of a list, without what is not set in it.
std::string shown(Value item) {
    if (auto* map = std::get_if<Value::Map>(&item.data))
        std::erase_if(*map, [](const Value::Entry& entry) {
            return entry.value.is_null() || entry.value == Value{std::string{}};
        });
    return schema::to_json(item);
}

void print(std::ostream& out, const Difference& difference) {
    const auto* before = difference.before.get<Value::List>();
    const auto* after = difference.after.get<Value::List>();
    const auto lacks = [](const Value::List& list, const Value& item) {
        return std::ranges::find(list, item) == list.end();
    };
    out << "    " << difference.field << ':';
    if (before && after &&
        (std::ranges::any_of(*before, [&](const auto& item) { return lacks(*after, item); }) ||
         std::ranges::any_of(*after, [&](const auto& item) { return lacks(*before, item); }))) {
        out << '\n';
        for (const auto& item : *before)
            if (lacks(*after, item)) out << "      - " << shown(item) << '\n';
        for (const auto& item : *after)
            if (lacks(*before, item)) out << "      + " << shown(item) << '\n';
        return;
    }
    if (!difference.before.is_null()) out << ' ' << schema::to_json(difference.before) << " ->";
    out << ' ' << (difference.after.is_null() ? "none" : schema::to_json(difference.after)) << '\n';
}

}  // namespace

std::vector<Difference> differences(const Step& step) {
    std::vector<Difference> out;
    if (step.verb == Verb::keep || step.verb == Verb::detach || step.verb == Verb::remove) return out;
    for (const auto* values : {&step.fields, &step.references})
        if (const auto* map = values->get<Value::Map>())
            for (const auto& [field, value, at] : *map)
                if (!(step.verb == Verb::attach && values == &step.references))  // its line says it
                    add(out, field, step.before.find(field), value);
    return out;
}

void print_differences(std::ostream& out, const Step& step) {
    out << step.line() << '\n';
    for (const auto& difference : differences(step)) print(out, difference);
}

Value step_value(const Step& step) {
    Value out;
    out.set("verb", {std::string(to_string(step.verb))});
    out.set("kind", {std::string(weft::to_string(step.kind))});
    out.set("object", {step.key});
    out.set("fields", step.fields);
    out.set("references", step.references);
    Value::List list;
    for (auto& [field, before, after] : differences(step)) {
        Value one;
        one.set("field", {field});
        one.set("before", before);
        one.set("after", after);
        list.push_back(std::move(one));
    }
    out.set("differences", {std::move(list)});
    return out;
}

}  // namespace weft::cli
