// SPDX-License-Identifier: Apache-2.0
// The desired set on disk (state/journal.h), so that a restarted agent knows what it was told.
#pragma once

#include <optional>
#include <string>

#include "agent/state/journal.h"

namespace weft::agent {

class StateFile {
public:
    // `directory` is made if missing.
    explicit StateFile(std::string directory);

    // not_found: there is none; damaged: it cannot be believed (the error says where and why).
    [[nodiscard]] Result<Recovered> load() const;
    // The whole set, atomically.
    [[nodiscard]] Result<void> replace(const DesiredSet& desired, const Installed& identity);
    // One commit more; `desired` is the set with it. Appends, or replaces a file that has grown.
    [[nodiscard]] Result<void> append(const Changes& changes, const DesiredSet& desired,
                                      const Installed& identity);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    std::size_t base_{0};      // bytes of the last whole set; 0: no file that may be appended to
    std::size_t appended_{0};  // bytes behind it
};

}  // namespace weft::agent
