// SPDX-License-Identifier: Apache-2.0
// What a driver is asked for next. Pure.
#pragma once

#include <array>
#include <optional>

#include "weft/schema/desired.h"

namespace weft::agent {

enum class DriverVerb : std::uint8_t {
    status = 1,
    prepare = 2,
    launch = 3,
    suspend = 4,
    resume = 5,
    stop = 6,
    terminate = 7
};

// What is known of an instance besides what is wanted.
struct InstanceView {
    schema::DriverState state{schema::DriverState::unknown};
    bool has_run{false};     // since it is to boot: what ended meanwhile is not started again by itself
    bool programmed{false};  // all its ports here are installed
    bool outdated{false};    // it was prepared for other attachments, or by nobody knows whom
};

// Nothing: it is what it can be, which is to be reported, or it waits for its ports.
[[nodiscard]] std::optional<DriverVerb> next_verb(const schema::Workload& wanted, const InstanceView& view);

// Whether a state in which next_verb() has nothing to ask for is to be reported, not waited out.
[[nodiscard]] bool is_settled(const schema::Workload& wanted, const InstanceView& view);

// Why a settled state is not the one that is wanted; empty: it is.
[[nodiscard]] std::string why_different(const schema::Workload& wanted, schema::DriverState state);

}  // namespace weft::agent

namespace weft::schema {

template <>
inline constexpr auto enum_names<agent::DriverVerb> = std::array{
    std::pair{agent::DriverVerb::status, std::string_view{"status"}},
    std::pair{agent::DriverVerb::prepare, std::string_view{"prepare"}},
    std::pair{agent::DriverVerb::launch, std::string_view{"launch"}},
    std::pair{agent::DriverVerb::suspend, std::string_view{"suspend"}},
    std::pair{agent::DriverVerb::resume, std::string_view{"resume"}},
    std::pair{agent::DriverVerb::stop, std::string_view{"stop"}},
    std::pair{agent::DriverVerb::terminate, std::string_view{"terminate"}},
};

}  // namespace weft::schema
