// SPDX-License-Identifier: Apache-2.0
// An instance: VM, container or bare server that records attach to.
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"
#include "weft/schema/security_group.h"

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

// What the driver on its host said last; nothing where somebody else runs the instance.
enum class DriverState : std::uint8_t {
    unknown = 0,
    absent = 1,
    prepared = 2,
    running = 3,
    suspended = 4,
    stopped = 5
};
template <>
inline constexpr auto enum_names<DriverState> = std::array{
    std::pair{DriverState::unknown, std::string_view{"unknown"}},
    std::pair{DriverState::absent, std::string_view{"absent"}},
    std::pair{DriverState::prepared, std::string_view{"prepared"}},
    std::pair{DriverState::running, std::string_view{"running"}},
    std::pair{DriverState::suspended, std::string_view{"suspended"}},
    std::pair{DriverState::stopped, std::string_view{"stopped"}},
};

inline constexpr std::uint64_t most_parameters = 64;
inline constexpr std::uint64_t most_kept_rules = 1000;

// The rules that its owner has set for a record, for as long as the record is attached again by others.
struct KeptRules {
    Id record;
    std::vector<SecurityRule> rules;

    friend bool operator==(const KeptRules&, const KeptRules&) = default;
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
    std::string driver;
    Tags parameters;
    DriverState reported{DriverState::unknown};
    std::string error;
    bool bare{false};
    std::vector<Id> hosts;
    bool detach_on_stop{false};
    Id scaling_rule;
    std::uint64_t launch_time{0};
    std::vector<KeptRules> kept_rules;

    friend bool operator==(const Instance&, const Instance&) = default;
};

template <>
struct Schema<KeptRules> {
    static constexpr std::string_view name = "kept-rules";
    static constexpr auto fields = Fields{
        Field{1, "record", &KeptRules::record, "the record", required},
        Field{2, "rules", &KeptRules::rules, "as in attachment"},
    };
};
WEFT_SCHEMA_COMPLETE(KeptRules);

template <>
struct Schema<Instance> {
    static constexpr Kind kind = Kind::instance;
    static constexpr std::string_view name = "instance";
    static constexpr auto fields = Fields{
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
        Field{12, "driver", &Instance::driver,
              "what runs it on its host: netns, qemu, or another installed driver; empty: somebody else does",
              settable, 0, 64},
        Field{13, "parameters", &Instance::parameters, "KEY=VALUE pairs for the driver", settable, 0,
              most_parameters},
        Field{14, "reported", &Instance::reported, "what the driver said last", server},
        Field{15, "error", &Instance::error, "why it is not as it was asked to be", server, 0, 1024},
        Field{16, "bare", &Instance::bare, "the host itself is the instance: its devices are the host's own",
              create_only},
        Field{17, "hosts", &Instance::hosts, "further hosts that it spans", settable, 0, 64},
        Field{18, "detach-on-stop", &Instance::detach_on_stop, "stopping it detaches all its records",
              settable},
        Field{19, "scaling-rule", &Instance::scaling_rule, "scaling rule that launched it", server},
        Field{20, "launch-time", &Instance::launch_time, "when it was last asked to be launched",
              server | timestamp},
        Field{30, "kept-rules", &Instance::kept_rules,
              "rules of attachments that somebody else than its owner ended: the next attachment of the "
              "record has them",
              server, 0, most_kept_rules},
    };
};
WEFT_SCHEMA_COMPLETE(Instance);

}  // namespace weft::schema
