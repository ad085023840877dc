// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/sqlite_prune.h"

#include <cstdio>

namespace weft::coordinator::sqlite {

Result<Pruner> Pruner::make(const Database& database, const Retention& retention) {
    Pruner p;
    p.retention_ = retention;
    const auto prepare = [&](Statement& into, std::string_view sql) -> Result<void> {
        WEFT_TRY(into, Statement::prepare(database, sql));
        return {};
    };
    WEFT_CHECK(prepare(p.oldest_changes_, "SELECT revision, time_us FROM change ORDER BY revision LIMIT ?"));
    WEFT_CHECK(prepare(p.erase_changes_, "DELETE FROM change WHERE revision<=?"));
    WEFT_CHECK(prepare(p.set_floor_, "UPDATE meta SET feed_floor=?"));
    WEFT_CHECK(prepare(p.newest_audit_, "SELECT max(number) FROM audit"));
    WEFT_CHECK(prepare(p.oldest_audit_, "SELECT number, time_us FROM audit ORDER BY number LIMIT ?"));
    WEFT_CHECK(prepare(p.erase_audit_, "DELETE FROM audit WHERE number<=?"));
    WEFT_CHECK(prepare(p.erase_host_tokens_, "DELETE FROM claim WHERE kind=? AND scope='' AND key<?"));
    WEFT_CHECK(prepare(p.erase_hours_,
                       "DELETE FROM usage_hour WHERE (record, hour, account) IN"
                       " (SELECT record, hour, account FROM usage_hour WHERE hour<? ORDER BY hour LIMIT ?)"));
    WEFT_CHECK(prepare(p.erase_counts_,
                       "DELETE FROM usage_count WHERE (host, life) IN"
                       " (SELECT host, life FROM usage_count WHERE gone=1 AND heard_us<?"
                       "  ORDER BY heard_us LIMIT ?)"));
    WEFT_CHECK(prepare(p.ended_spans_,
                       "SELECT record, kind, subject, begin_us FROM usage_span"
                       " WHERE end_us IS NOT NULL AND end_us<? ORDER BY end_us LIMIT ?"));
    WEFT_CHECK(prepare(p.erase_span_,
                       "DELETE FROM usage_span WHERE record=? AND kind=? AND subject=? AND begin_us=?"));
    WEFT_CHECK(prepare(p.erase_record_,
                       "DELETE FROM usage_record WHERE record=?1"
                       " AND NOT EXISTS (SELECT 1 FROM usage_span WHERE record=?1)"));
    WEFT_CHECK(prepare(p.erase_places_,
                       "DELETE FROM usage_place WHERE record=?1"
                       " AND NOT EXISTS (SELECT 1 FROM usage_record WHERE record=?1)"));
    return p;
}

Result<void> Pruner::prune(Revision newest, std::uint64_t now_us, std::uint64_t rows) {
    WEFT_CHECK(prune_feed(newest, now_us, rows));
    WEFT_CHECK(prune_audit(now_us, rows));
    WEFT_CHECK(prune_usage(now_us, rows));
    return prune_host_tokens(now_us);
}

Result<void> Pruner::prune_feed(Revision newest, std::uint64_t now_us, std::uint64_t rows) {
    Revision last = 0;
    oldest_changes_.bind(rows);
    for (;;) {
        WEFT_TRY(const bool more, oldest_changes_.step());
        if (!more) break;
        const auto revision = oldest_changes_.number(0);
        const bool too_many = revision + retention_.feed_revisions <= newest;
        const bool too_old = oldest_changes_.number(1) + retention_.feed_us < now_us;
        if (!too_many && !too_old) break;
        last = revision;
    }
    oldest_changes_.reset();
    if (last == 0) return {};
    WEFT_CHECK(erase_changes_.bind(last).run());
    return set_floor_.bind(last).run();
}

Result<void> Pruner::prune_audit(std::uint64_t now_us, std::uint64_t rows) {
    WEFT_TRY(const bool bounded, newest_audit_.bind().step());
    const std::uint64_t newest = bounded ? newest_audit_.number(0) : 0;
    newest_audit_.reset();
    std::uint64_t last = 0;
    oldest_audit_.bind(rows);
    for (;;) {
        WEFT_TRY(const bool more, oldest_audit_.step());
        if (!more) break;
        const auto number = oldest_audit_.number(0);
        const bool too_many = number + retention_.audit_rows <= newest;
        const bool too_old = oldest_audit_.number(1) + retention_.audit_us < now_us;
        if (!too_many && !too_old) break;
        last = number;
    }
    oldest_audit_.reset();
    if (last == 0) return {};
    return erase_audit_.bind(last).run();
}

// Their keys begin with when they expire.
Result<void> Pruner::prune_host_tokens(std::uint64_t now_us) {
    char expired[17];
    std::snprintf(expired, sizeof(expired), "%016llx", static_cast<unsigned long long>(now_us));
    const std::string bound{expired};
    return erase_host_tokens_.bind(ClaimKind::host_token, bound).run();
}

// A record goes from the ledger with the last of its spans.
Result<void> Pruner::prune_usage(std::uint64_t now_us, std::uint64_t rows) {
    if (now_us <= retention_.usage_us) return {};
    const auto oldest = now_us - retention_.usage_us;
    WEFT_CHECK(erase_hours_.bind(oldest / usage_hour_us, rows).run());
    WEFT_CHECK(erase_counts_.bind(oldest, rows).run());
    struct Ended {
        std::int64_t record, kind, subject, begin;
    };
    std::vector<Ended> ended;
    ended_spans_.bind(oldest, rows);
    for (;;) {
        WEFT_TRY(const bool more, ended_spans_.step());
        if (!more) break;
        ended.push_back({ended_spans_.integer(0), ended_spans_.integer(1), ended_spans_.integer(2),
                         ended_spans_.integer(3)});
    }
    ended_spans_.reset();
    for (const auto& span : ended) {
        WEFT_CHECK(erase_span_.bind(span.record, span.kind, span.subject, span.begin).run());
        WEFT_CHECK(erase_record_.bind(span.record).run());
        WEFT_CHECK(erase_places_.bind(span.record).run());
    }
    return {};
}

}  // namespace weft::coordinator::sqlite
