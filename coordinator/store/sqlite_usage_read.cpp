// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/sqlite_usage_read.h"

#include <algorithm>
#include <map>

#include "coordinator/store/sqlite_statement.h"

namespace weft::coordinator::sqlite {
namespace {

// A host that says nothing for so long is silent.
constexpr std::uint64_t silent_intervals = 3;
constexpr std::uint64_t silent_us = 10'000'000;  // and so much more

struct Span {
    std::uint64_t begin{0};
    std::uint64_t end{0};
};

std::uint64_t overlap(const Span& a, const Span& b) {
    const auto begin = std::max(a.begin, b.begin);
    const auto end = std::min(a.end, b.end);
    return end > begin ? end - begin : 0;
}

class Reader {
public:
    Reader(const Database& database, const UsageQuery& query)
        : database_(database),
          query_(query),
          period_{query.from_us, query.to_us == 0 ? query.now_us : std::min(query.to_us, query.now_us)} {}

    Result<UsagePage> page() {
        WEFT_CHECK(find_silent());
        WEFT_TRY(spans_, Statement::prepare(database_,
                                            "SELECT kind, account, begin_us, end_us FROM usage_span"
                                            " WHERE record=? ORDER BY kind, begin_us"));
        WEFT_TRY(hours_, Statement::prepare(database_,
                                            "SELECT account, estimated, tx_packets, tx_bytes, rx_packets,"
                                            " rx_bytes, tx_drops, rx_drops FROM usage_hour"
                                            " WHERE record=? AND hour>=? AND hour<?"));
        WEFT_TRY(auto records,
                 Statement::prepare(database_,
                                    "SELECT record, name, partition, partition_name, owner FROM usage_record"
                                    " WHERE record>? OR ? ORDER BY record LIMIT ?"));
        const bool first = !query_.after;
        records.bind(query_.after.value_or(0), first, query_.limit);
        UsagePage page;
        std::size_t seen = 0;
        std::int64_t last = 0;
        for (;;) {
            WEFT_TRY(const bool more, records.step());
            if (!more) break;
            ++seen;
            last = records.integer(0);
            UsageRecord record{{Kind::record, records.number(0)},
                               records.text(1),
                               {Kind::partition, records.number(2)},
                               records.text(3),
                               records.text(4)};
            if (wanted(record)) WEFT_CHECK(add(page, record));
        }
        if (seen == query_.limit) page.next = last;
        return page;
    }

private:
    using Lines = std::map<std::string, UsageLine>;  // by account

    const Database& database_;
    const UsageQuery& query_;
    Span period_;
    Statement spans_, hours_;
    std::map<std::uint64_t, std::uint64_t> silent_since_;  // by record on such a host

    [[nodiscard]] bool wanted(const UsageRecord& r) const {
        const auto named = [](const std::string& ref, const std::string& name, Id id) {
            return ref.empty() || ref == name || ref == to_string(id);
        };
        const bool record =
            named(query_.record, r.name, r.record) || query_.record == r.partition_name + '/' + r.name;
        return (!query_.owner || *query_.owner == r.owner) && record &&
               named(query_.partition, r.partition_name, r.partition);
    }

    // What hosts counted that are silent may be known when they are back, or be lost with them.
    Result<void> find_silent() {
        WEFT_TRY(auto rows, Statement::prepare(database_,
                                               "SELECT c.record, min(c.heard_us) FROM usage_host h"
                                               " JOIN usage_count c ON c.host=h.host AND c.gone=0"
                                               " WHERE h.heard_us+h.interval_us*?+?<? GROUP BY c.record"));
        rows.bind(silent_intervals, silent_us, query_.now_us);
        for (;;) {
            WEFT_TRY(const bool more, rows.step());
            if (!more) return {};
            silent_since_[rows.number(0)] = rows.number(1);
        }
    }

    Result<void> add(UsagePage& page, const UsageRecord& record) {
        Lines lines;
        WEFT_CHECK(add_times(lines, record));
        WEFT_CHECK(add_counts(lines, record));
        const auto silent = silent_since_.find(record.record.value);
        const bool estimated =
            silent != silent_since_.end() && overlap(period_, {silent->second, query_.now_us}) != 0;
        for (auto& [account, line] : lines) {
            if (!query_.account.empty() && account != query_.account) continue;
            line.record = record;
            line.account = account;
            line.estimated = line.estimated || estimated;
            page.lines.push_back(std::move(line));
        }
        return {};
    }

    // Attached time is on the account that the record is on at the time.
    Result<void> add_times(Lines& lines, const UsageRecord& record) {
        std::vector<std::pair<std::string, Span>> lives;
        spans_.bind(record.record.value);
        for (;;) {
            WEFT_TRY(const bool more, spans_.step());
            if (!more) return {};
            const Span span{spans_.number(2), spans_.is_null(3) ? query_.now_us : spans_.number(3)};
            const Span seen{std::max(span.begin, period_.begin), std::min(span.end, period_.end)};
            if (seen.end <= seen.begin) continue;
            if (static_cast<UsageSpanKind>(spans_.integer(0)) == UsageSpanKind::record) {
                lives.emplace_back(spans_.text(1), seen);
                lines[lives.back().first].record_us += seen.end - seen.begin;
            } else {
                for (const auto& [account, life] : lives) lines[account].attached_us += overlap(life, seen);
            }
        }
    }

    Result<void> add_counts(Lines& lines, const UsageRecord& record) {
        const auto end = (period_.end + usage_hour_us - 1) / usage_hour_us;
        hours_.bind(record.record.value, period_.begin / usage_hour_us, end);
        for (;;) {
            WEFT_TRY(const bool more, hours_.step());
            if (!more) return {};
            auto& line = lines[hours_.text(0)];
            line.estimated = line.estimated || hours_.integer(1) != 0;
            for (std::size_t i = 0; i < line.counts.size(); ++i)
                line.counts[i] += hours_.number(static_cast<int>(i) + 2);
        }
    }
};

}  // namespace

Result<UsagePage> read_usage(const std::string& file, const char* vfs, const UsageQuery& query) {
    WEFT_TRY(const auto database, Database::open(file, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, vfs));
    WEFT_CHECK(database.run("BEGIN"));
    auto page = Reader{database, query}.page();
    WEFT_CHECK(database.run("COMMIT"));
    return page;
}

}  // namespace weft::coordinator::sqlite
