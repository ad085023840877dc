// SPDX-License-Identifier: Apache-2.0
// The kinds of what a host must hold.
#pragma once

#include <array>
#include <cstdint>

#include "weft/schema/field.h"

namespace weft::schema {

// The numbers are sent and kept: appended, never reused.
enum class DesiredKind : std::uint8_t {
    peer = 1,
    route = 2,
    mapping = 3,
    source = 4,
    port = 5,
    group = 6,
    tag = 7,
    acl = 8,
    spread = 9,
    instance = 10,
};
template <>
inline constexpr auto enum_names<DesiredKind> = std::array{
    std::pair{DesiredKind::peer, std::string_view{"peer"}},
    std::pair{DesiredKind::route, std::string_view{"route"}},
    std::pair{DesiredKind::mapping, std::string_view{"mapping"}},
    std::pair{DesiredKind::source, std::string_view{"source"}},
    std::pair{DesiredKind::port, std::string_view{"port"}},
    std::pair{DesiredKind::group, std::string_view{"group"}},
    std::pair{DesiredKind::tag, std::string_view{"tag"}},
    std::pair{DesiredKind::acl, std::string_view{"acl"}},
    std::pair{DesiredKind::spread, std::string_view{"spread"}},
    std::pair{DesiredKind::instance, std::string_view{"instance"}},
};

}  // namespace weft::schema
