// SPDX-License-Identifier: Apache-2.0
// What a host must hold, and what it has installed. Layout of each: its table; values as in attribute.h.
#pragma once

#include "weft/schema/desired.h"
#include "weft/schema/field.h"

namespace weft::wire {

using schema::Bytes;
using schema::Tags;

// A desired object; replaces the one with its key.
struct Put {
    schema::DesiredKind kind{schema::DesiredKind::peer};
    Bytes object;

    friend bool operator==(const Put&, const Put&) = default;
};

// A desired object to remove; unknown keys are no error.
struct Erase {
    schema::DesiredKind kind{schema::DesiredKind::peer};
    std::string key;

    friend bool operator==(const Erase&, const Erase&) = default;
};

// All before it belongs to this revision; install it. Without changes it is a bookmark.
struct Commit {
    std::uint64_t revision{0};
    bool confirm{false};

    friend bool operator==(const Commit&, const Commit&) = default;
};

// An object that could not be installed.
struct Failure {
    schema::DesiredKind kind{schema::DesiredKind::peer};
    std::string key;
    std::string reason;

    friend bool operator==(const Failure&, const Failure&) = default;
};

// What the agent holds; sent at each commit and every second.
struct Installed {
    std::uint64_t revision{0};
    std::vector<Failure> failed;
    std::vector<std::string> waiting;
    bool needs_confirmation{false};
    std::string problem;
    std::vector<std::string> lost;

    friend bool operator==(const Installed&, const Installed&) = default;
};

// What an instance has become: the driver did what `generation` of it asks for, or could not, or it changed
// by itself.
struct InstanceReport {
    Id instance;
    std::uint64_t generation{0};
    schema::DriverState state{schema::DriverState::unknown};
    std::string error;

    friend bool operator==(const InstanceReport&, const InstanceReport&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::Put> {
    static constexpr std::string_view name = "Put";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::Put::kind, "which struct of schema/desired.h", required},
        Field{2, "object", &wire::Put::object, "its fields", required},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Put);

template <>
struct Schema<wire::Erase> {
    static constexpr std::string_view name = "Erase";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::Erase::kind, "which struct", required},
        Field{2, "key", &wire::Erase::key, "its key()", required, 1, 511},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Erase);

template <>
struct Schema<wire::Commit> {
    static constexpr std::string_view name = "Commit";
    static constexpr auto fields = Fields{
        Field{1, "revision", &wire::Commit::revision, "the revision", required},
        Field{2, "confirm", &wire::Commit::confirm, "the operator confirmed: the guard lets this one pass"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Commit);

template <>
struct Schema<wire::Failure> {
    static constexpr std::string_view name = "Failure";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::Failure::kind, "which struct", required},
        Field{2, "key", &wire::Failure::key, "its key()", settable, 0, 511},
        Field{3, "reason", &wire::Failure::reason, "why, in words", settable, 0, 1024},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Failure);

template <>
struct Schema<wire::Installed> {
    static constexpr std::string_view name = "Installed";
    static constexpr auto fields = Fields{
        Field{1, "revision", &wire::Installed::revision, "newest revision installed"},
        Field{2, "failed", &wire::Installed::failed, "objects that are not", settable, 0, 256},
        Field{3, "waiting", &wire::Installed::waiting, "keys of ports waiting for their device", settable, 0,
              256},
        Field{4, "needs-confirmation", &wire::Installed::needs_confirmation,
              "the guard holds back a removal"},
        Field{5, "problem", &wire::Installed::problem, "in words", settable, 0, 4096},
        Field{6, "lost", &wire::Installed::lost, "keys of ports whose device went away or lost its carrier",
              settable, 0, 256},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Installed);

template <>
struct Schema<wire::InstanceReport> {
    static constexpr std::string_view name = "InstanceReport";
    static constexpr auto fields = Fields{
        Field{1, "instance", &wire::InstanceReport::instance, "the instance", required},
        Field{2, "generation", &wire::InstanceReport::generation, "of it, as the host knows it", required},
        Field{3, "state", &wire::InstanceReport::state, "what the driver says"},
        Field{4, "error", &wire::InstanceReport::error, "why it is not as it was asked to be", settable, 0,
              1024},
    };
};
WEFT_SCHEMA_COMPLETE(wire::InstanceReport);

}  // namespace weft::schema
