// SPDX-License-Identifier: Apache-2.0
// An instance: VM, container or bare server that records attach to.
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::schema {

enum class InstanceState : std::uint8_t {
    running = 0,
    stopped = 1,
    suspended = 2,
    booting = 3,
    terminated = 4
};
template <>
inline constexpr auto enum_names<InstanceState> = std::array{
    std::pair{InstanceState::running, std::string_view{"running"}},
    std::pair{InstanceState::stopped, std::string_view{"stopped"}},
    std::pair{InstanceState::suspended, std::string_view{"suspended"}},
    std::pair{InstanceState::booting, std::string_view{"booting"}},
    std::pair{InstanceState::terminated, std::string_view{"terminated"}},
};

struct Instance {
    Id id;
    std::string name;
    std::string description;
    std::string owner;
    Id host;
    InstanceState state{InstanceState::running};
    std::string netns;
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};
    std::vector<std::string> attachers;

    friend bool operator==(const Instance&, const Instance&) = default;
};

template <>
struct Schema<Instance> {
    static constexpr Kind kind = Kind::instance;
    static constexpr std::string_view name = "instance";
    static constexpr auto fields = std::tuple{
        Field{1, "id", &Instance::id, "id of the instance", server},
        Field{2, "name", &Instance::name, "name, unique among the owner's instances", required, 1, 255},
        Field{3, "description", &Instance::description, "free text", settable, 0, 1024},
        Field{4, "owner", &Instance::owner, "principal that owns it; the requester when left out",
              create_only, 0, 255},
        Field{5, "host", &Instance::host, "host it is placed on; empty: not yet placed", settable},
        Field{6, "state", &Instance::state,
              "what it is doing: running, stopped, suspended, booting, terminated", settable},
        Field{7, "netns", &Instance::netns,
              "named network namespace of a container; empty: its devices exist by name on the host",
              settable, 0, 255},
        Field{8, "tags", &Instance::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{9, "generation", &Instance::generation, "counts the changes of this object", server},
        Field{10, "create-time", &Instance::create_time, "microseconds since 1970 UTC", server | timestamp},
        Field{11, "attachers", &Instance::attachers,
              "who may attach records to it besides its owner: principals, group:NAME, role:customer",
              settable, 0, 32},
    };
};
WEFT_SCHEMA_COMPLETE(Instance);

}  // namespace weft::schema
