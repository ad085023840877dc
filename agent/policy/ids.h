// SPDX-License-Identifier: Apache-2.0
// Ids of policies and classes: 32 bits of the SHA-256 of what they say, never 0. The same content has the
// same id on every host and after every restart. Another salt gives another id, for when two contents meet.
#pragma once

#include <span>

#include "agent/policy/paint.h"

namespace weft::agent::policy {

// Of a policy as in_order() gives it.
[[nodiscard]] std::uint32_t policy_id(const Policy& policy, std::uint32_t salt);
// Of a class within its policy, by the rules that decide in it.
[[nodiscard]] std::uint32_t class_id(std::span<const Index> rules, std::uint32_t salt);

}  // namespace weft::agent::policy
