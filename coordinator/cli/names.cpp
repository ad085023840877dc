// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/names.h"

#include <algorithm>
#include <set>

#include "coordinator/cli/references.h"
#include "weft/schema/description.h"

namespace weft::cli {
namespace {

constexpr std::size_t few = 32;

}  // namespace

std::string text_of(const schema::Value& object, std::string_view field) {
    const auto* value = object.find(field);
    const auto* text = value ? value->get<std::string>() : nullptr;
    return text ? *text : std::string{};
}

void Names::add(const schema::Value& object) {
    const auto id = text_of(object, "id");
    const auto name = text_of(object, "name");
    names_[id] = name.empty() ? id : name;
}

void Names::learn(Client& client, Kind kind, const std::vector<schema::Value>& objects) {
    std::map<Kind, std::set<std::string>> wanted;
    for (const auto& object : objects) {
        add(object);
        for (const auto& field : schema::fields_of(kind)) {
            const auto* value = has_references(field) ? object.find(field.name) : nullptr;
            if (!value) continue;
            schema::Value copy = *value;
            (void)each_reference(field, copy, [&](Kind referred, schema::Value& text) -> Result<void> {
                wanted[referred].insert(*text.get<std::string>());
                return {};
            });
        }
    }
    for (auto& [referred, ids] : wanted) {
        std::erase_if(ids, [&](const auto& id) { return names_.contains(id); });
        if (referred == Kind::attachment || referred == Kind::operation) continue;  // they have no names
        if (ids.size() > few) {
            if (const auto all = client.list(referred))
                for (const auto& object : *all) add(object);
            continue;
        }
        for (const auto& id : ids)
            if (const auto object = client.get(referred, id)) add(*object);
    }
}

std::string Names::name(const std::string& id) const {
    const auto found = names_.find(id);
    return found == names_.end() ? id : found->second;
}

void Names::sort(Kind kind, std::vector<schema::Value>& objects) const {
    std::ranges::stable_sort(objects, {}, [&](const auto& object) {
        return kind == Kind::operation ? text_of(object, "create-time") : label(kind, object);
    });
}

std::string Names::label(Kind kind, const schema::Value& object) const {
    if (kind == Kind::attachment)
        return name(text_of(object, "record")) + '@' + name(text_of(object, "instance"));
    const auto own = text_of(object, "name").empty() ? text_of(object, "id") : text_of(object, "name");
    const auto partition = text_of(object, "partition");
    if (inside_partition(kind) && !partition.empty()) return name(partition) + '/' + own;
    return own;
}

}  // namespace weft::cli
