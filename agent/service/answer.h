// SPDX-License-Identifier: Apache-2.0
// What this host itself answers to a packet of an instance: DHCP of both families, router advertisements.
// Pure.
#pragma once

#include <optional>

#include "agent/service/packet.h"
#include "weft/base/result.h"
#include "weft/schema/desired.h"

namespace weft::agent {

struct Reply {
    Bytes frame;  // for the tap
    bool advertisement{false};
};

// `summed`: whether UDP's checksum is there to be looked at; `lease` in seconds. Nothing: no answer is due.
[[nodiscard]] Result<std::optional<Reply>> answer(const Packet& question, bool summed,
                                                  const schema::Port& port, std::uint32_t lease);

}  // namespace weft::agent
