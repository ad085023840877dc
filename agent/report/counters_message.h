// SPDX-License-Identifier: Apache-2.0
// Counters as messages. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/datapath/datapath.h"
#include "weft/wire/message/status.h"

namespace weft::agent {

// One entry a record, sorted by id, with its drops by reason; in front, without a record, the drops that
// belong to none. With `record` set only that one.
[[nodiscard]] std::vector<wire::RecordCounters> record_counters(std::span<const RecordCounter> counters,
                                                                std::span<const DropCounter> drops,
                                                                const std::string& host, Id record);

// Cut into messages that can be sent; at least one.
[[nodiscard]] std::vector<wire::Counters> counters_messages(std::vector<wire::RecordCounters> records);

}  // namespace weft::agent
