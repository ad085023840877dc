// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/usage.h"

#include <condition_variable>
#include <mutex>

#include "tests/bench/bench.h"

namespace weft::bench {
namespace {

using namespace coordinator;

constexpr std::uint64_t hosts = 1000;
constexpr std::uint64_t records_of_host = 100;
constexpr std::uint64_t begin_us = 490'000 * usage_hour_us;

Id record_of(std::uint64_t host, std::uint64_t number) {
    return {Kind::record, host * records_of_host + number + 1};
}

// Lets so many transactions be under way.
class Window {
public:
    Window(Repository& repository, std::size_t room) : repository_(repository), room_(room) {}
    void commit(UsageChanges changes, std::uint64_t time_us) {
        std::unique_lock guard{mutex_};
        free_.wait(guard, [&] { return under_way_ < room_; });
        ++under_way_;
        Transaction transaction;
        transaction.usage = std::move(changes);
        transaction.time_us = time_us;
        repository_.commit(std::move(transaction), [this](Result<Revision> committed) {
            const std::lock_guard done{mutex_};
            failed_ = failed_ || !committed;
            --under_way_;
            free_.notify_one();
        });
    }
    void drain() {
        std::unique_lock guard{mutex_};
        free_.wait(guard, [&] { return under_way_ == 0; });
        if (failed_) throw std::runtime_error("a report of usage was not committed");
    }

private:
    Repository& repository_;
    std::size_t room_;
    std::size_t under_way_{0};
    bool failed_{false};
    std::mutex mutex_;
    std::condition_variable free_;
};

UsageChanges existing(std::uint64_t host) {
    UsageChanges changes;
    for (std::uint64_t n = 0; n < records_of_host; ++n) {
        const auto record = record_of(host, n);
        changes.records.push_back(
            {record, "r" + std::to_string(record.value), {Kind::partition, 1}, "p", "o"});
        changes.spans.push_back({UsageSpanKind::record, record, 0, true, "account"});
        changes.places.push_back({record, {Kind::host, host + 1}});
    }
    return changes;
}

UsageChanges report(std::uint64_t host, std::uint64_t round) {
    UsageChanges changes;
    changes.report = UsageReport{{Kind::host, host + 1}, 1, 60'000'000, {}};
    for (std::uint64_t n = 0; n < records_of_host; ++n)
        changes.report->counts.push_back(
            {n + 1, record_of(host, n), {round, round * 1000, round, round * 60, 0, 0}, false});
    return changes;
}

}  // namespace

double usage_reports(Repository& repository, double seconds) {
    Window window(repository, 64);
    for (std::uint64_t host = 0; host < hosts; ++host) window.commit(existing(host), begin_us);
    window.drain();
    std::uint64_t done = 0;
    const auto begin = Clock::now();
    for (std::uint64_t round = 1; seconds_since(begin) < seconds; ++round)
        for (std::uint64_t host = 0; host < hosts && seconds_since(begin) < seconds; ++host, ++done)
            window.commit(report(host, round), begin_us + round * 60'000'000);
    window.drain();
    return static_cast<double>(done) / seconds_since(begin);
}

}  // namespace weft::bench
