// SPDX-License-Identifier: Apache-2.0
// What every changing request may carry: a dry run, a token, what to wait for. Layout: its table.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "weft/schema/field.h"

namespace weft::wire {

// When a changing request is answered: durable; installed on every connected affected host; on all.
enum class Wait : std::uint8_t { store = 0, installed = 1, all = 2 };

// What every changing request may carry.
struct Options {
    bool dry_run{false};
    std::string token;
    std::uint64_t if_generation{0};
    Wait wait{Wait::store};
    std::uint32_t timeout_ms{30000};
    bool strict{false};
    bool force{false};

    friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
inline constexpr auto enum_names<wire::Wait> = std::array{
    std::pair{wire::Wait::store, std::string_view{"store"}},
    std::pair{wire::Wait::installed, std::string_view{"installed"}},
    std::pair{wire::Wait::all, std::string_view{"all"}},
};

template <>
struct Schema<wire::Options> {
    static constexpr std::string_view name = "Options";
    static constexpr auto fields = Fields{
        Field{1, "dry-run", &wire::Options::dry_run, "say what would change or why not; change nothing"},
        Field{2, "token", &wire::Options::token, "client token: the same token repeats the first answer",
              settable, 0, 128},
        Field{3, "if-generation", &wire::Options::if_generation,
              "refuse unless the object has this generation; 0 any"},
        Field{4, "wait", &wire::Options::wait, "when to answer"},
        Field{5, "timeout-ms", &wire::Options::timeout_ms,
              "for wait; then ErrorCode::timeout, the change goes on"},
        Field{6, "strict", &wire::Options::strict, "doing what is already done is an error"},
        Field{7, "force", &wire::Options::force, "remove: detach first"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Options);

}  // namespace weft::schema
