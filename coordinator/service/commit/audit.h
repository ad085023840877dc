// SPDX-License-Identifier: Apache-2.0
// The audit log of what changes nothing: refusals, dry runs and queries, batched and aggregated per principal
// (a change's own row is in its transaction).
#pragma once

#include <map>
#include <tuple>

#include "coordinator/service/commit/ledger.h"

namespace weft::coordinator {

class AuditBatch {
public:
    explicit AuditBatch(Ledger& ledger) : ledger_(ledger) {}

    // Rows alike but for time and target count as one; the latest target and text are kept.
    void add(AuditRow row);
    // Writes what has gathered; about once a second, and before the process ends.
    void flush(std::uint64_t now_us);

private:
    Ledger& ledger_;
    std::map<std::tuple<std::string, std::string, std::uint16_t>, AuditRow> rows_;
};

}  // namespace weft::coordinator
