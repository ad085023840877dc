// SPDX-License-Identifier: Apache-2.0
// A partition with one large subnet and as many records as wanted, created as the service creates them.
#pragma once

#include <functional>

#include "coordinator/store/repository.h"
#include "weft/schema/objects.h"

namespace weft::bench {

class Records {
public:
    // Writes partition and subnet.
    explicit Records(coordinator::Repository& repository);

    // Creates records while `go_on` says so, never more than `outstanding` unanswered; how many a second.
    double create(std::ptrdiff_t outstanding, const std::function<bool()>& go_on);

private:
    [[nodiscard]] coordinator::Transaction next();

    coordinator::Repository& repository_;
    schema::Partition partition_;
    schema::Subnet subnet_;
    schema::SecurityGroup group_;
    schema::SecurityTag tag_;
    std::uint32_t number_{1};  // of the last record; the router has the first address
};

}  // namespace weft::bench
