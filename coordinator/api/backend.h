// SPDX-License-Identifier: Apache-2.0
// What connections work with. All of it outlives them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "coordinator/api/waiters.h"
#include "coordinator/config/settings.h"
#include "coordinator/distribution/session_set.h"
#include "coordinator/pki/authority.h"
#include "coordinator/service/operation/engine.h"
#include "coordinator/service/service.h"
#include "coordinator/service/watch/failover.h"

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
    const Failover& failover;
    AcknowledgementTable& table;    // what agents say
    const Acknowledgements& hosts;  // with those that have none
    SessionSet& sessions;
    Waiters& waiters;
    Watchers& watchers;
    boost::asio::thread_pool& exports;  // reads the ledger of usage
    KeySessions& keys;
    const pki::Authority* authority;  // null: no TLS, so no hosts

    [[nodiscard]] const Cloud& cloud() const noexcept { return ledger.cloud(); }
};

}  // namespace weft::coordinator::api
