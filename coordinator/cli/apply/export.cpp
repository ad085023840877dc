// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/export.h"

#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"
#include "weft/schema/description.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

using schema::Value;

class Exporter {
public:
    explicit Exporter(const Present& present) : present_(present), universe_(present) {}

    Result<Value> run() {
        Value cloud{Value::Map{}};
        for (const auto& [name, kind] :
             {std::pair{"partitions", Kind::partition}, std::pair{"hosts", Kind::host},
              std::pair{"instances", Kind::instance}, std::pair{"address-pools", Kind::address_pool},
              std::pair{"records", Kind::record}}) {
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
    const Present& present_;
    Universe universe_;

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
                if (!field.client_may_set() || value == *defaults.find(field.name)) continue;
                if (field.has(schema::foreign_only) && *object.find("foreign") == Value{false}) continue;
                if (!partition.empty() && field.name == "partition") continue;
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
        if (found == present_.end()) return {std::move(out)};
        for (const auto& attachment : found->second) {
            const auto phase = text_of(attachment, "phase");
            if (phase == "cutting" || phase == "withdrawing") continue;
            Value item;
            item.set("record", {universe_.key_of(text_of(attachment, "record"))});
            item.set("instance", {universe_.key_of(text_of(attachment, "instance"))});
            const auto* flag = attachment.find("made");
            const bool made = flag && *flag == Value{true};
            for (const char* field : {"device", "netns"})
                if (!made && !text_of(attachment, field).empty())
                    item.set(field, {text_of(attachment, field)});
            if (!text_of(attachment, "at").empty())
                item.set("host", {universe_.key_of(text_of(attachment, "at"))});
            if (const auto* tag = attachment.find("vlan"); tag && !(*tag == Value{std::uint64_t{0}}))
                item.set("vlan", *tag);
            if (*attachment.find("delete-on-terminate") == Value{true})
                item.set("delete-on-terminate", {true});
            out.push_back(std::move(item));
        }
        return {std::move(out)};
    }
};

}  // namespace

Result<Value> export_document(const Present& present) { return Exporter{present}.run(); }

}  // namespace weft::cli
