// SPDX-License-Identifier: Apache-2.0
// What a session has received since the last commit. Nothing of it takes effect before the commit. Pure.
#pragma once

#include <map>
#include <optional>

#include "agent/state/desired_set.h"
#include "weft/wire/frame.h"
#include "weft/wire/message/session.h"

namespace weft::agent {

class Stage {
public:
    // The puts up to the next commit are a whole desired set.
    void begin_snapshot();
    [[nodiscard]] bool in_snapshot() const noexcept { return in_snapshot_; }

    // The last word on a key counts. The error names the field; the stage is then as it was.
    [[nodiscard]] Result<void> put(const wire::Put& message);
    void erase(const wire::Erase& message);
    // The same from a frame; false when it is neither.
    [[nodiscard]] Result<bool> take(const wire::Frame& frame);

    // At a commit: what was staged. The stage is empty afterwards, and no longer in a snapshot.
    [[nodiscard]] DesiredSet take_snapshot();
    // Puts in the order of kinds, deletes the other way round.
    [[nodiscard]] Changes take_changes();

private:
    bool in_snapshot_{false};
    std::map<ObjectKey, std::optional<Object>> staged_;  // nothing: erased
};

}  // namespace weft::agent
