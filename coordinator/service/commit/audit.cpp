// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/commit/audit.h"

#include "weft/base/log.h"

namespace weft::coordinator {
namespace {

constexpr std::size_t most_rows = 1024;

}  // namespace

void AuditBatch::add(AuditRow row) {
    auto& sum = rows_[{row.principal, row.verb, row.code}];
    row.count = sum.principal.empty() && sum.verb.empty() ? 1 : sum.count + 1;
    const auto now_us = row.time_us;
    sum = std::move(row);
    if (rows_.size() >= most_rows) flush(now_us);
}

void AuditBatch::flush(std::uint64_t now_us) {
    if (rows_.empty()) return;
    std::vector<AuditRow> rows;
    for (auto& [key, row] : rows_) rows.push_back(std::move(row));
    rows_.clear();
    ledger_.commit(Draft{ledger_.cloud(), now_us}, std::move(rows), {}, [](const Result<Revision>& result) {
        if (!result) log_error("audit", "rows are lost: {}", result.error().message());
    });
}

}  // namespace weft::coordinator
