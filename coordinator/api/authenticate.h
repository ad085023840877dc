// SPDX-License-Identifier: Apache-2.0
// From what the transport proves to a principal (rows 3.1, 3.4).
#pragma once

#include "coordinator/config/settings.h"
#include "coordinator/model/cloud.h"
#include "coordinator/service/principal.h"
#include "weft/wire/channel.h"

namespace weft::coordinator::api {

// Whether a host's certificate with this serial may be used: the present one, and the former one until the
// present one was used.
[[nodiscard]] bool in_force(const schema::Host& host, const std::string& serial);

// The user of coordinator.yaml with this name; nobody if there is none.
[[nodiscard]] Principal principal_named(const std::string& name, const config::Settings& settings);

// A Unix user or a user's certificate gets its role from coordinator.yaml; whoever is not listed there, and a
// TLS peer without a certificate, is nobody. A host's certificate must be the one in force for a host that
// exists: otherwise an error that says why.
[[nodiscard]] Result<Principal> authenticate(const wire::Identity& peer, const config::Settings& settings,
                                             const Cloud& cloud);

}  // namespace weft::coordinator::api
