// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/kept_rules.h"

#include <algorithm>

#include "coordinator/service/groups.h"

namespace weft::coordinator {

using schema::Attachment;
using schema::Instance;
using Rules = std::vector<schema::SecurityRule>;

Rules kept_rules(const Instance& instance, Id record) {
    const auto at = std::ranges::find(instance.kept_rules, record, &schema::KeptRules::record);
    return at == instance.kept_rules.end() ? Rules{} : at->rules;
}

Result<void> keep_rules(Draft& draft, Id id, Id record, const Rules& rules) {
    const auto instance = draft.find<Instance>(id);
    if (!instance || kept_rules(*instance, record) == rules) return {};
    auto after = std::make_shared<Instance>(*instance);
    std::erase_if(after->kept_rules, [&](const auto& kept) { return kept.record == record; });
    if (!rules.empty()) after->kept_rules.push_back({record, rules});
    if (auto fits = check_size(Object{Ptr<Instance>{after}}, "kept-rules"); !fits && !rules.empty())
        return Error{
            ErrorCode::exhausted,
            "instance " + instance->name + " cannot keep the rules of the attachment beside those of " +
                std::to_string(instance->kept_rules.size()) + " other records: its owner may detach it",
            "rules", 0};
    draft.put(*after);
    return {};
}

Rules rules_in_place_of(const Cloud& cloud, const Attachment* former, const Instance& taker, Id record) {
    auto kept = kept_rules(taker, record);
    if (former == nullptr) return kept;
    const auto from = cloud.find<Instance>(former->instance);
    return kept.empty() || (from && from->owner == taker.owner) ? former->rules : kept;
}

// What does not fit is not kept: the attachment is gone all the same.
void leave_rules(Draft& draft, const schema::Record& record, const Attachment& former) {
    (void)keep_rules(draft, former.instance, record.id, former.rules);
    for (const Id id : record.standbys)
        if (const auto standby = draft.find<Instance>(id); standby && id != former.instance)
            (void)keep_rules(draft, id, record.id,
                             rules_in_place_of(draft.cloud(), &former, *standby, record.id));
}

void forget_rules(Draft& draft, Id record) {
    for (const auto& instance : draft.cloud().keepers_of_rules(record))
        (void)keep_rules(draft, instance->id, record, {});
}

}  // namespace weft::coordinator
