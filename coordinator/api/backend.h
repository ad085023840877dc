// SPDX-License-Identifier: Apache-2.0
// What connections work with. All of it outlives them.
#pragma once

#include <boost/asio/io_context.hpp>

#include "coordinator/api/waiters.h"
#include "coordinator/config/settings.h"
#include "coordinator/distribution/session_set.h"
#include "coordinator/pki/authority.h"
#include "coordinator/service/engine.h"
#include "coordinator/service/service.h"

namespace weft::coordinator::api {

class KeySessions;
class Watchers;

struct Backend {
    boost::asio::io_context& context;
    const config::Settings& settings;
    const Clock& clock;
    Ledger& ledger;
    Service& service;
    Engine& engine;
    AcknowledgementTable& table;    // what agents say
    const Acknowledgements& hosts;  // with those that have none
    SessionSet& sessions;
    Waiters& waiters;
    Watchers& watchers;
    KeySessions& keys;
    const pki::Authority* authority;  // null: no TLS, so no hosts

    [[nodiscard]] const Cloud& cloud() const noexcept { return ledger.cloud(); }
};

}  // namespace weft::coordinator::api
