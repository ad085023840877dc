// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/sqlite_apply.h"

namespace weft::coordinator::sqlite {
namespace {

constexpr std::size_t audit_text_limit = 512;
constexpr std::uint64_t token_life_us = 24ULL * 3600 * 1000000;

Error changed_meanwhile(Id id) { return conflict("generation", to_string(id) + " changed meanwhile"); }

}  // namespace

Result<Applier> Applier::make(const Database& database) {
    Applier a;
    const auto prepare = [&](Statement& into, std::string_view sql) -> Result<void> {
        WEFT_TRY(into, Statement::prepare(database, sql));
        return {};
    };
    WEFT_CHECK(prepare(a.select_object_, "SELECT generation, blob FROM object WHERE kind=? AND id=?"));
    WEFT_CHECK(prepare(a.put_object_, "REPLACE INTO object VALUES (?,?,?,?,?)"));
    WEFT_CHECK(prepare(a.erase_object_, "DELETE FROM object WHERE kind=? AND id=?"));
    WEFT_CHECK(prepare(a.insert_claim_, "INSERT INTO claim VALUES (?,?,?,?,?)"));
    WEFT_CHECK(
        prepare(a.select_claim_, "SELECT holder_kind, holder FROM claim WHERE kind=? AND scope=? AND key=?"));
    WEFT_CHECK(prepare(a.erase_claim_,
                       "DELETE FROM claim WHERE kind=? AND scope=? AND key=? AND holder_kind=? AND holder=?"
                       " RETURNING 1"));
    WEFT_CHECK(
        prepare(a.scope_used_, "SELECT holder_kind, holder FROM claim WHERE kind=? AND scope=? LIMIT 1"));
    WEFT_CHECK(prepare(a.insert_change_, "INSERT INTO change VALUES (?,?,?,?,?,?,?)"));
    WEFT_CHECK(prepare(a.insert_audit_, "INSERT INTO audit VALUES (NULL,?,?,?,?,?,?,?)"));
    WEFT_CHECK(prepare(a.insert_token_, "INSERT INTO token VALUES (?,?,?,?,?,?)"));
    WEFT_CHECK(prepare(a.erase_expired_tokens_, "DELETE FROM token WHERE time_us<?"));
    WEFT_TRY(a.usage_, UsageWriter::make(database));
    return a;
}

Result<void> Applier::apply(const Transaction& transaction, Revision revision) {
    if (transaction.token) WEFT_CHECK(take_token(*transaction.token, revision));
    for (const auto& reliance : transaction.relied_on) WEFT_CHECK(check_reliance(reliance));
    std::size_t number = 0;
    for (const auto& w : transaction.writes) WEFT_CHECK(write(w, revision, number++, transaction.time_us));
    for (const auto& claim : transaction.claims_released) WEFT_CHECK(release(claim));
    for (const auto& unused : transaction.unused) WEFT_CHECK(check_unused(unused));
    for (const auto& claim : transaction.claims_added) WEFT_CHECK(add(claim));
    for (const auto& row : transaction.audit) WEFT_CHECK(record(row));
    return usage_.apply(transaction.usage, transaction.time_us);
}

Result<void> Applier::take_token(const TokenRow& token, Revision revision) {
    const std::uint64_t oldest = token.time_us > token_life_us ? token.time_us - token_life_us : 0;
    WEFT_CHECK(erase_expired_tokens_.bind(oldest).run());
    insert_token_.bind(token.principal, token.token, token.request_hash, token.answer, token.time_us,
                       revision);
    WEFT_TRY(const bool first, insert_token_.insert());
    if (!first) return conflict("token", "client token " + token.token + " was used before");
    return {};
}

Result<void> Applier::check_reliance(const Reliance& reliance) {
    select_object_.bind(reliance.id.kind, reliance.id.value);
    WEFT_TRY(const bool found, select_object_.step());
    const bool same = found && select_object_.number(0) == reliance.generation;
    select_object_.reset();
    if (!same) return changed_meanwhile(reliance.id);
    return {};
}

Result<void> Applier::write(const Write& write, Revision revision, std::size_t number,
                            std::uint64_t time_us) {
    select_object_.bind(write.id.kind, write.id.value);
    WEFT_TRY(const bool found, select_object_.step());
    std::optional<Bytes> before;
    if (found) before = select_object_.bytes(1);
    const std::uint64_t generation = found ? select_object_.number(0) : 0;
    select_object_.reset();
    if (generation != write.expected_generation) return changed_meanwhile(write.id);

    if (write.blob)
        WEFT_CHECK(
            put_object_.bind(write.id.kind, write.id.value, write.generation, revision, *write.blob).run());
    else
        WEFT_CHECK(erase_object_.bind(write.id.kind, write.id.value).run());

    if (before && write.blob)
        insert_change_.bind(revision, number, time_us, write.id.kind, write.id.value, *before, *write.blob);
    else if (before)
        insert_change_.bind(revision, number, time_us, write.id.kind, write.id.value, *before, nullptr);
    else if (write.blob)
        insert_change_.bind(revision, number, time_us, write.id.kind, write.id.value, nullptr, *write.blob);
    else
        return {};  // created and deleted at once: nothing to tell
    return insert_change_.run();
}

Result<void> Applier::release(const Claim& claim) {
    erase_claim_.bind(claim.kind, claim.scope, claim.key, claim.id.kind, claim.id.value);
    WEFT_TRY(const bool held, erase_claim_.step());
    erase_claim_.reset();
    if (!held)
        return conflict(std::string(claim_field(claim.kind)),
                        claim.key + " is not held by " + to_string(claim.id));
    return {};
}

Result<void> Applier::check_unused(const Unused& unused) {
    scope_used_.bind(unused.kind, unused.scope);
    WEFT_TRY(const bool used, scope_used_.step());
    const Id by = used ? scope_used_.id(0) : Id{};
    scope_used_.reset();
    if (used) return conflict(std::string(claim_field(unused.kind)), "is used by " + to_string(by));
    return {};
}

Result<void> Applier::add(const Claim& claim) {
    insert_claim_.bind(claim.kind, claim.scope, claim.key, claim.id.kind, claim.id.value);
    WEFT_TRY(const bool free, insert_claim_.insert());
    if (free) return {};
    select_claim_.bind(claim.kind, claim.scope, claim.key);
    WEFT_TRY(const bool found, select_claim_.step());
    const Id by = found ? select_claim_.id(0) : Id{};
    select_claim_.reset();
    return conflict(std::string(claim_field(claim.kind)),
                    (claim.key.empty() ? claim.scope : claim.key) + " is taken by " + to_string(by));
}

Result<void> Applier::record(const AuditRow& row) {
    const auto text = row.text.substr(0, audit_text_limit);
    return insert_audit_.bind(row.time_us, row.principal, row.verb, row.target, row.code, text, row.count)
        .run();
}

}  // namespace weft::coordinator::sqlite
