// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/export.h"

#include <algorithm>

#include "coordinator/cli/apply/plan.h"
#include "coordinator/cli/apply/plan_attachment.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"
#include "weft/schema/description.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

using schema::Value;

class Exporter {
public:
    explicit Exporter(const Present& present) : present_(present), universe_(present) {
        // By names, which mean the same elsewhere, where ids are others.
        for (auto& [kind, objects] : present_)
            std::ranges::sort(objects, {}, [&](const Value& object) { return key_of(object); });
    }

    Result<Value> run() {
        WEFT_CHECK(check_unique());
        Value cloud{Value::Map{}};
        for (const auto& [name, kind] :
             {std::pair{"partitions", Kind::partition}, std::pair{"hosts", Kind::host},
              std::pair{"instances", Kind::instance}, std::pair{"address-pools", Kind::address_pool},
              std::pair{"records", Kind::record}, std::pair{"scaling-rules", Kind::scaling_rule}}) {
            WEFT_TRY(auto list, objects(kind, {}));
            if (!list.get<Value::List>()->empty()) cloud.set(name, std::move(list));
        }
        auto attached = attachments();
        if (!attached.get<Value::List>()->empty()) cloud.set("attachments", std::move(attached));
        Value document;
        document.set("cloud", std::move(cloud));
        return document;
    }

private:
    Present present_;
    Universe universe_;

    std::string key_of(const Value& object) const {
        const auto id = text_of(object, "id");
        const auto record = text_of(object, "record");
        if (record.empty()) return universe_.key_of(id);
        return universe_.key_of(record) + '@' + universe_.key_of(text_of(object, "instance"));
    }

    // Names are unique among the objects of one owner; a document has no other way to tell two apart.
    Result<void> check_unique() const {
        for (const Kind kind : {Kind::partition, Kind::instance, Kind::scaling_rule}) {
            const auto found = present_.find(kind);
            if (found == present_.end()) continue;
            const auto same = std::ranges::adjacent_find(
                found->second, {}, [](const Value& object) { return text_of(object, "name"); });
            if (same == found->second.end()) continue;
            return conflict("", std::string(to_string(kind)) + ' ' + text_of(*same, "name") +
                                    " is there for " + text_of(*same, "owner") + " and for " +
                                    text_of(*std::next(same), "owner") +
                                    ": a document cannot tell them apart; export as each of them");
        }
        return {};
    }

    // Objects of a kind; of a partition if its id is given.
    Result<Value> objects(Kind kind, const std::string& partition) {
        Value::List out;
        WEFT_TRY(const auto defaults, wire::object_value(kind, {}));
        const auto found = present_.find(kind);
        if (found == present_.end()) return Value{std::move(out)};
        for (const auto& object : found->second) {
            const bool inside = !partition.empty() || kind == Kind::address_pool;
            if (inside && text_of(object, "partition") != partition) continue;
            Value item{Value::Map{}};
            if (kind == Kind::record) item.set("partition", {universe_.key_of(text_of(object, "partition"))});
            for (const auto& field : schema::fields_of(kind)) {
                const auto& value = *object.find(field.name);
                if (!field.client_may_set()) continue;
                if (value == *defaults.find(field.name) && !made_otherwise(kind, object, field.name))
                    continue;
                if (field.has(schema::foreign_only) && *object.find("foreign") == Value{false}) continue;
                if (!partition.empty() && field.name == "partition") continue;
                // What a driver runs is launched by who wants it to run.
                if (field.name == "state" && !text_of(object, "driver").empty()) continue;
                item.set(std::string(field.name), without_defaults(names(field, value)));
            }
            if (kind == Kind::partition) {
                for (const auto& [name, inner] :
                     {std::pair{"groups", Kind::security_group}, std::pair{"acls", Kind::network_acl},
                      std::pair{"route-tables", Kind::route_table}, std::pair{"subnets", Kind::subnet},
                      std::pair{"pools", Kind::pool}, std::pair{"address-pools", Kind::address_pool}}) {
                    WEFT_TRY(auto list, objects(inner, text_of(object, "id")));
                    if (!list.get<Value::List>()->empty()) item.set(name, std::move(list));
                }
            }
            out.push_back(std::move(item));
        }
        return Value{std::move(out)};
    }

    // What a new partition's own group has unless a document says another.
    static bool made_otherwise(Kind kind, const Value& object, std::string_view field) {
        return kind == Kind::security_group && comes_with_partition(kind, text_of(object, "name")) &&
               (field == "description" || field == "rules");
    }

    Value names(const schema::FieldDescription& field, const Value& value) const {
        return with_names(field, value, [&](const std::string& id) { return universe_.key_of(id); });
    }

    // The maps of a list without what is not set.
    static Value without_defaults(Value value) {
        if (auto* list = std::get_if<Value::List>(&value.data))
            for (auto& item : *list)
                if (auto* map = std::get_if<Value::Map>(&item.data))
                    std::erase_if(*map, [](const Value::Entry& entry) {
                        return entry.value.is_null() || entry.value == Value{std::string{}};
                    });
        return value;
    }

    Value attachments() const {
        Value::List out;
        const auto found = present_.find(Kind::attachment);
        const auto defaults = wire::object_value(Kind::attachment, {});
        if (found == present_.end() || !defaults) return {std::move(out)};
        for (const auto& attachment : found->second) {
            if (leaving(attachment)) continue;
            Value item;
            item.set("record", {universe_.key_of(text_of(attachment, "record"))});
            item.set("instance", {universe_.key_of(text_of(attachment, "instance"))});
            const auto* record = record_of(attachment);
            if (!text_of(attachment, "at").empty())
                item.set("host", {universe_.key_of(text_of(attachment, "at"))});
            const auto* flag = attachment.find("made");
            const bool made = flag && *flag == Value{true};
            for (const auto& field : schema::fields_of(Kind::attachment)) {
                const bool names_device = field.name == "device" || field.name == "netns";
                if (names_device && made) continue;
                const bool given_to_attach = names_device || field.name == "vlan";
                if (!given_to_attach && !field.client_may_set()) continue;
                const auto& value = *attachment.find(field.name);
                // What is left out is the record's.
                const auto* inherited = record ? record->find(field.name) : nullptr;
                const bool inherits = field.name == "vlan" || field.name == "delete-on-terminate";
                const bool plain = value == *defaults->find(field.name);
                if (plain && !(inherits && inherited && !(*inherited == value))) continue;
                item.set(std::string(field.name), without_defaults(names(field, value)));
            }
            out.push_back(std::move(item));
        }
        return {std::move(out)};
    }

    const Value* record_of(const Value& attachment) const {
        const auto found = present_.find(Kind::record);
        if (found == present_.end()) return nullptr;
        const auto& records = found->second;
        const auto key = universe_.key_of(text_of(attachment, "record"));
        const auto at =
            std::ranges::lower_bound(records, key, {}, [&](const Value& record) { return key_of(record); });
        return at == records.end() ? nullptr : &*at;
    }
};

}  // namespace

Result<Value> export_document(const Present& present) { return Exporter{present}.run(); }

}  // namespace weft::cli
