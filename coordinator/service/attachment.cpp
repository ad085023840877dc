// SPDX-License-Identifier: Apache-2.0
// What of an attachment may change while it stands: its end with the instance, which is the record's owner's
// to say, and the rules that narrow the record's groups, which are the instance's (row 3.3).
#include <algorithm>

#include "coordinator/service/fields.h"
#include "coordinator/service/kept_rules.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::SecurityRule;

Result<void> check_rule(const SecurityRule& rule) {
    if (rule.group)
        return invalid("group", "the rules of an attachment name addresses: groups are the record's owner's");
    return schema::check_traffic(rule.protocol, rule.ports, rule.icmp, rule.remote);
}

}  // namespace

Result<void> check_attachment_rules(const std::vector<SecurityRule>& rules) {
    for (auto at = rules.begin(); at != rules.end(); ++at) {
        const auto place = "rules[" + std::to_string(at - rules.begin()) + "]";
        if (auto fits = check_rule(*at); !fits) {
            auto error = fits.error();
            error.field = place + '.' + error.field;
            return error;
        }
        if (const auto same = std::find(rules.begin(), at, *at); same != at)
            return invalid(place, "is the same as rules[" + std::to_string(same - rules.begin()) + "]");
    }
    return {};
}

Result<Plan> modify_attachment(const Context& context, const Attachment& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    WEFT_CHECK(check_attachment_rules(after.rules));
    WEFT_TRY(auto plan, replace(context, context.draft(), before, after));
    const auto instance = context.cloud.find<schema::Instance>(after.instance);
    if (after.rules != before.rules && instance && !kept_rules(*instance, after.record).empty())
        WEFT_CHECK(keep_rules(plan.draft, instance->id, after.record, after.rules));
    return plan;
}

}  // namespace weft::coordinator
