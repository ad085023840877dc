// SPDX-License-Identifier: Apache-2.0
// Writes the ledger of usage, inside the savepoint that its caller holds.
#pragma once

#include "coordinator/store/sqlite_statement.h"
#include "coordinator/store/usage.h"

namespace weft::coordinator::sqlite {

class UsageWriter {
public:
    [[nodiscard]] static Result<UsageWriter> make(const Database& database);

    // At `now_us`; spans never end before they began, whatever the clock does.
    [[nodiscard]] Result<void> apply(const UsageChanges& changes, std::uint64_t now_us);

private:
    Statement put_record_, begin_span_, end_span_, add_place_, set_complete_, select_host_, put_host_,
        erase_host_, estimate_open_, close_open_, is_placed_, select_count_, put_count_, select_account_,
        add_to_hour_;

    Result<void> change(const UsageSpan& span, std::uint64_t now_us);
    Result<void> take(const UsageReport& report, std::uint64_t now_us);
    Result<void> meet(const UsageReport& report, std::uint64_t now_us);
    Result<void> lose(Id host);
    Result<void> count(Id host, const UsageCount& count, std::uint64_t now_us);
};

}  // namespace weft::coordinator::sqlite
