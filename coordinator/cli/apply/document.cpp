// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/document.h"

#include <algorithm>
#include <array>
#include <map>

#include "coordinator/cli/references.h"

#include "weft/schema/description.h"
#include "weft/schema/vlan.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

using schema::Value;
using schema::wrong;

struct Section {
    std::string_view name;
    Kind kind;
};
constexpr std::array sections{
    Section{"partitions", Kind::partition},
    Section{"groups", Kind::security_group},
    Section{"acls", Kind::network_acl},
    Section{"route-tables", Kind::route_table},
    Section{"subnets", Kind::subnet},
    Section{"hosts", Kind::host},
    Section{"instances", Kind::instance},
    Section{"pools", Kind::pool},
    Section{"address-pools", Kind::address_pool},
    Section{"records", Kind::record},
    Section{"scaling-rules", Kind::scaling_rule},
    Section{"attachments", Kind::attachment},
};

// The section that may stand inside a partition: what its records are in follows from their subnets.
const Section* section_inside(std::string_view name) {
    for (const auto& section : sections)
        if (section.name == name && section.kind != Kind::record && inside_partition(section.kind))
            return &section;
    return nullptr;
}

Result<void> check_reference(const Value& value, const std::string& path, bool list) {
    std::string text;
    if (!list) {
        WEFT_CHECK(schema::from_value(value, path, text));
        return text.empty() ? wrong(value.position, path, "expected a name") : Result<void>{};
    }
    std::vector<std::string> texts;
    return schema::from_value(value, path, texts);
}

// A list of maps with references in them: the maps in their canonical form, the references as given.
Result<Value> nested_references(const Value::Entry& entry, Kind kind, const schema::FieldDescription& field,
                                const std::string& path) {
    Value plain = entry.value;
    std::vector<std::pair<std::size_t, Value::Entry>> taken;
    if (auto* list = std::get_if<Value::List>(&plain.data))
        for (std::size_t i = 0; i < list->size(); ++i) {
            auto* map = std::get_if<Value::Map>(&(*list)[i].data);
            if (!map) continue;
            for (const auto& inner : *map)
                for (const auto& described : field.fields)
                    if (described.name == inner.key && described.refers != Kind::none &&
                        inner.value.get<std::string>())
                        taken.emplace_back(i, inner);
            std::erase_if(*map, [&](const Value::Entry& inner) {
                return std::ranges::any_of(
                    taken, [&](const auto& one) { return one.first == i && one.second.key == inner.key; });
            });
        }
    Value map{Value::Map{}};
    map.set(entry.key, std::move(plain));
    WEFT_TRY(const auto whole, wire::canonical(kind, map, path));
    Value out = *whole.find(entry.key);
    out.position = entry.value.position;
    for (auto& [i, inner] : taken) std::get<Value::List>(out.data)[i].set(inner.key, inner.value);
    return out;
}

// How the record is attached: where, and the attachment's own fields.
Result<void> read_attachment(const Value::Entry& entry, const std::string& above, Wanted& wanted) {
    const std::string& key = entry.key;
    const std::string path = above + '.' + key;
    if (key == "record" || key == "instance") {
        WEFT_CHECK(check_reference(entry.value, path, false));
        wanted.references.set(key, entry.value);
    } else if (key == "device" || key == "netns" || key == "host") {
        std::string text;
        WEFT_CHECK(schema::from_value(entry.value, path, text));
        wanted.fields.set(key, {text});
    } else if (key == "vlan") {
        WEFT_TRY(const auto tag, schema::integer_of(entry.value, path, schema::most_vlan));
        wanted.fields.set(key, {tag});
    } else if (const auto* field = schema::find_field(Kind::attachment, key);
               field && field->client_may_set()) {
        Value one{Value::Map{}};
        one.set(key, entry.value);
        WEFT_TRY(const auto whole, wire::canonical(Kind::attachment, one, above));
        wanted.fields.set(key, *whole.find(key));
    } else {
        std::vector<std::string_view> names{"record", "instance", "device", "netns", "host", "vlan"};
        for (const auto& known : schema::fields_of(Kind::attachment))
            if (known.client_may_set()) names.push_back(known.name);
        return wrong(entry.position, path, "unknown key: expected " + schema::one_of(names));
    }
    return {};
}

// The rules of an ACL in the order in which the coordinator keeps them, however they stand in the document.
void order_rules(Value& acl) {
    auto& map = std::get<Value::Map>(acl.data);
    const auto rules = std::ranges::find(map, "rules", &Value::Entry::key);
    if (rules == map.end()) return;
    std::ranges::stable_sort(std::get<Value::List>(rules->value.data), {}, [](const Value& rule) {
        const auto* direction = rule.find("direction");
        const auto* number = rule.find("number");
        return std::pair{direction && *direction == Value{std::string("egress")},
                         number ? *number->get<std::uint64_t>() : 0};
    });
}

using ByKind = std::map<Kind, Document>;

// A record's partition follows from its subnet, and public addresses have none.
bool needs_partition(Kind kind) {
    return kind != Kind::record && kind != Kind::address_pool && inside_partition(kind);
}

Result<void> read_list(const Value& list, Kind kind, const std::string& path, const std::string& partition,
                       ByKind& out);

Result<void> read_object(const Value& item, Kind kind, const std::string& path, const std::string& partition,
                         ByKind& out) {
    const auto* map = item.get<Value::Map>();
    if (!map) return wrong(item.position, path, "expected a map, got " + describe(item));
    Wanted wanted{kind, {}, partition, {Value::Map{}}, {Value::Map{}}, item.position};
    Value plain{Value::Map{}, item.position};
    std::vector<std::pair<Kind, const Value::Entry*>> inside;
    for (const auto& entry : *map) {
        const std::string where = path + '.' + entry.key;
        const auto* field = schema::find_field(kind, entry.key);
        if (kind == Kind::attachment) {
            WEFT_CHECK(read_attachment(entry, path, wanted));
        } else if (const auto* section = section_inside(entry.key); kind == Kind::partition && section) {
            inside.emplace_back(section->kind, &entry);
        } else if (entry.key == "partition" && inside_partition(kind)) {
            if (!partition.empty())
                return wrong(entry.position, where,
                             "the " + std::string(to_string(kind)) + " stands inside its partition");
            WEFT_CHECK(check_reference(entry.value, where, false));
            wanted.partition = *entry.value.get<std::string>();
        } else if (field && field->client_may_set() && field->refers != Kind::none) {
            WEFT_CHECK(check_reference(entry.value, where, field->shape == schema::Shape::list));
            wanted.references.set(entry.key, entry.value);
        } else if (field && field->client_may_set() && has_references(*field)) {
            WEFT_TRY(auto value, nested_references(entry, kind, *field, path));
            wanted.references.set(entry.key, std::move(value));
        } else {
            std::get<Value::Map>(plain.data).push_back(entry);
        }
    }
    if (kind == Kind::attachment) {
        for (const char* key : {"record", "instance"})
            if (!wanted.references.find(key))
                return wrong(item.position, path, "'" + std::string(key) + "' is missing");
    } else {
        WEFT_TRY(wanted.fields, wire::canonical(kind, plain, path));
        if (kind == Kind::network_acl) order_rules(wanted.fields);
        const auto* name = wanted.fields.find("name");
        if (!name) return wrong(item.position, path, "'name' is missing");
        wanted.name = *name->get<std::string>();
        if (needs_partition(kind) && wanted.partition.empty())
            return wrong(item.position, path, "'partition' is missing");
    }
    const std::string name = wanted.name;
    out[kind].push_back(std::move(wanted));
    for (const auto& [other, entry] : inside)
        WEFT_CHECK(read_list(entry->value, other, path + '.' + entry->key, name, out));
    return {};
}

Result<void> read_list(const Value& list, Kind kind, const std::string& path, const std::string& partition,
                       ByKind& out) {
    if (list.is_null()) return {};
    const auto* items = list.get<Value::List>();
    if (!items) return wrong(list.position, path, "expected a list, got " + describe(list));
    for (std::size_t i = 0; i < items->size(); ++i)
        WEFT_CHECK(read_object((*items)[i], kind, path + '[' + std::to_string(i) + ']', partition, out));
    return {};
}

}  // namespace

Result<Document> read_document(const Value& root) {
    const auto* top = root.get<Value::Map>();
    if (!top) return wrong(root.position, "", "expected a map with the key 'cloud', got " + describe(root));
    const Value* cloud = nullptr;
    for (const auto& entry : *top) {
        if (entry.key == "cloud")
            cloud = &entry.value;
        else if (entry.key != "lab")
            return wrong(entry.position, "", "unknown key '" + entry.key + "': expected cloud or lab");
    }
    if (!cloud) return wrong(root.position, "", "'cloud' is missing");
    const auto* lists = cloud->get<Value::Map>();
    if (!lists) return wrong(cloud->position, "cloud", "expected a map, got " + describe(*cloud));

    ByKind by_kind;
    for (const auto& entry : *lists) {
        std::vector<std::string_view> names;
        const Section* found = nullptr;
        for (const auto& section : sections) {
            names.push_back(section.name);
            if (section.name == entry.key) found = &section;
        }
        if (!found)
            return wrong(entry.position, "cloud",
                         "unknown key '" + entry.key + "': expected " + schema::one_of(names));
        WEFT_CHECK(read_list(entry.value, found->kind, entry.key, {}, by_kind));
    }
    Document out;
    for (const auto& section : sections)
        for (auto& wanted : by_kind[section.kind]) out.push_back(std::move(wanted));
    return out;
}

}  // namespace weft::cli
