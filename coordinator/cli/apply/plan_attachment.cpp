// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/plan_attachment.h"

#include <algorithm>
#include <set>

#include "coordinator/cli/apply/takeover.h"
#include "coordinator/cli/names.h"
#include "weft/schema/description.h"

namespace weft::cli {
namespace {

using schema::Value;
using Verb = Step::Verb;

Step attachment_step(Verb verb, const Wanted& one, const std::string& record, const std::string& instance) {
    Step step{verb, Kind::record, record, {}, {Value::Map{}}, {Value::Map{}}, {}};
    step.references.set("instance", {instance});
    step.position = one.position;
    return step;
}

bool differs(const Wanted& wanted, const Value& attachment, std::string_view field) {
    const auto* value = wanted.fields.find(field);
    return value && !(*value == *attachment.find(field));
}

// Of an instance that spans several hosts.
bool is_elsewhere(const Wanted& wanted, const Value& attachment, const Universe& universe) {
    const auto* host = wanted.fields.find("host");
    const auto at = text_of(attachment, "at");
    return host && (at.empty() || universe.key_of(at) != *host->get<std::string>());
}

// The fields that the document gives a record that is not there yet.
const Value* document_record(const Document& document, const std::string& key) {
    for (const auto& one : document)
        if (one.kind == Kind::record && key == one.partition + '/' + one.name) return &one.fields;
    return nullptr;
}

bool is_shared(const Document& document, const Value* record, const std::string& key) {
    const Value* fields = record ? record : document_record(document, key);
    const auto* exclusive = fields ? fields->find("exclusive") : nullptr;
    const auto* flag = exclusive ? exclusive->get<bool>() : nullptr;
    return flag && !*flag;
}

// Fields that a request to attach does not carry: set as soon as the record is attached.
void add_rest(const Wanted& one, const std::string& record, const std::string& instance,
              std::vector<Step>& steps) {
    constexpr std::array<std::string_view, 7> carried{
        "device", "netns", "host", "vlan", "delete-on-terminate", "tags", "rules"};
    Step step{
        Verb::modify, Kind::attachment, record + '@' + instance, {}, {Value::Map{}}, {Value::Map{}}, {}};
    step.position = one.position;
    for (const auto& entry : *one.fields.get<Value::Map>())
        if (std::ranges::find(carried, entry.key) == carried.end()) step.fields.set(entry.key, entry.value);
    if (!step.fields.get<Value::Map>()->empty()) steps.push_back(std::move(step));
}

// What is changed where it is; the rest is chosen when the record is attached.
Step changes(const Wanted& one, const Value& attachment, const std::string& record,
             const std::string& instance) {
    Step step{Verb::keep,
              Kind::attachment,
              record + '@' + instance,
              text_of(attachment, "id"),
              {Value::Map{}},
              {Value::Map{}},
              {}};
    step.position = one.position;
    for (const auto& entry : *one.fields.get<Value::Map>()) {
        if (!schema::find_field(Kind::attachment, entry.key)->client_may_set() ||
            !differs(one, attachment, entry.key))
            continue;
        step.verb = Verb::modify;
        step.fields.set(entry.key, entry.value);
        step.before.set(entry.key, *attachment.find(entry.key));
    }
    return step;
}

}  // namespace

bool leaving(const Value& attachment) {
    const auto phase = text_of(attachment, "phase");
    return phase == "cutting" || phase == "withdrawing";
}

Result<void> plan_attachments(const std::vector<Wanted>& wanted, const Document& document,
                              const Present& present, const Universe& universe,
                              const std::optional<Owner>& owner, std::vector<Step>& steps) {
    std::set<std::pair<std::string, std::string>> pairs;
    std::set<std::string> exclusive;
    const auto found = present.find(Kind::attachment);
    for (auto one : wanted) {
        const auto& record_ref = *one.references.find("record");
        const auto& instance_ref = *one.references.find("instance");
        WEFT_TRY(const auto record,
                 universe.resolve(Kind::record, *record_ref.get<std::string>(), {}, record_ref.position));
        WEFT_TRY(auto instance, universe.resolve(Kind::instance, *instance_ref.get<std::string>(), {},
                                                 instance_ref.position));
        WEFT_TRY(const Value* record_object, universe.find(Kind::record, record, record_ref.position));
        if (!pairs.emplace(record, instance).second)
            return wrong(one.position, record, "is attached to " + instance + " twice");
        const bool shared = is_shared(document, record_object, record);
        if (!shared && !exclusive.insert(record).second)
            return wrong(one.position, record, "is exclusive, and attached to two instances");

        const Value* same = nullptr;
        std::vector<Step> detach;
        const auto takeover = record_object
                                  ? taken_over(document, present, universe, *record_object, record, instance)
                                  : std::nullopt;
        if (takeover && !takeover->attachment) {
            steps.push_back(attachment_step(Verb::keep, one, record, instance));
            continue;
        }
        if (takeover) {
            same = takeover->attachment;
            instance = takeover->instance;
        } else if (record_object && found != present.end())
            for (const auto& attachment : found->second) {
                if (text_of(attachment, "record") != text_of(*record_object, "id") || leaving(attachment))
                    continue;
                const auto where = universe.key_of(text_of(attachment, "instance"));
                const bool other_device =
                    differs(one, attachment, "device") || differs(one, attachment, "netns") ||
                    differs(one, attachment, "vlan") || is_elsewhere(one, attachment, universe);
                if (where == instance && !other_device)
                    same = &attachment;
                else if (where == instance || !shared)
                    detach.push_back(attachment_step(Verb::detach, one, record, where));
            }
        for (auto& step : detach) steps.push_back(std::move(step));
        if (owner) WEFT_CHECK(label(*owner, one, record + '@' + instance, same));
        auto changed = same ? changes(one, *same, record, instance) : Step{};
        if (!same) {
            steps.push_back(attachment_step(Verb::attach, one, record, instance));
            steps.back().fields = one.fields;
            add_rest(one, record, instance, steps);
        } else if (changed.verb == Verb::modify) {
            steps.push_back(std::move(changed));
        } else {
            steps.push_back(attachment_step(Verb::keep, one, record, instance));
        }
    }
    return {};
}

}  // namespace weft::cli
