// SPDX-License-Identifier: Apache-2.0
// Instances that drivers run (row 2.13).
#pragma once

#include "weft/schema/instance.h"

namespace weft::coordinator {

// Whether a driver of the instance's host has to do with it: until it has let go of a terminated one.
[[nodiscard]] inline bool has_workload(const schema::Instance& instance) {
    return !instance.driver.empty() && instance.host &&
           (instance.state != schema::InstanceState::terminated ||
            instance.reported != schema::DriverState::absent);
}

}  // namespace weft::coordinator
