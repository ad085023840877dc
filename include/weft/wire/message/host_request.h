// SPDX-License-Identifier: Apache-2.0
// The operator's requests about a host. Layout: its table.
#pragma once

#include <string>

#include "weft/schema/field.h"

namespace weft::wire {

// confirm: accept what the guard held back; token: a one-time enrolment token; revoke: its certificate.
struct HostRequest {
    std::string host;

    friend bool operator==(const HostRequest&, const HostRequest&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::HostRequest> {
    static constexpr std::string_view name = "HostRequest";
    static constexpr auto fields = Fields{
        Field{1, "host", &wire::HostRequest::host, "id or name", required, 1, 255},
    };
};
WEFT_SCHEMA_COMPLETE(wire::HostRequest);

}  // namespace weft::schema
