// SPDX-License-Identifier: Apache-2.0
#include "agent/report/monitor.h"

#include <time.h>

#include "agent/report/drop_message.h"
#include "weft/wire/message.h"

namespace weft::agent {
namespace {

constexpr std::size_t most_queued = 1U << 18;  // of one watcher, bytes

std::uint64_t microseconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

Result<void> Monitor::watch(wire::Channel::Pointer channel, std::uint32_t sequence,
                            const wire::MonitorRequest& request) {
    Watcher watcher{std::move(channel), sequence, {}, 0, lost_(), 0};
    if (!request.record.empty()) {
        WEFT_TRY(watcher.record, parse_id(request.record));
        if (watcher.record.kind != Kind::record)
            return invalid("record", "the id of a record was expected: " + request.record);
    }
    if (!request.reason.empty()) {
        const auto reason = drop_reason(request.reason);
        if (!reason) return invalid("reason", "there is no drop reason " + request.reason);
        watcher.reason = reason->number;
    }
    watchers_.push_back(std::move(watcher));
    return {};
}

void Monitor::on_event(const weft_event& event) {
    std::erase_if(watchers_, [](const Watcher& watcher) { return watcher.channel->closed(); });
    if (watchers_.empty() || event.kind != WEFT_EVENT_DROP) return;
    const auto offset = microseconds(CLOCK_REALTIME) - microseconds(CLOCK_MONOTONIC);
    auto drop = drop_message(event, device_name_(event.ifindex), offset);
    for (auto& watcher : watchers_)
        if ((!watcher.record || watcher.record == drop.record) &&
            (watcher.reason == 0 || watcher.reason == drop.reason))
            send(watcher, drop);
}

void Monitor::send(Watcher& watcher, wire::PacketEvent& drop) const {
    if (watcher.channel->queued() > most_queued) {
        ++watcher.skipped;
        return;
    }
    const auto lost = lost_();
    drop.lost = lost - watcher.lost_before + watcher.skipped;
    watcher.lost_before = lost;
    watcher.skipped = 0;
    if (const auto frame = wire::pack(wire::Command::packet_event, drop, watcher.sequence))
        watcher.channel->send(*frame);
}

}  // namespace weft::agent
