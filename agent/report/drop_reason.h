// SPDX-License-Identifier: Apache-2.0
// The drop reasons of abi/drop_reason.h by number and by name. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::agent {

struct DropReason {
    std::uint32_t number{0};
    std::string_view name;  // "source_address"
    std::string_view text;
};
// Name and text of a number that is not listed: "unknown".
[[nodiscard]] DropReason drop_reason(std::uint32_t number);
[[nodiscard]] std::optional<DropReason> drop_reason(std::string_view name);

}  // namespace weft::agent
