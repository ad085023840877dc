// SPDX-License-Identifier: Apache-2.0
// A scaling rule: keeps a wanted number of like instances, each with a record of its own (row 2.13).
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"
#include "weft/schema/instance.h"
#include "weft/schema/tag.h"

namespace weft::schema {

inline constexpr std::uint32_t most_scaled = 1000;  // instances of a rule

struct ScalingRule {
    Id id;
    std::string name;
    std::string description;
    std::string owner;
    std::string driver;
    Tags parameters;
    Id pool;
    Id subnet;
    std::vector<Id> security_groups;
    std::vector<Id> hosts;
    std::uint32_t desired{0};
    std::uint32_t minimum{0};
    std::uint32_t maximum{most_scaled};
    std::vector<Id> instances;
    std::string status;
    std::uint64_t status_time{0};
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};

    friend bool operator==(const ScalingRule&, const ScalingRule&) = default;
};

template <>
struct Schema<ScalingRule> {
    static constexpr Kind kind = Kind::scaling_rule;
    static constexpr std::string_view name = "scaling-rule";
    static constexpr auto fields = Fields{
        Field{1, "id", &ScalingRule::id, "id of the rule", server},
        Field{2, "name", &ScalingRule::name,
              "name, unique among the owner's rules; its instances are NAME-1, NAME-2 and so on", required, 1,
              240},
        Field{3, "description", &ScalingRule::description, "free text", settable, 0, 1024},
        Field{4, "owner", &ScalingRule::owner,
              "principal that owns it and its instances; the requester when left out", create_only, 0, 255},
        Field{5, "driver", &ScalingRule::driver,
              "what runs its instances: netns, qemu, or another installed "
              "driver; a change concerns those launched afterwards, as with all below it",
              required, 1, 64},
        Field{6, "parameters", &ScalingRule::parameters, "KEY=VALUE pairs for the driver", settable, 0,
              most_parameters},
        Field{7, "pool", &ScalingRule::pool, "pool that each instance gets a record from", settable},
        Field{8, "subnet", &ScalingRule::subnet,
              "instead of a pool: subnet in which each instance gets a record, deleted with it", settable},
        Field{9, "security-groups", &ScalingRule::security_groups,
              "security groups of the records made in the subnet; the default group when left out", settable,
              0, most_groups},
        Field{10, "hosts", &ScalingRule::hosts, "hosts that may get its instances; any when left out",
              settable, 0, 64},
        Field{11, "desired", &ScalingRule::desired,
              "how many instances there are to be; the minimum when left out", settable, 0, most_scaled},
        Field{12, "minimum", &ScalingRule::minimum, "least that may be desired", settable, 0, most_scaled},
        Field{13, "maximum", &ScalingRule::maximum, "most that may be desired", settable, 0, most_scaled},
        Field{14, "instances", &ScalingRule::instances, "its instances, oldest first", derived},
        Field{15, "status", &ScalingRule::status, "why there are not as many as desired; empty: there are",
              server, 0, 1024},
        Field{16, "status-time", &ScalingRule::status_time, "when that was found, or was over",
              server | timestamp},
        Field{17, "tags", &ScalingRule::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{18, "generation", &ScalingRule::generation, "counts the changes of this object", server},
        Field{19, "create-time", &ScalingRule::create_time, "microseconds since 1970 UTC",
              server | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(ScalingRule);

}  // namespace weft::schema
