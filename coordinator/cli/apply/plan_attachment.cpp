// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/plan_attachment.h"

#include <set>

#include "coordinator/cli/names.h"

namespace weft::cli {
namespace {

using schema::Value;
using Verb = Step::Verb;

Step attachment_step(Verb verb, const std::string& record, const std::string& instance) {
    Step step{verb, Kind::record, record, {}, {Value::Map{}}, {Value::Map{}}, {}};
    step.references.set("instance", {instance});
    return step;
}

bool leaving(const Value& attachment) {
    const auto phase = text_of(attachment, "phase");
    return phase == "cutting" || phase == "withdrawing";
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

}  // namespace

Result<void> plan_attachments(const std::vector<Wanted>& wanted, const Document& document,
                              const Present& present, const Universe& universe, std::vector<Step>& steps) {
    std::set<std::pair<std::string, std::string>> pairs;
    std::set<std::string> exclusive;
    const auto found = present.find(Kind::attachment);
    for (const auto& one : wanted) {
        const auto& record_ref = *one.references.find("record");
        const auto& instance_ref = *one.references.find("instance");
        WEFT_TRY(const auto record,
                 universe.resolve(Kind::record, *record_ref.get<std::string>(), {}, record_ref.position));
        WEFT_TRY(const auto instance, universe.resolve(Kind::instance, *instance_ref.get<std::string>(), {},
                                                       instance_ref.position));
        WEFT_TRY(const Value* record_object, universe.find(Kind::record, record, record_ref.position));
        if (!pairs.emplace(record, instance).second)
            return wrong(one.position, record, "is attached to " + instance + " twice");
        const bool shared = is_shared(document, record_object, record);
        if (!shared && !exclusive.insert(record).second)
            return wrong(one.position, record, "is exclusive, and attached to two instances");

        const Value* same = nullptr;
        std::vector<Step> detach;
        if (record_object && found != present.end())
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
                    detach.push_back(attachment_step(Verb::detach, record, where));
            }
        for (auto& step : detach) steps.push_back(std::move(step));
        if (!same) {
            steps.push_back(attachment_step(Verb::attach, record, instance));
            steps.back().fields = one.fields;
        } else if (differs(one, *same, "delete-on-terminate")) {
            Step step{Verb::modify,
                      Kind::attachment,
                      record + '@' + instance,
                      text_of(*same, "id"),
                      {Value::Map{}},
                      {Value::Map{}},
                      {}};
            step.fields.set("delete-on-terminate", *one.fields.find("delete-on-terminate"));
            steps.push_back(std::move(step));
        } else {
            steps.push_back(attachment_step(Verb::keep, record, instance));
        }
    }
    return {};
}

}  // namespace weft::cli
