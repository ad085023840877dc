// SPDX-License-Identifier: Apache-2.0
// What became of the desired set, as the coordinator is told. Pure.
#pragma once

#include "agent/state/outcome.h"
#include "weft/wire/message/session.h"

namespace weft::agent {

// Bounded to what one message may carry: lists that are longer are cut, and `problem` says how much is
// missing.
[[nodiscard]] wire::Installed acknowledge(const Outcome& outcome);

}  // namespace weft::agent
