// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/plan.h"

#include <algorithm>

#include "coordinator/cli/apply/plan_attachment.h"
#include "coordinator/cli/apply/prune.h"
#include "coordinator/cli/apply/takeover.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"
#include "weft/schema/description.h"

namespace weft::cli {
namespace {

using schema::Value;
using Verb = Step::Verb;

class Planner {
public:
    Planner(const Document& document, const Present& present, const Ownership& ownership)
        : document_(document), present_(present), ownership_(ownership), universe_(present) {}

    Result<std::vector<Step>> run() {
        Document wanted = document_;
        for (auto& one : wanted) {
            if (one.kind == Kind::attachment) continue;
            WEFT_CHECK(settle_partition(one));
            WEFT_TRY(const auto key, universe_.add(one));
            keys_.push_back(key);
            if (!ownership_.owner) continue;
            WEFT_TRY(const Value* there, universe_.find(one.kind, key, one.position));
            WEFT_CHECK(label(*ownership_.owner, one, key, there));
        }
        instance_of_ = instances_wanted(wanted, universe_);
        std::vector<Wanted> attachments;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i].kind == Kind::attachment)
                attachments.push_back(wanted[i]);
            else
                WEFT_CHECK(plan_object(wanted[i], keys_[i], wanted));
        }
        hosts_first();
        std::ranges::move(later_, std::back_inserter(steps_));
        std::vector<Step> attaching;
        WEFT_CHECK(plan_attachments(attachments, wanted, present_, universe_, ownership_.owner, attaching));
        if (ownership_.prune) return pruned(std::move(attaching));
        std::ranges::move(attaching, std::back_inserter(steps_));
        return std::move(steps_);
    }

private:
    const Document& document_;
    const Present& present_;
    const Ownership& ownership_;
    Universe universe_;
    std::vector<std::string> keys_;  // of the document's objects, attachments left out (they come last)
    std::vector<Step> steps_;
    std::vector<Step> later_;                         // follow when all objects are there, before attachments
    std::map<std::string, std::string> instance_of_;  // of records, as the document wants it

    // The list of a record that was taken over, as it is to be now.
    void settle_standbys(const Value& present, const std::string& key, const Document& wanted,
                         Value& references) const {
        const auto instance = instance_of_.find(key);
        if (instance == instance_of_.end() || !references.find("standbys")) return;
        const auto takeover = taken_over(wanted, present_, universe_, present, key, instance->second);
        if (!takeover) return;
        Value::List list;
        for (const auto& standby : takeover->standbys) list.push_back({standby});
        references.set("standbys", {std::move(list)});
    }

    // Partitions are dedicated to hosts that are there.
    void hosts_first() {
        const bool dedicated = std::ranges::any_of(steps_, [](const Step& step) {
            return step.kind == Kind::partition && step.references.find("dedicated-hosts");
        });
        if (dedicated)
            std::stable_partition(steps_.begin(), steps_.end(),
                                  [](const Step& step) { return step.kind == Kind::host; });
    }

    // All steps, with those that delete what the document has no more where they find and leave room.
    Result<std::vector<Step>> pruned(std::vector<Step> attaching) {
        std::set<std::pair<Kind, std::string>> wanted;
        for (std::size_t i = 0; i < keys_.size(); ++i) wanted.emplace(document_[i].kind, keys_[i]);
        WEFT_TRY(auto pruning, prune(*ownership_.owner, present_, universe_, wanted, steps_, attaching));
        const auto first_record = std::ranges::find_if(
            steps_, [](const Step& step) { return step.kind == Kind::record && step.verb != Verb::keep; });
        steps_.insert(first_record, std::make_move_iterator(pruning.before_records.begin()),
                      std::make_move_iterator(pruning.before_records.end()));
        steps_.insert(steps_.begin(), std::make_move_iterator(pruning.first.begin()),
                      std::make_move_iterator(pruning.first.end()));
        for (auto* more : {&pruning.before_attaching, &attaching, &pruning.last})
            std::ranges::move(*more, std::back_inserter(steps_));
        return std::move(steps_);
    }

    // Makes `partition` a key: from the reference, or from that of a record's subnet.
    Result<void> settle_partition(Wanted& one) {
        if (!inside_partition(one.kind)) return {};
        if (!one.partition.empty()) {
            WEFT_TRY(one.partition, universe_.resolve(Kind::partition, one.partition, {}, one.position));
            return {};
        }
        const auto* subnet = one.references.find("subnet");
        if (!subnet && one.kind == Kind::address_pool) return {};  // public addresses
        if (!subnet) return wrong(one.position, one.name, "'partition' or 'subnet' is missing");
        WEFT_TRY(const auto key,
                 universe_.resolve(Kind::subnet, *subnet->get<std::string>(), {}, subnet->position));
        one.partition = key.substr(0, key.rfind('/'));
        return {};
    }

    Result<std::string> resolve_one(const Value& ref, Kind kind, const Wanted& one) {
        return universe_.resolve(kind, *ref.get<std::string>(), inside_partition(kind) ? one.partition : "",
                                 ref.position);
    }

    // The references of `one` as keys.
    Result<Value> resolve_all(const Wanted& one) {
        Value out{Value::Map{}};
        for (const auto& entry : *one.references.get<Value::Map>()) {
            Value value = entry.value;
            const auto& field = *schema::find_field(one.kind, entry.key);
            WEFT_CHECK(each_reference(field, value, [&](Kind kind, Value& text) -> Result<void> {
                WEFT_TRY(auto key, resolve_one(text, kind, one));
                text.data = std::move(key);
                return {};
            }));
            out.set(entry.key, std::move(value));
        }
        if (one.kind != Kind::record && !one.partition.empty()) out.set("partition", {one.partition});
        return out;
    }

    // A present field's ids as keys.
    Value keys_of(const schema::FieldDescription& field, const Value& value) const {
        return with_names(field, value, [&](const std::string& id) { return universe_.key_of(id); });
    }

    Result<void> plan_object(const Wanted& one, const std::string& key, const Document& wanted) {
        WEFT_TRY(auto references, resolve_all(one));
        WEFT_TRY(const Value* present, universe_.find(one.kind, key, one.position));
        if (!present) return create(one, key, std::move(references), wanted);
        settle_standbys(*present, key, wanted, references);
        Step step = step_for(one, Verb::keep, key, text_of(*present, "id"));
        for (const auto& entry : *one.fields.get<Value::Map>())
            if (!(entry.value == *present->find(entry.key))) {
                WEFT_CHECK(may_change(one, entry.key));
                WEFT_CHECK(may_declare(one, entry.key, *present));
                step.fields.set(entry.key, entry.value);
                step.before.set(entry.key, *present->find(entry.key));
            }
        for (const auto& entry : *references.get<Value::Map>()) {
            auto before = keys_of(*schema::find_field(one.kind, entry.key), *present->find(entry.key));
            if (entry.value == before) continue;
            WEFT_CHECK(may_change(one, entry.key));
            step.references.set(entry.key, entry.value);
            step.before.set(entry.key, std::move(before));
        }
        split_move(step);
        if (step.verb == Verb::move) {
            steps_.push_back(step_for(one, Verb::move, key, step.ref));
            steps_.back().before.set("host", *step.before.find("host"));
            steps_.back().references.set("host", *step.references.find("host"));
            std::erase_if(std::get<Value::Map>(step.references.data),
                          [](const auto& entry) { return entry.key == "host"; });
            step.verb = Verb::keep;
        }
        const bool same =
            step.fields.get<Value::Map>()->empty() && step.references.get<Value::Map>()->empty();
        if (!same) step.verb = Verb::modify;
        if (const auto* field = cross_references(one.kind); field && step.references.find(field->name)) {
            later_.push_back(std::move(step));
            return {};
        }
        if (!same || steps_.empty() || steps_.back().verb != Verb::move || steps_.back().key != key)
            steps_.push_back(std::move(step));
        return {};
    }

    // An instance with attachments goes to another host by a move, which re-attaches its records there.
    void split_move(Step& step) const {
        if (step.kind != Kind::instance || !step.references.find("host")) return;
        const auto found = present_.find(Kind::attachment);
        if (found == present_.end()) return;
        if (std::ranges::any_of(found->second,
                                [&](const auto& att) { return text_of(att, "instance") == step.ref; }))
            step.verb = Verb::move;
    }

    static Result<void> may_change(const Wanted& one, const std::string& field) {
        if (!schema::find_field(one.kind, field)->has(schema::create_only)) return {};
        return wrong(one.position, one.name, "'" + field + "' cannot be changed after creation");
    }

    // `host`: as it is, or as the document makes it.
    static Result<void> may_declare(const Wanted& one, const std::string& field, const Value& host) {
        const auto* foreign = host.find("foreign");
        if (!schema::find_field(one.kind, field)->has(schema::foreign_only) ||
            (foreign && *foreign == Value{true}))
            return {};
        return wrong(
            one.position, one.name,
            "'" + field + "' can be declared for a foreign host only: the agent of others reports it");
    }

    Result<void> create(const Wanted& one, const std::string& key, Value references, const Document& wanted) {
        for (const auto& field : schema::fields_of(one.kind))
            if (field.has(schema::required) && !one.fields.find(field.name) && !references.find(field.name))
                return wrong(one.position, key,
                             "is not there yet, and '" + std::string(field.name) + "' is missing");
        for (const auto& entry : *one.fields.get<Value::Map>())
            WEFT_CHECK(may_declare(one, entry.key, one.fields));
        if (made_with_partition(one)) {
            complete(one, key, std::move(references));
            return {};
        }
        if (cross_references(one.kind)) defer(one, key, references);
        Step step = step_for(one, Verb::create, key, {});
        step.fields = one.fields;
        step.references = std::move(references);
        if (one.kind == Kind::partition) {
            for (const auto& other : wanted)
                if (other.kind == Kind::subnet && other.partition == key) step.first.push_back(other.fields);
            if (step.first.empty())
                return wrong(one.position, key, "a new partition needs at least one subnet");
        }
        steps_.push_back(std::move(step));
        return {};
    }

    static Step step_for(const Wanted& one, Verb verb, const std::string& key, std::string ref) {
        Step step{verb, one.kind, key, std::move(ref), {Value::Map{}}, {Value::Map{}}, {}};
        step.position = one.position;
        return step;
    }

    // The first subnets, the default group and the main route table are made by the step that makes their
    // partition.
    bool made_with_partition(const Wanted& one) const {
        return (one.kind == Kind::subnet || comes_with_partition(one.kind, one.name)) &&
               created(one.partition);
    }

    // What such an object is not made with.
    void complete(const Wanted& one, const std::string& key, Value references) {
        Step step = step_for(one, Verb::modify, key, key);
        step.references = std::move(references);
        std::erase_if(std::get<Value::Map>(step.references.data),
                      [](const auto& entry) { return entry.key == "partition"; });
        if (one.kind != Kind::subnet) {
            step.fields = one.fields;
            std::erase_if(std::get<Value::Map>(step.fields.data),
                          [](const auto& entry) { return entry.key == "name"; });
        }
        const bool nothing =
            step.fields.get<Value::Map>()->empty() && step.references.get<Value::Map>()->empty();
        if (!nothing) later_.push_back(std::move(step));
    }

    // A new object gets them when all others are there, unless they refer to nothing.
    void defer(const Wanted& one, const std::string& key, Value& references) {
        const auto& field = *cross_references(one.kind);
        const auto* given = references.find(field.name);
        if (!given) return;
        bool refers = false;
        Value copy = *given;
        (void)each_reference(field, copy, [&](Kind, Value&) -> Result<void> {
            refers = true;
            return {};
        });
        if (!refers) return;
        Step step = step_for(one, Verb::modify, key, key);
        step.references.set(std::string(field.name), std::move(copy));
        later_.push_back(std::move(step));
        std::erase_if(std::get<Value::Map>(references.data),
                      [&](const auto& entry) { return entry.key == field.name; });
    }

    bool created(const std::string& partition) const {
        return std::ranges::any_of(steps_, [&](const Step& step) {
            return step.verb == Verb::create && step.kind == Kind::partition && step.key == partition;
        });
    }
};

std::string joined(const Value& map) {
    std::string out;
    if (const auto* entries = map.get<Value::Map>())
        for (const auto& entry : *entries) out += (out.empty() ? "" : ", ") + entry.key;
    return out;
}

}  // namespace

std::string_view to_string(Step::Verb verb) noexcept {
    switch (verb) {
        case Verb::keep: return "keep";
        case Verb::create: return "create";
        case Verb::modify: return "modify";
        case Verb::move: return "move";
        case Verb::detach: return "detach";
        case Verb::attach: return "attach";
        case Verb::remove: return "delete";
    }
    return "?";
}

std::string Step::line() const {
    std::string out = std::string(to_string(verb)) + ' ' + std::string(weft::to_string(kind)) + ' ' + key;
    if (kind == Kind::partition && !first.empty()) {
        std::string names;
        for (const auto& subnet : first) names += (names.empty() ? "" : ", ") + text_of(subnet, "name");
        out += (first.size() == 1 ? " (subnet " : " (subnets ") + names + ')';
    }
    if (verb == Verb::modify) {
        const auto plain = joined(fields);
        const auto refs = joined(references);
        out += " (" + plain + (plain.empty() || refs.empty() ? "" : ", ") + refs + ')';
    }
    if (verb == Verb::move) out += " to host " + text_of(references, "host");
    if (verb == Verb::attach) out += " to instance " + text_of(references, "instance");
    if (verb == Verb::detach) out += " from instance " + text_of(references, "instance");
    if (verb == Verb::keep && kind == Kind::record && references.find("instance"))
        out += " attached to instance " + text_of(references, "instance");
    return out;
}

Result<std::vector<Step>> plan(const Document& document, const Present& present, const Ownership& ownership) {
    return Planner{document, present, ownership}.run();
}

const schema::FieldDescription* cross_references(Kind kind) {
    if (kind == Kind::security_group) return schema::find_field(kind, "rules");
    if (kind == Kind::route_table || kind == Kind::record) return schema::find_field(kind, "routes");
    if (kind == Kind::partition) return schema::find_field(kind, "peers");
    return nullptr;
}

bool comes_with_partition(Kind kind, std::string_view name) {
    return (kind == Kind::security_group && name == "default") ||
           (kind == Kind::route_table && name == "main");
}

}  // namespace weft::cli
