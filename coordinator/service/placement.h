// SPDX-License-Identifier: Apache-2.0
// Whether a record may live on a host, and whether the host can program it now (row 2.1).
#pragma once

#include "coordinator/model/acknowledgements.h"
#include "coordinator/model/cloud.h"

namespace weft::coordinator {

// Of an instance; bounds what one operation carries (a move takes all of them).
inline constexpr std::size_t most_attachments = 64;

// The host is in the record's zone and among the partition's dedicated hosts, if any; and it runs an agent,
// if the record may be on several instances.
[[nodiscard]] Result<void> check_placement(const Cloud& cloud, const schema::Record& record,
                                           const schema::Host& host);

// Why the host cannot be used, in words: its agent has never reported, or reports a problem. Empty: it can.
[[nodiscard]] std::string unusable(const Acknowledgements& hosts, const schema::Host& host);

// Whether the instance is where and as it must be to program its attachments: placed, and running or booting.
[[nodiscard]] bool takes_ports(const schema::Instance& instance);

// Whether it is on its way to another host.
[[nodiscard]] bool is_moving(const Cloud& cloud, const schema::Instance& instance);

// Whether the instance is on the host, or spans it.
[[nodiscard]] bool is_on(const schema::Instance& instance, Id host);

}  // namespace weft::coordinator
