// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/prune.h"

#include <algorithm>

#include "coordinator/cli/apply/plan_attachment.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"
#include "weft/net/prefix.h"

namespace weft::cli {
namespace {

using schema::Value;
using Verb = Step::Verb;

// What is deleted after what.
constexpr std::array order{Kind::scaling_rule,   Kind::record,    Kind::instance,    Kind::pool,
                           Kind::address_pool,   Kind::subnet,    Kind::route_table, Kind::network_acl,
                           Kind::security_group, Kind::partition, Kind::host};

// What nobody else may have beside it: subnets of a partition, pools of public addresses, hosts; prefixes of
// records.
std::vector<Prefix> ranges(const Value& fields) {
    std::vector<Prefix> out;
    const auto add = [&](const Value& value) {
        const auto* text = value.get<std::string>();
        if (!text || text->empty()) return;
        auto range = Prefix::parse(*text);
        if (!range) range = Prefix::parse(*text + (text->find(':') == std::string::npos ? "/32" : "/128"));
        if (range) out.push_back(*range);
    };
    for (const std::string_view name : {"cidr", "cidr6", "ranges", "underlay", "prefixes"})
        if (const auto* value = fields.find(name)) {
            add(*value);
            if (const auto* list = value->get<Value::List>()) std::ranges::for_each(*list, add);
        }
    return out;
}

bool overlap(const std::vector<Prefix>& a, const std::vector<Prefix>& b) {
    return std::ranges::any_of(a, [&](const Prefix& one) {
        return std::ranges::any_of(b, [&](const Prefix& other) { return one.overlaps(other); });
    });
}

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

    Result<Pruning> run(const std::vector<Step>& steps, const std::vector<Step>& attaching) {
        Pruning out;
        std::set<std::string> early;
        const auto remove_early = [&](Kind kind, const Value& object, std::vector<Step>& into) {
            if (!early.insert(text_of(object, "id")).second) return;
            for (const auto& attachment : objects(Kind::attachment))
                if (text_of(attachment, "record") == text_of(object, "id") && !leaving(attachment))
                    into.push_back(detach(attachment));
            into.push_back(step(Verb::remove, kind, object));
        };
        for (const Kind kind : {Kind::subnet, Kind::address_pool, Kind::host})
            for (const auto& object : objects(kind)) {
                const auto* comes =
                    gone_.contains(text_of(object, "id")) ? in_place_of(kind, object, steps) : nullptr;
                if (!comes) continue;
                WEFT_CHECK(check_unused(kind, object, *comes));
                for (const auto& record : objects(Kind::record))
                    if (kind == Kind::subnet && text_of(record, "subnet") == text_of(object, "id"))
                        remove_early(Kind::record, record, out.first);
                remove_early(kind, object, out.first);
            }
        for (const auto& record : objects(Kind::record))
            if (gone_.contains(text_of(record, "id")) && stands_in_the_way(record, steps))
                remove_early(Kind::record, record, out.before_records);
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

    // The step that makes an object which needs what this one has; null: there is none.
    const Step* in_place_of(Kind kind, const Value& object, const std::vector<Step>& steps) const {
        if (kind == Kind::address_pool && !text_of(object, "partition").empty()) return nullptr;
        const auto key = key_of(object);
        const auto partition = key.substr(0, key.rfind('/') + 1);
        const auto has = ranges(object);
        const auto at = std::ranges::find_if(steps, [&](const Step& step) {
            return step.kind == kind && step.verb != Verb::keep &&
                   step.key.substr(0, step.key.rfind('/') + 1) == partition &&
                   overlap(has, ranges(step.fields));
        });
        return at == steps.end() ? nullptr : &*at;
    }

    // What stays cannot be moved from the one to the other, of which there is only one at a time.
    Result<void> check_unused(Kind kind, const Value& object, const Step& comes) const {
        const auto id = text_of(object, "id");
        const auto refuse = [&](Kind user, const Value& by) {
            auto error = schema::wrong(
                comes.position, comes.key,
                "needs the room of " + std::string(weft::to_string(kind)) + ' ' + key_of(object) +
                    ", which cannot go before: " + std::string(weft::to_string(user)) + ' ' + key_of(by) +
                    " uses it; let that go, or elsewhere, in a run of its own");
            error.code = ErrorCode::conflict;
            return error;
        };
        for (const auto& record : objects(Kind::record))
            if (kind == Kind::subnet && text_of(record, "subnet") == id &&
                !gone_.contains(text_of(record, "id")))
                return refuse(Kind::record, record);
        for (const auto& instance : objects(Kind::instance)) {
            const auto* hosts = instance.find("hosts");
            const auto* list = hosts ? hosts->get<Value::List>() : nullptr;
            if (kind == Kind::host && (text_of(instance, "host") == id ||
                                       (list && std::ranges::find(*list, Value{id}) != list->end())))
                return refuse(Kind::instance, instance);
        }
        return {};
    }

    // Whether a record that is made or changed gets something that this one holds.
    static bool stands_in_the_way(const Value& record, const std::vector<Step>& steps) {
        const auto has = held(record);
        return std::ranges::any_of(steps, [&](const Step& step) {
            return step.kind == Kind::record && (overlap(ranges(record), ranges(step.fields)) ||
                                                 std::ranges::any_of(held(step.fields), [&](const auto& one) {
                                                     return has.contains(one);
                                                 }));
        });
    }

    // MAC and addresses, public ones too.
    static std::set<std::string> held(const Value& fields) {
        std::set<std::string> out{text_of(fields, "mac")};
        for (const std::string_view name : {"addresses", "public-addresses"}) {
            const auto* value = fields.find(name);
            const auto* list = value ? value->get<Value::List>() : nullptr;
            if (!list) continue;
            for (const auto& item : *list)
                out.insert(item.get<Value::Map>() ? text_of(item, "public") : *item.get<std::string>());
        }
        out.erase(std::string{});
        return out;
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

Result<Pruning> prune(const Owner& owner, const Present& present, const Universe& universe,
                      const std::set<std::pair<Kind, std::string>>& wanted, const std::vector<Step>& steps,
                      const std::vector<Step>& attaching) {
    return Pruner{owner, present, universe, wanted}.run(steps, attaching);
}

}  // namespace weft::cli
