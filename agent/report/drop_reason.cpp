// SPDX-License-Identifier: Apache-2.0
#include "agent/report/drop_reason.h"

#include <algorithm>
#include <array>

#include "weft/abi/drop_reason.h"

namespace weft::agent {
namespace {

#define WEFT_REASON(number, name, text) DropReason{number, #name, text},
constexpr std::array reasons{WEFT_DROP_REASONS(WEFT_REASON)};
#undef WEFT_REASON

}  // namespace

DropReason drop_reason(std::uint32_t number) {
    const auto* found = std::ranges::find(reasons, number, &DropReason::number);
    return found == reasons.end() ? DropReason{number, "unknown", "a reason this agent does not know"}
                                  : *found;
}

std::optional<DropReason> drop_reason(std::string_view name) {
    const auto* found = std::ranges::find(reasons, name, &DropReason::name);
    return found == reasons.end() ? std::nullopt : std::optional{*found};
}

}  // namespace weft::agent
