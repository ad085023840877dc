// SPDX-License-Identifier: Apache-2.0
// What hosts say now: in memory only, republished by every session (distribution fills it).
#pragma once

#include <optional>
#include <string>

#include "coordinator/model/object.h"

namespace weft::coordinator {

class Acknowledgements {
public:
    virtual ~Acknowledgements() = default;

    [[nodiscard]] virtual schema::SessionState session(Id host) const = 0;
    // Newest revision the host has installed; 0 when it has not said so since the coordinator started.
    [[nodiscard]] virtual Revision installed(Id host) const = 0;
    // Why the host could not install the port of this attachment, as of installed().
    [[nodiscard]] virtual std::optional<std::string> failure(Id host, Id attachment) const = 0;
    // Whether the port waits for its device to appear.
    [[nodiscard]] virtual bool waiting(Id host, Id attachment) const = 0;
    // Attachments whose device there went away, or has no carrier any more.
    [[nodiscard]] virtual std::vector<Id> lost(Id host) const = 0;
    // Why the host cannot be used, in words; empty: none known.
    [[nodiscard]] virtual std::string problem(Id host) const = 0;
    // What the host last said to have counted of the record; time 0: nothing yet.
    [[nodiscard]] virtual schema::TrafficCounts counted(Id host, Id record) const = 0;
};

// Whether the host is expected to install what it is sent, or counts as having done so at once (a foreign
// one). Not so: lost, never seen, or holding back until its operator confirms.
[[nodiscard]] inline bool answers(schema::SessionState state) {
    return state == schema::SessionState::connected || state == schema::SessionState::lagging ||
           state == schema::SessionState::foreign;
}

}  // namespace weft::coordinator
