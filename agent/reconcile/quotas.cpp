// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/quotas.h"

#include <fmt/format.h>

#include <utility>

#include "agent/reconcile/bytes.h"

namespace weft::agent {
namespace {

using Texts = std::map<std::uint64_t, std::string>;

std::string text(const Texts& texts, std::uint64_t record) {
    const auto found = texts.find(record);
    return found == texts.end() ? std::string{} : found->second;
}

}  // namespace

void Quotas::adopt(const std::vector<Entry>& installed) {
    for (const auto& entry : installed)
        reserved_[from_bytes<std::uint64_t>(entry.key)] = from_bytes<weft_quota>(entry.value).flows;
}

// What was reserved stays so as long as it is asked for; what is new or changed is reserved in the order of
// the records' ids if, with it, every other record still gets the least that one gets.
void Quotas::reserve(const DesiredSet& desired) {
    const auto former = std::exchange(reserved_, {});
    refusals_.clear();
    std::map<std::uint64_t, std::uint32_t> wishes;
    std::size_t total = 0;
    for (const auto& [record, ports] : ports_.all()) {
        const auto wish = ports_.first(record, desired)->flow_limit;
        if (wish == 0) continue;
        wishes[record] = wish;
        const auto had = former.find(record);
        if (had == former.end()) continue;
        reserved_.insert(*had);
        total += had->second;
    }
    for (const auto& [record, wish] : wishes) {
        const auto had = reserved_.find(record);
        const std::size_t own = had == reserved_.end() ? 0 : had->second;
        if (own == wish) continue;
        const auto others = ports_.all().size() - reserved_.size() - (own == 0 ? 1 : 0);
        const auto taken = total - own + others * least_flows;
        if (wish <= own || taken + wish <= capacity_) {
            reserved_[record] = wish;
            total = total - own + wish;
        } else {
            refusals_[record] =
                fmt::format("flow limit {}: this host has room for {} more flows of the record", wish,
                            capacity_ > taken ? capacity_ - taken : 0);
        }
    }
}

void Quotas::grant(const DesiredSet& desired) {
    std::size_t total = 0;
    for (const auto& [record, flows] : reserved_) total += flows;
    const auto share = fair_share(limits_, total < capacity_ ? capacity_ - total : 0,
                                  ports_.all().size() - reserved_.size());
    std::vector<MapEntry> fresh;
    for (const auto& [record, ports] : ports_.all()) {
        const auto* port = ports_.first(record, desired);
        const auto own = reserved_.find(record);
        weft_quota value{};
        value.flows = own == reserved_.end() ? share : own->second;
        value.timeouts = own_timeouts(limits_.timeouts, port->tcp_timeout, port->udp_timeout);
        fresh.push_back({MapId::flow_use, {to_bytes(record), {}}});
        fresh.push_back({MapId::quota, {to_bytes(record), to_bytes(value)}});
    }
    (void)wanted_.replace(granted_, fresh);  // nobody else wants these keys
    granted_ = refs_of(fresh);
}

RecordPorts::Keys Quotas::refresh(const DesiredSet& desired) {
    RecordPorts::Keys touched;
    if (ports_.take_changed().empty()) return touched;
    const auto before = refusals_;
    reserve(desired);
    grant(desired);
    for (const auto& [record, ports] : ports_.all()) {
        if (text(before, record) != text(refusals_, record)) touched.insert(ports.begin(), ports.end());
    }
    return touched;
}

std::string Quotas::refusal(const schema::Port& port) const { return text(refusals_, port.record.value); }

}  // namespace weft::agent
