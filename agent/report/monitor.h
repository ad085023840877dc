// SPDX-License-Identifier: Apache-2.0
// Who is watching this host's packets.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/datapath/datapath.h"
#include "agent/report/event_filter.h"
#include "weft/wire/channel.h"

namespace weft::agent {

class Monitor {
public:
    // The device's name in this network namespace; empty when it is gone.
    using DeviceName = std::function<std::string(std::uint32_t ifindex)>;
    // Samples lost so far, before they got here.
    using Lost = std::function<LostEvents(weft_event_sort sort)>;
    // Whose packets must be sampled as they pass; called when that changes.
    using Watch = std::function<void(const Watched& watched)>;

    Monitor(DeviceName device_name, Lost lost, Watch watch)
        : device_name_(std::move(device_name)), lost_(std::move(lost)), watch_(std::move(watch)) {}

    // Sends what matches until leave(), with what was lost on the way. Errors: as EventFilter's.
    [[nodiscard]] Result<void> watch(wire::Channel::Pointer channel, std::uint32_t sequence,
                                     const wire::MonitorRequest& request);
    void on_event(const weft_event& event);
    // Tells the channel's watchers of losses that no event told of. False: it has none.
    bool tell_losses(const wire::Channel::Pointer& channel);
    // The channel's watchers are told of the last losses, and watch no more.
    void leave(const wire::Channel::Pointer& channel);

private:
    struct Losses {
        LostEvents drops;
        LostEvents verdicts;
    };
    struct Watcher {
        wire::Channel::Pointer channel;
        std::uint32_t sequence{0};
        EventFilter filter;
        Losses before;
        std::uint64_t skipped{0};  // it did not read
    };
    [[nodiscard]] Losses losses() const;
    void send(Watcher& watcher, wire::PacketEvent& event) const;
    void tell(Watcher& watcher) const;
    void watchers_changed();

    DeviceName device_name_;
    Lost lost_;
    Watch watch_;
    std::vector<Watcher> watchers_;
};

}  // namespace weft::agent
