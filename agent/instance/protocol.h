// SPDX-License-Identifier: Apache-2.0
// What the agent asks of weft-instance-helper: one frame (weft/wire/frame.h) a connection, answered by one of
// type `ran`.
#pragma once

#include "agent/instance/verb.h"
#include "weft/schema/field.h"

namespace weft::agent {

enum class InstanceCommand : std::uint16_t { run = 18, ran = 19 };

inline constexpr std::uint64_t most_document = 48U << 10;  // bytes

struct RunDriver {
    std::string driver;
    DriverVerb verb{};
    std::string document;  // JSON: document.h

    friend bool operator==(const RunDriver&, const RunDriver&) = default;
};

struct DriverRan {
    std::string error;   // why it did not do it; empty: it did
    std::string output;  // JSON: document.h

    friend bool operator==(const DriverRan&, const DriverRan&) = default;
};

}  // namespace weft::agent

namespace weft::schema {

template <>
struct Schema<agent::RunDriver> {
    static constexpr std::string_view name = "RunDriver";
    static constexpr auto fields = Fields{
        Field{1, "driver", &agent::RunDriver::driver, "the executable's name", required, 1, 64},
        Field{2, "verb", &agent::RunDriver::verb, "what it is to do", required},
        Field{3, "document", &agent::RunDriver::document, "about which instance", required, 2,
              agent::most_document},
    };
};
WEFT_SCHEMA_COMPLETE(agent::RunDriver);

template <>
struct Schema<agent::DriverRan> {
    static constexpr std::string_view name = "DriverRan";
    static constexpr auto fields = Fields{
        Field{1, "error", &agent::DriverRan::error, "why not", settable, 0, 1024},
        Field{2, "output", &agent::DriverRan::output, "what it said", settable, 0, agent::most_document},
    };
};
WEFT_SCHEMA_COMPLETE(agent::DriverRan);

}  // namespace weft::schema
