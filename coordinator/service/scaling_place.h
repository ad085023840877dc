// SPDX-License-Identifier: Apache-2.0
// With whose rights a scaling rule acts, and what it asks the service for (row 2.13).
#pragma once

#include "coordinator/service/plan.h"
#include "weft/wire/message/attach_request.h"
#include "weft/wire/message/object_request.h"

namespace weft::coordinator {

// The rule's owner, as a customer: who is an operator besides is not one here. What the rule's driver and
// hosts are, an operator said.
[[nodiscard]] Principal acting_for(const schema::ScalingRule& rule);

// Whether its owner may take records from its pool, or make them in its subnet.
[[nodiscard]] Result<void> may_use(const Cloud& cloud, const schema::ScalingRule& rule);

// One more instance, on the usable host with the fewest of the rule and then of all; of these, one with the
// fewest `failures` comes first. Its name is the first NAME-<N> that its owner does not use. Refused where no
// host can have it, or there is no record or address for it.
using HostFailures = std::map<Id, unsigned>;
[[nodiscard]] Result<wire::CreateRequest> another_instance(const Cloud& cloud, const Acknowledgements& hosts,
                                                           const schema::ScalingRule& rule,
                                                           const HostFailures& failures);

// Any record of its pool for the instance; or a new one in its subnet, deleted with the instance.
[[nodiscard]] wire::AttachRequest from_pool(const schema::ScalingRule& rule,
                                            const schema::Instance& instance);
[[nodiscard]] Result<wire::CreateRequest> new_record(const Cloud& cloud, const schema::ScalingRule& rule,
                                                     const schema::Instance& instance);

}  // namespace weft::coordinator
