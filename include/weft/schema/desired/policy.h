// SPDX-License-Identifier: Apache-2.0
// What filters the packets of a host's ports: network ACLs, security groups, the tags that rules name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/schema/acl.h"
#include "weft/schema/desired/kind.h"
#include "weft/schema/field.h"
#include "weft/schema/security_group.h"
#include "weft/schema/tag.h"

namespace weft::schema {

// A network ACL of a subnet with a port here.
struct Acl {
    Id id;
    std::vector<AclRule> rules;  // in the order of their numbers

    [[nodiscard]] std::string key() const { return to_string(id); }

    friend bool operator==(const Acl&, const Acl&) = default;
};

// A security group with a record here. Rules without their descriptions.
struct Group {
    Id id;
    std::uint32_t gni{0};
    bool keep{false};  // an established flow that changed rules no longer allow goes on
    std::vector<SecurityRule> rules;

    [[nodiscard]] std::string key() const { return to_string(id); }

    friend bool operator==(const Group&, const Group&) = default;
};

// The security groups that a tag stands for: those of each record of the partition that carries it. No two
// tags of a cluster have the same number.
struct Tag {
    std::uint32_t gni{0};
    std::uint32_t tag{0};
    std::vector<Id> groups;

    [[nodiscard]] std::string key() const { return std::to_string(tag); }

    friend bool operator==(const Tag&, const Tag&) = default;
};

template <>
struct Schema<Acl> {
    static constexpr DesiredKind kind = DesiredKind::acl;
    static constexpr std::string_view name = "acl";
    static constexpr auto fields = Fields{
        Field{1, "id", &Acl::id, "the ACL", required},
        Field{2, "rules", &Acl::rules, "its rules", settable, 0, most_acl_rules},
    };
};
WEFT_SCHEMA_COMPLETE(Acl);

template <>
struct Schema<Group> {
    static constexpr DesiredKind kind = DesiredKind::group;
    static constexpr std::string_view name = "group";
    static constexpr auto fields = Fields{
        Field{1, "id", &Group::id, "the group", required},
        Field{2, "gni", &Group::gni, "guest network identifier", required, 1, 0xffffff},
        Field{3, "keep", &Group::keep, "flows that are no longer allowed go on", settable},
        Field{4, "rules", &Group::rules, "what it allows", settable, 0, most_group_rules},
    };
};
WEFT_SCHEMA_COMPLETE(Group);

template <>
struct Schema<Tag> {
    static constexpr DesiredKind kind = DesiredKind::tag;
    static constexpr std::string_view name = "tag";
    static constexpr auto fields = Fields{
        Field{1, "gni", &Tag::gni, "guest network identifier", required, 1, 0xffffff},
        Field{2, "tag", &Tag::tag, "the tag", required, 1, max_tag},
        Field{3, "groups", &Tag::groups, "what it stands for", required, 1, most_groups},
    };
};
WEFT_SCHEMA_COMPLETE(Tag);

}  // namespace weft::schema
