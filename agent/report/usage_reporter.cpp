// SPDX-License-Identifier: Apache-2.0
#include "agent/report/usage_reporter.h"

#include <algorithm>
#include <set>

namespace weft::agent {
namespace {

constexpr std::size_t most_counts = 400;    // of a message: 48 KiB; an attribute has 64
constexpr std::size_t most_unanswered = 8;  // rounds; what they told is told again

wire::UsageCount message(const UsageCounter& counter) {
    const auto& c = counter.counts;
    return {counter.life, {Kind::record, c.record},
            c.tx_packets, c.tx_bytes,
            c.rx_packets, c.rx_bytes,
            c.tx_drops,   c.rx_drops,
            counter.gone};
}

}  // namespace

std::vector<wire::UsageReport> UsageReporter::reports(const HostUsage& usage, bool all) {
    if (all) known_.clear();
    std::vector<wire::UsageCount> news;
    std::set<std::uint64_t> present;
    for (const auto& counter : usage.counters) {
        present.insert(counter.life);
        const auto count = message(counter);
        const auto known = known_.find(counter.life);
        if (known == known_.end() || known->second != count) news.push_back(count);
    }
    std::erase_if(known_, [&](const auto& entry) { return !present.contains(entry.first); });

    std::vector<wire::UsageReport> out;
    std::size_t at = 0;
    do {
        const auto size = std::min(most_counts, news.size() - at);
        wire::UsageReport report{
            ++number_, usage.incarnation, static_cast<std::uint32_t>(interval_.count()), {}};
        const auto first = news.begin() + static_cast<std::ptrdiff_t>(at);
        report.counts.assign(first, first + static_cast<std::ptrdiff_t>(size));
        sent_[report.number] = report.counts;
        out.push_back(std::move(report));
        at += size;
    } while (at < news.size());
    while (sent_.size() > most_unanswered * out.size()) sent_.erase(sent_.begin());
    return out;
}

std::vector<std::uint64_t> UsageReporter::acknowledged(std::uint64_t number,
                                                       std::chrono::steady_clock::time_point now) {
    const auto at = sent_.find(number);
    if (at == sent_.end()) return {};
    last_ = now;
    std::vector<std::uint64_t> gone;
    for (const auto& count : at->second) {
        if (count.gone) gone.push_back(count.life);
        known_[count.life] = count;
    }
    sent_.erase(at);
    return gone;
}

}  // namespace weft::agent
