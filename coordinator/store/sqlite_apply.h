// SPDX-License-Identifier: Apache-2.0
// Applies one transaction inside the savepoint that its caller holds: checks first, then writes.
#pragma once

#include "coordinator/store/repository.h"
#include "coordinator/store/sqlite_statement.h"
#include "coordinator/store/sqlite_usage.h"

namespace weft::coordinator::sqlite {

class Applier {
public:
    [[nodiscard]] static Result<Applier> make(const Database& database);

    // `revision`: the one it gets if it writes. A conflict or failure leaves what the caller must roll back.
    [[nodiscard]] Result<void> apply(const Transaction& transaction, Revision revision);

private:
    Statement select_object_, put_object_, erase_object_, insert_claim_, select_claim_, erase_claim_,
        scope_used_, insert_change_, insert_audit_, insert_token_, erase_expired_tokens_;
    UsageWriter usage_;

    Result<void> take_token(const TokenRow& token, Revision revision);
    Result<void> check_reliance(const Reliance& reliance);
    Result<void> write(const Write& write, Revision revision, std::size_t number, std::uint64_t time_us);
    Result<void> release(const Claim& claim);
    Result<void> check_unused(const Unused& unused);
    Result<void> add(const Claim& claim);
    Result<void> record(const AuditRow& row);
};

}  // namespace weft::coordinator::sqlite
