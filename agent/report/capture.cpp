// SPDX-License-Identifier: Apache-2.0
#include "agent/report/capture.h"

#include <time.h>

#include <algorithm>

#include "weft/abi/counter.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

namespace weft::agent {
namespace {

constexpr std::size_t most_queued = 16U << 20;  // of one connection, bytes
constexpr std::uint32_t both = 1U << WEFT_TX | 1U << WEFT_RX;

std::uint64_t nanoseconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

Result<std::uint32_t> directions_of(const std::string& text) {
    if (text.empty()) return both;
    if (text == "tx") return 1U << WEFT_TX;
    if (text == "rx") return 1U << WEFT_RX;
    return invalid("direction", "tx or rx was expected, not '" + text + "'");
}

template <class T>
void send(wire::Channel& channel, wire::Command command, const T& body, std::uint32_t sequence) {
    if (const auto frame = wire::pack(command, body, sequence)) channel.send(*frame);
}

}  // namespace

Result<void> Capture::ask(wire::Channel::Pointer channel, std::uint32_t sequence,
                          const wire::CaptureRequest& request) {
    const auto present = of(*channel);
    if (request.stop) {
        if (present == watchers_.end()) return invalid("stop", "this connection captures nothing");
        end(present);
        return {};
    }
    if (present != watchers_.end()) return conflict("record", "this connection captures already");
    WEFT_TRY(const auto record, parse_id(request.record));
    if (record.kind != Kind::record)
        return invalid("record", "the id of a record was expected: " + request.record);
    WEFT_TRY(const auto directions, directions_of(request.direction));
    const std::uint32_t most = WEFT_CAPTURE_MOST;
    const auto snaplen = request.snaplen == 0 ? most : std::min(request.snaplen, most);
    return start({std::move(channel), sequence, record, snaplen, directions, 0, 0});
}

Result<void> Capture::start(Watcher watcher) {
    watcher.lost_before = path_.lost(watcher.record);
    watchers_.push_back(watcher);
    if (auto done = apply(watcher.record); !done) {
        watchers_.pop_back();
        (void)apply(watcher.record);
        return done;
    }
    send(*watcher.channel, wire::Command::ack, wire::Ack{}, watcher.sequence);
    return {};
}

// What all who capture the record want.
Result<void> Capture::apply(Id record) {
    std::uint32_t snaplen = 0;
    std::uint32_t directions = 0;
    for (const auto& watcher : watchers_) {
        if (watcher.record != record) continue;
        snaplen = std::max(snaplen, watcher.snaplen);
        directions |= watcher.directions;
    }
    return path_.set(record, snaplen, directions);
}

Capture::Watchers::iterator Capture::of(const wire::Channel& channel) {
    return std::ranges::find_if(watchers_, [&](const Watcher& w) { return w.channel.get() == &channel; });
}

// The last message has no packet, but what was lost in all.
void Capture::end(Watchers::iterator watcher) {
    path_.drain();
    const auto lost = path_.lost(watcher->record);
    wire::Captured last;
    last.lost = lost - std::min(lost, watcher->lost_before) + watcher->skipped;
    const auto ended = std::move(*watcher);
    watchers_.erase(watcher);
    (void)apply(ended.record);
    send(*ended.channel, wire::Command::captured, last, ended.sequence);
}

void Capture::forget(const wire::Channel& channel) {
    if (const auto watcher = of(channel); watcher != watchers_.end()) end(watcher);
}

void Capture::on_packet(const weft_captured& head, std::span<const std::uint8_t> bytes) {
    const auto offset = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC);
    const auto point =
        head.point == WEFT_CAPTURE_OUTER ? wire::CapturePoint::outer : wire::CapturePoint::inner;
    const std::string direction{head.direction == WEFT_TX ? "tx" : "rx"};
    wire::Captured message{head.time + offset, point, direction, head.length, {}, 0};
    for (auto& watcher : watchers_) {
        if (watcher.record.value != head.record || (watcher.directions & 1U << head.direction) == 0) continue;
        if (watcher.channel->queued() > most_queued) {
            ++watcher.skipped;
            continue;
        }
        const auto kept = bytes.first(std::min<std::size_t>(bytes.size(), watcher.snaplen));
        message.packet.assign(kept.begin(), kept.end());
        send(*watcher.channel, wire::Command::captured, message, watcher.sequence);
    }
}

}  // namespace weft::agent
