// SPDX-License-Identifier: Apache-2.0
// Which objects of which hosts a change may have touched. Pure. Naming too many keys costs messages, naming
// too few breaks the packet path: in doubt a key is named, its present value decides what is sent.
#pragma once

#include <functional>
#include <span>

#include "coordinator/distribution/key.h"
#include "coordinator/model/cloud.h"

namespace weft::coordinator {

// A key of a host; no key (nullptr): the host only has to acknowledge the revision.
using Mark = std::function<void(Id host, const Key* key)>;

// For one revision, `cloud` being the state right after it.
void mark_affected(const Cloud& cloud, std::span<const Change> changes, const Mark& mark);

// For all of several revisions and for one host, `cloud` being the present state: what the host may hold from
// before the first of them that is not so any more. False: the changes do not tell, it needs a snapshot.
[[nodiscard]] bool mark_affected_since(const Cloud& cloud, std::span<const Change> changes, Id host,
                                       const std::function<void(const Key&)>& mark);

}  // namespace weft::coordinator
