// SPDX-License-Identifier: Apache-2.0
// The part of the plan about what the document has no more: objects that carry its owner's label.
#pragma once

#include "coordinator/cli/apply/plan.h"

namespace weft::cli {

// Steps by where they stand among the others.
struct Pruning {
    std::vector<Step> first;             // whose ranges or addresses others get, and what is in them
    std::vector<Step> before_records;    // records whose addresses or MACs others get
    std::vector<Step> before_attaching;  // what is detached, so that its devices are free
    std::vector<Step> last;              // deleted, what refers to others first
};

// `wanted` are the document's objects, `steps` what is planned for them, `attaching` for its attachments. Of
// what has no label only attachments of records that go are touched.
// conflict: what goes would have to make room for what comes, and is in use by what stays.
[[nodiscard]] Result<Pruning> prune(const Owner& owner, const Present& present, const Universe& universe,
                                    const std::set<std::pair<Kind, std::string>>& wanted,
                                    const std::vector<Step>& steps, const std::vector<Step>& attaching);

}  // namespace weft::cli
