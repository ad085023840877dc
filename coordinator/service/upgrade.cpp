// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/upgrade.h"

#include "coordinator/service/commit/usage_changes.h"
#include "coordinator/service/groups.h"
#include "coordinator/service/routes.h"
#include "weft/base/log.h"

namespace weft::coordinator {
namespace {

constexpr std::size_t records_at_once = 30;
constexpr std::size_t ledger_at_once = 5000;

Result<void> commit(Ledger& ledger, const Draft& draft, const std::string& text, std::uint64_t now_us) {
    std::vector<AuditRow> audit{{now_us, "weft-coordinator", "upgrade", {}, 0, text, 1}};
    WEFT_TRY(const auto revision, ledger.commit_now(draft, std::move(audit)));
    (void)revision;
    return {};
}

Result<void> complete_partitions(Ledger& ledger, std::uint64_t now_us) {
    std::vector<Ptr<schema::Partition>> without;
    for (const auto& [id, entry] : ledger.cloud().table<schema::Partition>())
        if (!ledger.cloud().group(entry.object->id, default_group_name) ||
            !ledger.cloud().route_table(entry.object->id, main_table_name))
            without.push_back(entry.object);
    for (const auto& partition : without) {
        Draft draft{ledger.cloud(), now_us};
        draft.rely(partition->id);
        if (!ledger.cloud().group(partition->id, default_group_name)) draft.put(default_group(*partition));
        if (!ledger.cloud().route_table(partition->id, main_table_name)) draft.put(main_table(*partition));
        WEFT_CHECK(commit(ledger, draft, "default group and main route table of partition " + partition->name,
                          now_us));
    }
    if (!without.empty())
        log_info("upgrade", "{} partitions have a default group and a main route table now", without.size());
    return {};
}

// The first record of a set makes its tag, so it has a transaction of its own.
Result<void> put_into_groups(Ledger& ledger, std::uint64_t now_us) {
    std::vector<Ptr<schema::Record>> without;
    for (const auto& [id, entry] : ledger.cloud().table<schema::Record>())
        if (entry.object->tag == 0) without.push_back(entry.object);
    for (std::size_t next = 0; next < without.size();) {
        Draft draft{ledger.cloud(), now_us};
        bool tagged = true;
        for (std::size_t n = 0; n < records_at_once && next < without.size() && tagged; ++n) {
            auto record = *without[next];
            const auto group = ledger.cloud().group(record.partition, default_group_name);
            tagged = group && ledger.cloud().tag_of({group->id}) != nullptr;
            if (!tagged && n > 0) break;
            WEFT_CHECK(enter_groups(draft, record));
            draft.put(std::move(record));
            ++next;
        }
        WEFT_CHECK(commit(ledger, draft, "records into their default group", now_us));
    }
    if (!without.empty()) log_info("upgrade", "{} records are in a default group now", without.size());
    return {};
}

// Records from before there was a ledger of usage; what it has already stays as it is.
Result<void> complete_usage(Ledger& ledger, std::uint64_t now_us) {
    WEFT_TRY(const bool complete, ledger.repository().usage_complete());
    if (complete) return {};
    UsageChanges changes;
    for (const auto& [id, entry] : ledger.cloud().table<schema::Record>()) {
        add_existing(changes, ledger.cloud(), *entry.object);
        if (changes.records.size() < ledger_at_once) continue;
        WEFT_CHECK(ledger.commit_usage_now(std::exchange(changes, {}), now_us));
    }
    changes.complete = true;
    return ledger.commit_usage_now(std::move(changes), now_us);
}

}  // namespace

Result<void> upgrade(Ledger& ledger, std::uint64_t now_us) {
    WEFT_CHECK(complete_usage(ledger, now_us));
    WEFT_CHECK(complete_partitions(ledger, now_us));
    return put_into_groups(ledger, now_us);
}

}  // namespace weft::coordinator
