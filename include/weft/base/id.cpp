// SPDX-License-Identifier: Apache-2.0
#include "weft/base/id.h"

#include <sys/random.h>

#include <array>
#include <charconv>
#include <cstdio>

namespace weft {
namespace {

struct KindName {
    Kind kind;
    std::string_view prefix;
    std::string_view name;
};

constexpr std::array kind_names{
    KindName{Kind::partition, "part", "partition"},
    KindName{Kind::subnet, "sub", "subnet"},
    KindName{Kind::record, "rec", "record"},
    KindName{Kind::attachment, "att", "attachment"},
    KindName{Kind::instance, "ins", "instance"},
    KindName{Kind::host, "host", "host"},
    KindName{Kind::security_group, "sg", "group"},
    KindName{Kind::network_acl, "acl", "acl"},
    KindName{Kind::route_table, "rt", "route-table"},
    KindName{Kind::gateway, "gw", "gateway"},
    KindName{Kind::pool, "pool", "pool"},
    KindName{Kind::public_address, "pip", "public-address"},
    KindName{Kind::policy, "pol", "policy"},
    KindName{Kind::operation, "op", "operation"},
    KindName{Kind::tag, "tag", "tag"},
    KindName{Kind::address_pool, "apool", "address-pool"},
    KindName{Kind::access_key, "key", "key"},
    KindName{Kind::scaling_rule, "scale", "scaling-rule"},
};

constexpr std::size_t digits = 17;

}  // namespace

std::string_view id_prefix(Kind kind) noexcept {
    for (const auto& k : kind_names)
        if (k.kind == kind) return k.prefix;
    return "";
}

std::string_view to_string(Kind kind) noexcept {
    for (const auto& k : kind_names)
        if (k.kind == kind) return k.name;
    return "none";
}

std::optional<Kind> kind_from_string(std::string_view name) noexcept {
    for (const auto& k : kind_names)
        if (k.name == name) return k.kind;
    return std::nullopt;
}

std::string to_string(Id id) {
    if (!id) return {};
    char hex[digits + 1];
    std::snprintf(hex, sizeof(hex), "%017llx", static_cast<unsigned long long>(id.value));
    return std::string(id_prefix(id.kind)) + '-' + hex;
}

Result<Id> parse_id(std::string_view text) {
    const auto bad = [&](std::string_view why) {
        return invalid("id", "'" + std::string(text) + "' " + std::string(why));
    };
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return bad("is not an id: expected KIND-17 hex digits");
    Id id;
    for (const auto& k : kind_names)
        if (k.prefix == text.substr(0, dash)) id.kind = k.kind;
    if (id.kind == Kind::none) return bad("has an unknown kind");
    const auto hex = text.substr(dash + 1);
    if (hex.size() != digits || hex[0] != '0') return bad("must have 17 hex digits, the first 0");
    const auto [end, ec] = std::from_chars(hex.data(), hex.data() + hex.size(), id.value, 16);
    if (ec != std::errc{} || end != hex.data() + hex.size()) return bad("has a digit that is not hex");
    if (id.value == 0) return bad("is zero");
    return id;
}

Id new_id(Kind kind) {
    Id id{kind, 0};
    while (id.value == 0)
        if (getrandom(&id.value, sizeof(id.value), 0) != sizeof(id.value)) id.value = 0;
    return id;
}

}  // namespace weft
