// SPDX-License-Identifier: Apache-2.0
// What instance managers ask of instances. Layout of each: its table.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "weft/schema/field.h"
#include "weft/wire/message/options.h"

namespace weft::wire {

enum class Lifecycle : std::uint8_t { launch = 1, suspend = 2, resume = 3, stop = 4 };

// launch, suspend, resume and stop (row 2.13): by hand, by a scaler, all the same.
struct LifecycleRequest {
    std::string instance;
    Lifecycle verb{};    // none: 0
    bool detach{false};  // stop
    Options options;

    friend bool operator==(const LifecycleRequest&, const LifecycleRequest&) = default;
};

// Whether all attachments of the instance are programmed (row 2.3): ack 0, or conflict naming those that are
// not.
struct ReadyRequest {
    std::string instance;
    Options options;

    friend bool operator==(const ReadyRequest&, const ReadyRequest&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
inline constexpr auto enum_names<wire::Lifecycle> = std::array{
    std::pair{wire::Lifecycle::launch, std::string_view{"launch"}},
    std::pair{wire::Lifecycle::suspend, std::string_view{"suspend"}},
    std::pair{wire::Lifecycle::resume, std::string_view{"resume"}},
    std::pair{wire::Lifecycle::stop, std::string_view{"stop"}},
};

template <>
struct Schema<wire::LifecycleRequest> {
    static constexpr std::string_view name = "LifecycleRequest";
    static constexpr auto fields = Fields{
        Field{1, "instance", &wire::LifecycleRequest::instance, "id or name", required, 1, 511},
        Field{2, "verb", &wire::LifecycleRequest::verb, "what it is to do", required},
        Field{3, "detach", &wire::LifecycleRequest::detach, "stop: detach all its records"},
        Field{4, "options", &wire::LifecycleRequest::options, ""},
    };
};
WEFT_SCHEMA_COMPLETE(wire::LifecycleRequest);

template <>
struct Schema<wire::ReadyRequest> {
    static constexpr std::string_view name = "ReadyRequest";
    static constexpr auto fields = Fields{
        Field{1, "instance", &wire::ReadyRequest::instance, "id or name", required, 1, 511},
        Field{2, "options", &wire::ReadyRequest::options, "wait, timeout"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::ReadyRequest);

}  // namespace weft::schema
