// SPDX-License-Identifier: Apache-2.0
#include "agent/report/monitor.h"

#include <time.h>

#include "agent/report/event_message.h"
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

Monitor::Losses Monitor::losses() const { return {lost_(WEFT_EVENT_DROPS), lost_(WEFT_EVENT_VERDICTS)}; }

Result<void> Monitor::watch(wire::Channel::Pointer channel, std::uint32_t sequence,
                            const wire::MonitorRequest& request) {
    WEFT_TRY(const auto filter, EventFilter::make(request));
    watchers_.push_back({std::move(channel), sequence, filter, losses(), 0});
    watchers_changed();
    return {};
}

void Monitor::watchers_changed() {
    Watched watched;
    for (const auto& watcher : watchers_) watcher.filter.add_to(watched);
    watch_(watched);
}

void Monitor::on_event(const weft_event& event) {
    if (watchers_.empty()) return;
    const auto offset = microseconds(CLOCK_REALTIME) - microseconds(CLOCK_MONOTONIC);
    std::optional<wire::PacketEvent> message;
    for (auto& watcher : watchers_) {
        if (!watcher.filter.matches(event)) continue;
        if (!message) message = event_message(event, device_name_(event.ifindex), offset);
        send(watcher, *message);
    }
}

void Monitor::send(Watcher& watcher, wire::PacketEvent& event) const {
    if (watcher.channel->queued() > most_queued) {
        if (event.verdict != wire::PacketVerdict::lost) ++watcher.skipped;
        return;
    }
    const auto now = losses();
    event.lost_rate = now.drops.rate - watcher.before.drops.rate;
    event.lost_ring = now.drops.ring - watcher.before.drops.ring;
    if (watcher.filter.verdicts()) {
        event.lost_rate += now.verdicts.rate - watcher.before.verdicts.rate;
        event.lost_ring += now.verdicts.ring - watcher.before.verdicts.ring;
    }
    event.lost_reader = watcher.skipped;
    event.lost = event.lost_rate + event.lost_ring + event.lost_reader;
    if (event.verdict == wire::PacketVerdict::lost && event.lost == 0) return;
    watcher.before = now;
    watcher.skipped = 0;
    if (const auto frame = wire::pack(wire::Command::packet_event, event, watcher.sequence))
        watcher.channel->send(*frame);
}

void Monitor::tell(Watcher& watcher) const {
    wire::PacketEvent event;
    event.time_us = microseconds(CLOCK_REALTIME);
    event.verdict = wire::PacketVerdict::lost;
    send(watcher, event);
}

bool Monitor::tell_losses(const wire::Channel::Pointer& channel) {
    bool any = false;
    for (auto& watcher : watchers_)
        if (watcher.channel == channel) {
            any = true;
            tell(watcher);
        }
    return any;
}

void Monitor::leave(const wire::Channel::Pointer& channel) {
    if (!tell_losses(channel)) return;
    std::erase_if(watchers_, [&](const Watcher& watcher) { return watcher.channel == channel; });
    watchers_changed();
}

}  // namespace weft::agent
