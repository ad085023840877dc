// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/sqlite_usage.h"

#include <algorithm>

namespace weft::coordinator::sqlite {
namespace {

// No sum leaves the range of SQLite's integers, whatever a host claims.
std::string add_to_hour() {
    std::string sums;
    for (const std::string name :
         {"tx_packets", "tx_bytes", "rx_packets", "rx_bytes", "tx_drops", "rx_drops"})
        sums += (sums.empty() ? "" : ", ") + name + '=' + name + "+min(excluded." + name + ", max(0, " +
                std::to_string(most_usage) + '-' + name + "))";
    return "INSERT INTO usage_hour VALUES (?,?,?,?,?,?,?,?,?,0) ON CONFLICT DO UPDATE SET " + sums;
}

}  // namespace

Result<UsageWriter> UsageWriter::make(const Database& database) {
    UsageWriter w;
    const auto prepare = [&](Statement& into, std::string_view sql) -> Result<void> {
        WEFT_TRY(into, Statement::prepare(database, sql));
        return {};
    };
    WEFT_CHECK(prepare(w.put_record_, "REPLACE INTO usage_record VALUES (?,?,?,?,?)"));
    WEFT_CHECK(prepare(w.begin_span_,
                       "INSERT INTO usage_span SELECT ?1,?2,?3,max(?4,coalesce(max(end_us),0)),?5,NULL"
                       " FROM usage_span WHERE record=?1 AND kind=?2 AND subject=?3"
                       " HAVING count(*)=count(end_us)"
                       " ON CONFLICT DO UPDATE SET account=excluded.account, end_us=NULL"));
    WEFT_CHECK(prepare(w.end_span_,
                       "UPDATE usage_span SET end_us=max(begin_us,?4)"
                       " WHERE record=?1 AND kind=?2 AND subject=?3 AND end_us IS NULL"));
    WEFT_CHECK(prepare(w.add_place_, "INSERT OR IGNORE INTO usage_place VALUES (?,?)"));
    WEFT_CHECK(prepare(w.set_complete_, "UPDATE usage_state SET complete=1"));
    WEFT_CHECK(prepare(w.select_host_, "SELECT incarnation FROM usage_host WHERE host=?"));
    WEFT_CHECK(prepare(w.put_host_, "REPLACE INTO usage_host VALUES (?,?,?,?)"));
    WEFT_CHECK(prepare(w.erase_host_, "DELETE FROM usage_host WHERE host=?"));
    WEFT_CHECK(prepare(w.estimate_open_,
                       "INSERT INTO usage_hour"
                       " SELECT DISTINCT c.record, c.heard_us/3600000000, s.account, 0,0,0,0,0,0, 1"
                       " FROM usage_count c JOIN usage_span s ON s.record=c.record AND s.kind=1"
                       " AND s.begin_us=(SELECT max(begin_us) FROM usage_span"
                       "                 WHERE record=c.record AND kind=1)"
                       " WHERE c.host=? AND c.gone=0"
                       " ON CONFLICT DO UPDATE SET estimated=1"));
    WEFT_CHECK(prepare(w.close_open_, "UPDATE usage_count SET gone=1 WHERE host=? AND gone=0"));
    WEFT_CHECK(prepare(w.is_placed_, "SELECT 1 FROM usage_place WHERE record=? AND host=?"));
    WEFT_CHECK(prepare(w.select_count_,
                       "SELECT tx_packets, tx_bytes, rx_packets, rx_bytes, tx_drops, rx_drops, gone"
                       " FROM usage_count WHERE host=? AND life=?"));
    WEFT_CHECK(prepare(w.put_count_, "REPLACE INTO usage_count VALUES (?,?,?,?,?,?,?,?,?,?,?)"));
    WEFT_CHECK(prepare(w.select_account_,
                       "SELECT account FROM usage_span WHERE record=? AND kind=1"
                       " ORDER BY begin_us DESC LIMIT 1"));
    WEFT_CHECK(prepare(w.add_to_hour_, add_to_hour()));
    return w;
}

Result<void> UsageWriter::apply(const UsageChanges& changes, std::uint64_t now_us) {
    for (const auto& r : changes.records)
        WEFT_CHECK(
            put_record_.bind(r.record.value, r.name, r.partition.value, r.partition_name, r.owner).run());
    for (const auto& span : changes.spans) WEFT_CHECK(change(span, now_us));
    for (const auto& place : changes.places)
        WEFT_CHECK(add_place_.bind(place.record.value, place.host.value).run());
    if (changes.report) WEFT_CHECK(take(*changes.report, now_us));
    for (const auto& host : changes.deleted_hosts) {
        WEFT_CHECK(lose(host));
        WEFT_CHECK(erase_host_.bind(host.value).run());
    }
    if (changes.complete) WEFT_CHECK(set_complete_.bind().run());
    return {};
}

Result<void> UsageWriter::change(const UsageSpan& span, std::uint64_t now_us) {
    const auto at = span.begin_us == 0 ? now_us : span.begin_us;
    if (span.begins)
        return begin_span_.bind(span.record.value, span.kind, span.subject, at, span.account).run();
    return end_span_.bind(span.record.value, span.kind, span.subject, now_us).run();
}

Result<void> UsageWriter::take(const UsageReport& report, std::uint64_t now_us) {
    WEFT_CHECK(meet(report, now_us));
    for (const auto& each : report.counts) WEFT_CHECK(count(report.host, each, now_us));
    return {};
}

// Other counters than before: what those of before counted since their last report is lost.
Result<void> UsageWriter::meet(const UsageReport& report, std::uint64_t now_us) {
    select_host_.bind(report.host.value);
    WEFT_TRY(const bool known, select_host_.step());
    const bool lost = known && select_host_.number(0) != report.incarnation;
    select_host_.reset();
    if (lost) WEFT_CHECK(lose(report.host));
    return put_host_.bind(report.host.value, report.incarnation, report.interval_us, now_us).run();
}

Result<void> UsageWriter::lose(Id host) {
    WEFT_CHECK(estimate_open_.bind(host.value).run());
    return close_open_.bind(host.value).run();
}

Result<void> UsageWriter::count(Id host, const UsageCount& count, std::uint64_t now_us) {
    is_placed_.bind(count.record.value, host.value);
    WEFT_TRY(const bool placed, is_placed_.step());
    is_placed_.reset();
    if (!placed) return {};

    select_count_.bind(host.value, count.life);
    WEFT_TRY(const bool known, select_count_.step());
    UsageCounts last{};
    bool gone = count.gone;
    if (known) {
        for (std::size_t i = 0; i < last.size(); ++i) last[i] = select_count_.number(static_cast<int>(i));
        gone = gone || select_count_.integer(6) != 0;
    }
    select_count_.reset();

    UsageCounts more{};
    bool any = false;
    for (std::size_t i = 0; i < last.size(); ++i) {
        const auto now = std::min(count.counts[i], most_usage);
        more[i] = now - std::min(now, last[i]);  // an old report is no news
        last[i] = std::max(now, last[i]);
        any = any || more[i] != 0;
    }
    WEFT_CHECK(put_count_
                   .bind(host.value, count.life, count.record.value, last[0], last[1], last[2], last[3],
                         last[4], last[5], gone ? 1 : 0, now_us)
                   .run());
    if (!any) return {};
    select_account_.bind(count.record.value);
    WEFT_TRY(const bool has_account, select_account_.step());
    const auto account = has_account ? select_account_.text(0) : std::string{};
    select_account_.reset();
    return add_to_hour_
        .bind(count.record.value, now_us / usage_hour_us, account, more[0], more[1], more[2], more[3],
              more[4], more[5])
        .run();
}

}  // namespace weft::coordinator::sqlite
