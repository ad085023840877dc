// SPDX-License-Identifier: Apache-2.0
// The ledger of usage against a plain sum, whatever becomes of reports, processes, records and hosts.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <list>

#include "agent/report/usage_reporter.h"
#include "store_file.h"

using namespace weft;
using namespace weft::coordinator;
using namespace weft::test;
using agent::HostUsage;
using agent::UsageCounter;
using agent::UsageReporter;

namespace {

constexpr std::size_t hosts = 3;
constexpr std::uint64_t records = 4;
constexpr std::uint64_t begin_us = 500'000 * usage_hour_us + 17;

std::uint64_t pick(std::uint64_t from, std::uint64_t end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, end));
}

Id record_id(std::uint64_t value) { return {Kind::record, value}; }
Id host_id(std::size_t number) { return {Kind::host, number + 1}; }

UsageCounts counts_of(const agent::RecordCounter& c) {
    return {c.tx_packets, c.tx_bytes, c.rx_packets, c.rx_bytes, c.tx_drops, c.rx_drops};
}

// The kernel's side of a host, and its agent's process.
struct Host {
    HostUsage kernel;
    std::unique_ptr<UsageReporter> process;
    std::list<wire::UsageReport> on_the_way;
    std::list<std::uint64_t> answers;
};

struct Cloud {
    StoreFile file;
    std::unique_ptr<SqliteRepository> store{file.open()};
    std::array<Host, hosts> host;
    std::map<std::uint64_t, std::size_t> where;  // records that are attached
    std::uint64_t now{begin_us};
    std::uint64_t next_number{1};

    // The plain sum: of a counter that lives or was kept, what it counted; of a lost one, what arrived.
    struct Sum {
        std::uint64_t record{0};
        std::size_t host{0};
        UsageCounts counted{};
        UsageCounts arrived{};
        bool heard{false};
        bool last_heard{false};  // as gone
        bool lost{false};
    };
    std::map<std::uint64_t, Sum> sums;  // by life
    std::map<std::uint64_t, std::uint64_t> attached_us;
    std::map<std::uint64_t, std::uint64_t> attached_at;

    Cloud() {
        UsageChanges all;
        for (std::uint64_t r = 1; r <= records; ++r) {
            all.records.push_back(
                {record_id(r), "r" + std::to_string(r), {Kind::partition, 9}, "blue", "ann"});
            all.spans.push_back(
                {UsageSpanKind::record, record_id(r), 0, true, "acc" + std::to_string(r % 2)});
            for (std::size_t h = 0; h < hosts; ++h) all.places.push_back({record_id(r), host_id(h)});
        }
        tell(std::move(all));
        for (auto& each : host) boot(each);
    }

    void tell(UsageChanges changes) {
        Transaction transaction;
        transaction.usage = std::move(changes);
        transaction.time_us = now;
        RC_ASSERT(commit(*store, std::move(transaction)).has_value());
    }
    void boot(Host& h) {
        h.kernel = {next_number++, {}};
        start(h);
    }
    // A new process knows nothing; what the former one said may be under way no more.
    void start(Host& h) {
        h.process = std::make_unique<UsageReporter>(std::chrono::seconds(60));
        h.on_the_way.clear();
        h.answers.clear();
    }
    UsageCounter* counter(std::uint64_t record) {
        for (auto& c : host[where.at(record)].kernel.counters)
            if (c.counts.record == record && !c.gone) return &c;
        return nullptr;
    }

    void attach(std::uint64_t record, std::size_t at) {
        if (where.contains(record)) return;
        where[record] = at;
        attached_at[record] = now;
        const auto life = next_number++;
        host[at].kernel.counters.push_back({life, {record, 0, 0, 0, 0, 0, 0}, false});
        sums[life] = {record, at, {}, {}};
        tell({{}, {{UsageSpanKind::attachment, record_id(record), 77, true}}, {}, {}, {}, false});
    }
    void detach(std::uint64_t record) {
        if (!where.contains(record)) return;
        if (auto* c = counter(record)) c->gone = true;
        where.erase(record);
        attached_us[record] += now - attached_at[record];
        tell({{}, {{UsageSpanKind::attachment, record_id(record), 77, false}}, {}, {}, {}, false});
    }
    void traffic(std::uint64_t record) {
        auto* c = where.contains(record) ? counter(record) : nullptr;
        if (c == nullptr) return;
        c->counts.tx_packets += pick(0, 5);
        c->counts.tx_bytes += pick(0, 1000);
        c->counts.rx_packets += pick(0, 5);
        c->counts.rx_bytes += pick(0, 1000);
        c->counts.tx_drops += pick(0, 3);
        c->counts.rx_drops += pick(0, 3);
        sums[c->life].counted = counts_of(c->counts);
    }
    // The host's memory is gone. A record that was attached there counts again from nothing.
    void reboot(std::size_t at) {
        std::vector<std::uint64_t> back;
        for (const auto& c : host[at].kernel.counters) {
            sums[c.life].lost = true;
            if (!c.gone) back.push_back(c.counts.record);
        }
        boot(host[at]);
        for (const auto record : back) {
            const auto life = next_number++;
            host[at].kernel.counters.push_back({life, {record, 0, 0, 0, 0, 0, 0}, false});
            sums[life] = {record, at, {}, {}};
        }
    }
    void report(Host& h, bool all) {
        for (auto& report : h.process->reports(h.kernel, all)) h.on_the_way.push_back(std::move(report));
    }
    void deliver(std::size_t at, bool again) {
        auto& h = host[at];
        if (h.on_the_way.empty()) return;
        auto chosen =
            std::next(h.on_the_way.begin(), static_cast<std::ptrdiff_t>(pick(0, h.on_the_way.size())));
        UsageReport report{host_id(at), chosen->incarnation, 60'000'000, {}};
        for (const auto& c : chosen->counts) {
            const UsageCounts counts{c.tx_packets, c.tx_bytes, c.rx_packets,
                                     c.rx_bytes,   c.tx_drops, c.rx_drops};
            report.counts.push_back({c.life, c.record, counts, c.gone});
            auto& sum = sums[c.life];
            sum.heard = true;
            sum.last_heard = sum.last_heard || c.gone;
            for (std::size_t i = 0; i < counts.size(); ++i)
                sum.arrived[i] = std::max(sum.arrived[i], counts[i]);
        }
        tell({{}, {}, {}, std::move(report), {}, false});
        h.answers.push_back(chosen->number);
        if (!again) h.on_the_way.erase(chosen);
    }
    void answer(Host& h) {
        if (h.answers.empty()) return;
        auto chosen = std::next(h.answers.begin(), static_cast<std::ptrdiff_t>(pick(0, h.answers.size())));
        const auto lives = h.process->acknowledged(*chosen, {});
        h.answers.erase(chosen);
        std::erase_if(h.kernel.counters, [&](const UsageCounter& c) {
            return c.gone && std::ranges::find(lives, c.life) != lives.end();
        });
    }
    void restart_coordinator() {
        store.reset();
        store = file.open();
        for (auto& h : host) h.answers.clear();
    }
    void flush() {
        for (std::size_t at = 0; at < hosts; ++at) {
            auto& h = host[at];
            h.on_the_way.clear();
            report(h, true);
            while (!h.on_the_way.empty()) deliver(at, false);
            while (!h.answers.empty()) answer(h);
        }
    }

    std::map<std::uint64_t, UsageLine> asked(std::uint64_t from, std::uint64_t to) {
        UsageQuery query;
        query.from_us = from;
        query.to_us = to;
        query.now_us = now;
        query.limit = 3;  // two pages
        std::map<std::uint64_t, UsageLine> lines;
        for (;;) {
            const auto page = store->usage(query).value();
            for (const auto& line : page.lines)
                RC_ASSERT(lines.emplace(line.record.record.value, line).second);
            if (!page.next) return lines;
            query.after = page.next;
        }
    }
};

void add(UsageCounts& to, const UsageCounts& more) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += more[i];
}

}  // namespace

TEST_CASE(
    "[8.4/exact] lost, repeated and late reports, restarts, reboots and moves: the ledger is a plain sum") {
    const bool passed = rc::check("ledger equals plain sum", [] {
        Cloud cloud;
        for (auto step = pick(20, 150); step > 0; --step) {
            const auto record = pick(1, records + 1);
            const auto at = pick(0, hosts);
            auto& host = cloud.host[at];
            cloud.now += pick(0, 3) == 0 ? pick(0, usage_hour_us) : pick(0, 1'000'000);
            switch (pick(0, 14)) {
                case 0: cloud.attach(record, at); break;
                case 1: cloud.detach(record); break;
                case 2: cloud.detach(record), cloud.attach(record, at); break;  // a move
                case 3:
                case 4:
                case 5: cloud.traffic(record); break;
                case 6:
                case 7: cloud.report(host, pick(0, 3) == 0); break;
                case 8:
                case 9: cloud.deliver(at, pick(0, 3) == 0); break;
                case 10: cloud.answer(host); break;
                case 11: cloud.start(host); break;
                case 12: cloud.restart_coordinator(); break;
                default:
                    if (pick(0, 4) == 0) cloud.reboot(at);
            }
        }
        cloud.now += 1'000'000;
        cloud.flush();
        const auto lines = cloud.asked(0, 0);
        RC_ASSERT(lines.size() == records);
        for (std::uint64_t r = 1; r <= records; ++r) {
            UsageCounts expected{};
            bool estimated = false;
            for (const auto& [life, sum] : cloud.sums) {
                if (sum.record != r) continue;
                add(expected, sum.lost ? sum.arrived : sum.counted);
                estimated = estimated || (sum.lost && sum.heard && !sum.last_heard);
            }
            const auto& line = lines.at(r);
            RC_ASSERT(line.counts == expected);
            RC_ASSERT(line.estimated == estimated);
            RC_ASSERT(line.account == "acc" + std::to_string(r % 2));
            RC_ASSERT(line.record_us == cloud.now - begin_us);
            auto attached = cloud.attached_us[r];
            if (cloud.where.contains(r)) attached += cloud.now - cloud.attached_at[r];
            RC_ASSERT(line.attached_us == attached);
        }
        // Periods that meet add up to the whole.
        const auto middle = (begin_us + cloud.now) / 2 / usage_hour_us * usage_hour_us;
        const auto before = cloud.asked(0, middle);
        const auto after = cloud.asked(middle, 0);
        for (const auto& [r, whole] : lines) {
            UsageLine sum;
            for (const auto* part : {&before, &after})
                if (const auto found = part->find(r); found != part->end()) {
                    add(sum.counts, found->second.counts);
                    sum.record_us += found->second.record_us;
                    sum.attached_us += found->second.attached_us;
                }
            RC_ASSERT(sum.counts == whole.counts);
            RC_ASSERT(sum.record_us == whole.record_us);
            RC_ASSERT(sum.attached_us == whole.attached_us);
        }
        for (const auto& h : cloud.host)
            for (const auto& c : h.kernel.counters) RC_ASSERT(!c.gone);
    });
    CHECK(passed);
}
