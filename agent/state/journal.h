// SPDX-License-Identifier: Apache-2.0
// The bytes in which a desired set outlives the agent's process: the frames of a session, in groups that end
// with a commit. The first group is a hello (whose state it is) and every object; each later one is a delta.
// The sequence of a commit's frame is the CRC-32 of its group with that field zero. Pure.
#pragma once

#include <span>

#include "agent/state/outcome.h"
#include "weft/wire/frame.h"

namespace weft::agent {

[[nodiscard]] Result<wire::Bytes> snapshot_group(const DesiredSet& desired, const Installed& identity);
[[nodiscard]] Result<wire::Bytes> delta_group(const Changes& changes, std::uint64_t revision);

struct Recovered {
    DesiredSet desired;
    Installed identity;
};

// `damaged`, naming the byte, for anything but whole groups: then nothing in it is believed. A file that lost
// whole groups at its end reads as an older revision, which the caller compares with the one installed.
[[nodiscard]] Result<Recovered> recover(std::span<const std::uint8_t> bytes);

}  // namespace weft::agent
