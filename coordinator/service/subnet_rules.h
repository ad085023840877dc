// SPDX-License-Identifier: Apache-2.0
// What makes a CIDR fit for a partition, and a subnet fit for its partition (row 1.14).
#pragma once

#include <span>

#include "coordinator/model/cloud.h"

namespace weft::coordinator {

[[nodiscard]] Result<void> check_cidrs(std::span<const Prefix> cidrs);

// `others`: the partition's other subnets.
[[nodiscard]] Result<void> check_subnet(const schema::Partition& partition, const schema::Subnet& subnet,
                                        std::span<const Ptr<schema::Subnet>> others);

// Its ranges as people write them.
[[nodiscard]] std::string cidrs_text(const schema::Subnet& subnet);

// Gives a new subnet its id, router addresses and router MAC.
void complete_subnet(schema::Subnet& subnet);

}  // namespace weft::coordinator
