// SPDX-License-Identifier: Apache-2.0
// What a security group may say, the one that each partition starts with, and which groups a record is in.
#pragma once

#include "coordinator/service/plan.h"

namespace weft::coordinator {

inline constexpr std::string_view default_group_name = "default";

// Everything out, in from the group itself.
[[nodiscard]] schema::SecurityGroup default_group(const schema::Partition& partition);

// An object that its kind's rules make this large could be stored but not shown: messages carry up to 64 KiB.
[[nodiscard]] Result<void> check_size(const Object& object, std::string_view field);

// The groups of a record, which has its partition: all of it, each once; its default group when it has none.
// Sets the tag: puts a new one into the draft, or relies on the one there is.
[[nodiscard]] Result<void> enter_groups(Draft& draft, schema::Record& record);
// After the record was erased, or put with another tag: gives up the tag it had if it was the last one.
void leave_groups(Draft& draft, const schema::Record& before);

}  // namespace weft::coordinator
