// SPDX-License-Identifier: Apache-2.0
// What hosts hold besides because routes of one partition lead into another (row 5.4). Where they lead, the
// packets are the other partition's: its mappings go to the senders' hosts, and its hosts accept the senders'
// addresses under its GNI. Both know the tags of the other.
#pragma once

#include <set>

#include "coordinator/distribution/key.h"
#include "coordinator/model/cloud.h"

namespace weft::coordinator {

// The record's addresses as sources in each partition that routes of its own lead to.
void add_crossing_keys(const Cloud& cloud, const schema::Record& record, std::set<Key>& keys);
// All keys at the hosts of both because of routes of `from` to `to`.
void add_crossing_keys(const Cloud& cloud, Id from, Id to, std::set<Key>& keys);
// Those of them that a host of `partition` holds, its peers' hosts among them.
void add_held_across(const Cloud& cloud, Id partition, std::set<Key>& keys);

// Whether a host of these partitions holds a mapping of the partition that is on none of its own.
[[nodiscard]] bool reaches(const Cloud& cloud, const std::vector<Id>& here, Id partition,
                           const Prefix& prefix);
// Whether routes between the partitions of the two hosts let them exchange packets.
[[nodiscard]] bool are_linked(const Cloud& cloud, const std::vector<Id>& here, const std::vector<Id>& there);
// Whose the range, an address or a delegated prefix, is in the partition; the record of a partition whose
// routes lead here.
[[nodiscard]] Ptr<schema::Record> record_at(const Cloud& cloud, Id partition, const Prefix& range);
[[nodiscard]] Ptr<schema::Record> sender_at(const Cloud& cloud, Id partition, const Prefix& range);

}  // namespace weft::coordinator
