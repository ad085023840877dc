// SPDX-License-Identifier: Apache-2.0
// Who captures packets of records on this host. A capture ends with its connection.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "weft/abi/capture.h"
#include "weft/wire/channel.h"
#include "weft/wire/message/capture.h"

namespace weft::agent {

class Capture {
public:
    struct Switch {
        // Directions are bits, 1 << weft_direction; 0: the record is no longer captured. not_found: the
        // record is not attached here.
        std::function<Result<void>(Id record, std::uint32_t snaplen, std::uint32_t directions)> set;
        // Packets of the record lost since its capture began.
        std::function<std::uint64_t(Id record)> lost;
        // Brings what is on the way.
        std::function<void()> drain;
    };

    explicit Capture(Switch path) : path_(std::move(path)) {}

    // Starts or, as the request says, stops the capture of this connection, and answers. Errors: a record
    // that is no id or not here, a direction that is none, a second capture of a connection.
    [[nodiscard]] Result<void> ask(wire::Channel::Pointer channel, std::uint32_t sequence,
                                   const wire::CaptureRequest& request);
    // The connection ended.
    void forget(const wire::Channel& channel);
    void on_packet(const weft_captured& head, std::span<const std::uint8_t> bytes);

private:
    struct Watcher {
        wire::Channel::Pointer channel;
        std::uint32_t sequence{0};
        Id record;
        std::uint32_t snaplen{0};
        std::uint32_t directions{0};
        std::uint64_t lost_before{0};
        std::uint64_t skipped{0};
    };
    using Watchers = std::vector<Watcher>;

    [[nodiscard]] Result<void> start(Watcher watcher);
    [[nodiscard]] Result<void> apply(Id record);
    [[nodiscard]] Watchers::iterator of(const wire::Channel& channel);
    void end(Watchers::iterator watcher);

    Switch path_;
    Watchers watchers_;
};

}  // namespace weft::agent
