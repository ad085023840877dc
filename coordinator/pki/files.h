// SPDX-License-Identifier: Apache-2.0
// What `weft pki` does with a directory of PEM files. Keys are written 0600, nothing is overwritten.
#pragma once

#include <string>
#include <vector>

#include "coordinator/pki/authority.h"

namespace weft::coordinator::pki {

// ca.pem and ca.key; the directory is made (0700) when it is missing. conflict: there is a CA already.
[[nodiscard]] Result<void> init_ca(const std::string& directory);
// coordinator.pem and coordinator.key, from the CA in `directory`; addresses: where agents reach it.
[[nodiscard]] Result<void> issue_coordinator(const std::string& directory, const std::string& name,
                                             const std::vector<std::string>& addresses);
// NAME.pem and NAME.key.
[[nodiscard]] Result<void> issue_user(const std::string& directory, const std::string& name);

// The CA in `directory`.
[[nodiscard]] Result<Authority> load_authority(const std::string& directory);

}  // namespace weft::coordinator::pki
