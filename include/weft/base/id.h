// SPDX-License-Identifier: Apache-2.0
// Ids: a short kind and 17 hex digits, the first always 0, so 64 bits: "rec-00f3a5c1d2e3b4a59".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "weft/base/result.h"

namespace weft {

// Kinds of objects. The numbers are stored and sent: appended, never reused.
enum class Kind : std::uint8_t {
    none = 0,
    partition = 1,
    subnet = 2,
    record = 3,
    attachment = 4,
    instance = 5,
    host = 6,
    security_group = 7,
    network_acl = 8,
    route_table = 9,
    gateway = 10,
    pool = 11,
    public_address = 12,
    policy = 13,
    operation = 14,
    tag = 15,
    access_key = 16,
    address_pool = 17,
    scaling_rule = 18,
};

// The prefix of the kind's ids: part, sub, rec, att, ins, host, sg, acl, rt, gw, pool, pip, pol, op, tag,
// key, apool, scale.
[[nodiscard]] std::string_view id_prefix(Kind kind) noexcept;
// The kind's name as typed at the CLI and shown in JSON: "partition", "subnet", "record", ...
[[nodiscard]] std::string_view to_string(Kind kind) noexcept;
[[nodiscard]] std::optional<Kind> kind_from_string(std::string_view name) noexcept;

struct Id {
    Kind kind{Kind::none};
    std::uint64_t value{0};  // 0: no object

    explicit operator bool() const noexcept { return value != 0; }
    friend bool operator==(const Id&, const Id&) = default;
    friend auto operator<=>(const Id&, const Id&) = default;
};

// "rec-" and 17 hex digits; the empty string for no object.
[[nodiscard]] std::string to_string(Id id);
// The inverse; an unknown prefix, other than 17 hex digits, or a first digit other than 0 is an error.
[[nodiscard]] Result<Id> parse_id(std::string_view text);
// A new random id (getrandom(2)); never the zero value.
[[nodiscard]] Id new_id(Kind kind);

}  // namespace weft

template <>
struct std::hash<weft::Id> {
    std::size_t operator()(const weft::Id& id) const noexcept {
        return static_cast<std::size_t>(id.value ^ (static_cast<std::uint64_t>(id.kind) << 56));
    }
};
