// SPDX-License-Identifier: Apache-2.0
// Who is watching this host's drops.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "weft/abi/event.h"
#include "weft/wire/channel.h"
#include "weft/wire/message/status.h"

namespace weft::agent {

class Monitor {
public:
    // The device's name in this network namespace; empty when it is gone.
    using DeviceName = std::function<std::string(std::uint32_t ifindex)>;
    // Samples lost so far, before they got here.
    using Lost = std::function<std::uint64_t()>;

    Monitor(DeviceName device_name, Lost lost)
        : device_name_(std::move(device_name)), lost_(std::move(lost)) {}

    // Sends matching drops until the channel is closed. A watcher that does not keep up loses some, and is
    // told how many. Errors: a record that is no id, a reason that is not listed.
    [[nodiscard]] Result<void> watch(wire::Channel::Pointer channel, std::uint32_t sequence,
                                     const wire::MonitorRequest& request);
    void on_event(const weft_event& event);

private:
    struct Watcher {
        wire::Channel::Pointer channel;
        std::uint32_t sequence{0};
        Id record;                // none: all
        std::uint32_t reason{0};  // 0: all
        std::uint64_t lost_before{0};
        std::uint64_t skipped{0};
    };
    void send(Watcher& watcher, wire::PacketEvent& drop) const;

    DeviceName device_name_;
    Lost lost_;
    std::vector<Watcher> watchers_;
};

}  // namespace weft::agent
