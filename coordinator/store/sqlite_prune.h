// SPDX-License-Identifier: Apache-2.0
// Keeps the change feed, the audit log and the ledger of usage within their bounds, a few rows at a time, and
// drops what expired.
#pragma once

#include "coordinator/store/repository.h"
#include "coordinator/store/sqlite_statement.h"

namespace weft::coordinator::sqlite {

struct Retention {
    std::uint64_t feed_revisions{1000000};
    std::uint64_t feed_us{24ULL * 3600 * 1000000};
    std::uint64_t audit_us{90ULL * 24 * 3600 * 1000000};
    std::uint64_t audit_rows{1500000};  // texts are cut at 512 bytes: about 1 GB
    std::uint64_t usage_us{400ULL * 24 * 3600 * 1000000};
};

class Pruner {
public:
    [[nodiscard]] static Result<Pruner> make(const Database& database, const Retention& retention);

    // Within the caller's transaction: removes at most `rows` rows of each table.
    [[nodiscard]] Result<void> prune(Revision newest, std::uint64_t now_us, std::uint64_t rows);

private:
    Retention retention_;
    Statement oldest_changes_, erase_changes_, set_floor_, newest_audit_, oldest_audit_, erase_audit_,
        erase_host_tokens_, erase_hours_, erase_counts_, ended_spans_, erase_span_, erase_record_,
        erase_places_;

    Result<void> prune_feed(Revision newest, std::uint64_t now_us, std::uint64_t rows);
    Result<void> prune_audit(std::uint64_t now_us, std::uint64_t rows);
    Result<void> prune_host_tokens(std::uint64_t now_us);
    Result<void> prune_usage(std::uint64_t now_us, std::uint64_t rows);
};

}  // namespace weft::coordinator::sqlite
