// SPDX-License-Identifier: Apache-2.0
// What a scaling rule does next, from what is stored: so a coordinator that starts goes on where another
// ended. Pure.
#pragma once

#include <functional>

#include "coordinator/model/cloud.h"

namespace weft::coordinator {

struct ScalingStep {
    enum class What : std::uint8_t {
        wait,       // what was asked for is on its way
        settled,    // there are as many as desired
        create,     // one more instance
        attach,     // a record to `instance`, which has none
        launch,     // it
        terminate,  // it
        forget,     // it is terminated and its host has let go of it
    };
    What what{What::wait};
    Ptr<schema::Instance> instance{};
    std::string failed{};  // why it is terminated although it is wanted, or gets a record again
};

// Why the host is lost; empty: it is not, or not for long enough.
using HostLoss = std::function<std::string(Id host)>;

[[nodiscard]] ScalingStep next_scaling_step(const Cloud& cloud, const schema::ScalingRule& rule,
                                            const HostLoss& loss, std::uint64_t now_us);

[[nodiscard]] std::vector<Ptr<schema::Instance>> oldest_first(std::vector<Ptr<schema::Instance>> instances);

}  // namespace weft::coordinator
