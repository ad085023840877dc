// SPDX-License-Identifier: Apache-2.0
// A workload: an instance that a driver of this host runs (row 2.13).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/schema/desired/kind.h"
#include "weft/schema/field.h"
#include "weft/schema/instance.h"

namespace weft::schema {

// An instance that a driver of this host runs.
struct Workload {
    Id id;
    std::string name;
    InstanceState state{InstanceState::booting};  // what it is to be; booting: running, once it is `ready`
    bool ready{false};                            // every attachment is programmed
    std::uint64_t generation{0};                  // of the instance: a report tells which state it is about
    std::string driver;
    Tags parameters;
    std::string netns;
    std::vector<Id> attachments;

    [[nodiscard]] std::string key() const { return to_string(id); }

    friend bool operator==(const Workload&, const Workload&) = default;
};

template <>
struct Schema<Workload> {
    static constexpr DesiredKind kind = DesiredKind::instance;
    static constexpr std::string_view name = "instance";
    static constexpr auto fields = Fields{
        Field{1, "id", &Workload::id, "the instance", required},
        Field{2, "name", &Workload::name, "its name", settable, 0, 255},
        Field{3, "state", &Workload::state, "what it is to be", settable},
        Field{4, "ready", &Workload::ready, "every attachment is programmed", settable},
        Field{5, "generation", &Workload::generation, "of the instance", settable},
        Field{6, "driver", &Workload::driver, "what runs it", required, 1, 64},
        Field{7, "parameters", &Workload::parameters, "for the driver", settable, 0, most_parameters},
        Field{8, "netns", &Workload::netns, "its network namespace", settable, 0, 255},
        Field{9, "attachments", &Workload::attachments, "its attachments here", settable, 0, 256},
    };
};
WEFT_SCHEMA_COMPLETE(Workload);

}  // namespace weft::schema
