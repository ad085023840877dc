// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/prune.h"

#include <algorithm>

#include "coordinator/cli/apply/plan_attachment.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"

namespace weft::cli {
namespace {

using schema::Value;
using Verb = Step::Verb;

// What is deleted after what.
constexpr std::array order{Kind::scaling_rule,   Kind::record,    Kind::instance,    Kind::pool,
                           Kind::address_pool,   Kind::subnet,    Kind::route_table, Kind::network_acl,
                           Kind::security_group, Kind::partition, Kind::host};

class Pruner {
public:
    Pruner(const Owner& owner, const Present& present, const Universe& universe,
           const std::set<std::pair<Kind, std::string>>& wanted)
        : owner_(owner), present_(present), universe_(universe) {
        for (const Kind kind : order)
            for (const auto& object : objects(kind))
                if (carries(owner, object) && !wanted.contains({kind, key_of(object)}))
                    gone_.insert(text_of(object, "id"));
        // These stay as long as their partition does.
        for (const Kind kind : {Kind::security_group, Kind::route_table})
            for (const auto& object : objects(kind))
                if (comes_with_partition(kind, text_of(object, "name"))) {
                    gone_.erase(text_of(object, "id"));
                    if (gone_.contains(text_of(object, "partition"))) emptied_.insert(text_of(object, "id"));
                }
    }

    Pruning run(const std::vector<Step>& steps, const std::vector<Step>& attaching) {
        Pruning out;
        std::set<std::string> early;
        for (const auto& record : objects(Kind::record))
            if (gone_.contains(text_of(record, "id")) && stands_in_the_way(record, steps)) {
                early.insert(text_of(record, "id"));
                for (const auto& attachment : objects(Kind::attachment))
                    if (text_of(attachment, "record") == text_of(record, "id") && !leaving(attachment))
                        out.before_records.push_back(detach(attachment));
                out.before_records.push_back(step(Verb::remove, Kind::record, record));
            }
        for (const auto& attachment : objects(Kind::attachment))
            if (!leaving(attachment) && !early.contains(text_of(attachment, "record")) &&
                goes(attachment, attaching))
                out.before_attaching.push_back(detach(attachment));
        for (const Kind kind : order)
            for (const auto& object : objects(kind))
                if (refers_to_gone(kind, object)) out.last.push_back(emptied(kind, object));
        for (const Kind kind : order)
            for (const auto& object : objects(kind))
                if (gone_.contains(text_of(object, "id")) && !early.contains(text_of(object, "id")))
                    out.last.push_back(step(Verb::remove, kind, object));
        return out;
    }

private:
    const Owner& owner_;
    const Present& present_;
    const Universe& universe_;
    std::set<std::string> gone_;     // ids of what is deleted
    std::set<std::string> emptied_;  // of what goes with them

    const std::vector<Value>& objects(Kind kind) const {
        static const std::vector<Value> none;
        const auto found = present_.find(kind);
        return found == present_.end() ? none : found->second;
    }
    std::string key_of(const Value& object) const { return universe_.key_of(text_of(object, "id")); }

    Step step(Verb verb, Kind kind, const Value& object) const {
        Step out{verb, kind, key_of(object), text_of(object, "id"), {Value::Map{}}, {Value::Map{}}, {}};
        out.pruning = true;
        return out;
    }

    Step detach(const Value& attachment) const {
        Step out{Verb::detach,
                 Kind::record,
                 universe_.key_of(text_of(attachment, "record")),
                 {},
                 {Value::Map{}},
                 {Value::Map{}},
                 {}};
        out.references.set("instance", {universe_.key_of(text_of(attachment, "instance"))});
        out.pruning = true;
        return out;
    }

    // Its record goes, or it is the owner's and no step, not even one that keeps it, is about it.
    bool goes(const Value& attachment, const std::vector<Step>& attaching) const {
        if (gone_.contains(text_of(attachment, "record"))) return true;
        if (!carries(owner_, attachment)) return false;
        const auto record = universe_.key_of(text_of(attachment, "record"));
        const auto instance = universe_.key_of(text_of(attachment, "instance"));
        return std::ranges::none_of(attaching, [&](const Step& step) {
            return (step.key == record && text_of(step.references, "instance") == instance) ||
                   step.key == record + '@' + instance;
        });
    }

    // Whether a record that is made or changed gets an address or the MAC of this one.
    static bool stands_in_the_way(const Value& record, const std::vector<Step>& steps) {
        const auto* addresses = record.find("addresses")->get<Value::List>();
        return std::ranges::any_of(steps, [&](const Step& step) {
            if (step.kind != Kind::record) return false;
            const auto* mac = step.fields.find("mac");
            if (mac && *mac == *record.find("mac")) return true;
            const auto* wanted = step.fields.find("addresses");
            const auto* list = wanted ? wanted->get<Value::List>() : nullptr;
            return list && std::ranges::any_of(*list, [&](const Value& address) {
                       return std::ranges::find(*addresses, address) != addresses->end();
                   });
        });
    }

    // Whether others that go could not be deleted before it.
    bool refers_to_gone(Kind kind, const Value& object) const {
        const auto* field = cross_references(kind);
        const auto id = text_of(object, "id");
        if (!field || !(gone_.contains(id) || emptied_.contains(id))) return false;
        bool refers = false;
        Value copy = *object.find(field->name);
        (void)each_reference(*field, copy, [&](Kind, Value& text) -> Result<void> {
            const auto& other = *text.get<std::string>();
            refers = refers || (other != id && gone_.contains(other));
            return {};
        });
        return refers;
    }

    Step emptied(Kind kind, const Value& object) const {
        const auto& field = *cross_references(kind);
        Step out = step(Verb::modify, kind, object);
        out.fields.set(std::string(field.name), {Value::List{}});
        out.before.set(std::string(field.name),
                       with_names(field, *object.find(field.name),
                                  [&](const std::string& other) { return universe_.key_of(other); }));
        return out;
    }
};

}  // namespace

Pruning prune(const Owner& owner, const Present& present, const Universe& universe,
              const std::set<std::pair<Kind, std::string>>& wanted, const std::vector<Step>& steps,
              const std::vector<Step>& attaching) {
    return Pruner{owner, present, universe, wanted}.run(steps, attaching);
}

}  // namespace weft::cli
