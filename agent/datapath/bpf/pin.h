// SPDX-License-Identifier: Apache-2.0
// Paths below the pin root, a directory in a bpffs:
//   <map name>            each map of weft/abi but the chain
//   load-<n>/<name>       the programs of a load and its chain
//   link-<ifindex>        the XDP link of an uplink
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/fd.h"
#include "weft/base/result.h"

namespace weft::agent::bpf {

// The directory, made if missing, for this user alone; an error when it is not in a bpffs.
[[nodiscard]] Result<void> make_pin_root(const std::string& root);
[[nodiscard]] Result<Fd> open_pin(const std::string& path);

[[nodiscard]] std::string load_directory(const std::string& root, std::uint32_t load);
[[nodiscard]] std::string link_path(const std::string& root, std::uint32_t ifindex);

// Numbers of the loads, and indexes of the links, that are pinned.
[[nodiscard]] std::vector<std::uint32_t> pinned_loads(const std::string& root);
[[nodiscard]] std::vector<std::uint32_t> pinned_links(const std::string& root);

}  // namespace weft::agent::bpf
