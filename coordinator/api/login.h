// SPDX-License-Identifier: Apache-2.0
// Clients that came with an access key (row 3.1), and their end with it.
#pragma once

#include <map>
#include <memory>

#include "coordinator/api/backend.h"
#include "weft/wire/channel.h"

namespace weft::coordinator::api {

class Client;

// The connections that each key opened. A key that is deleted, disabled or expired takes them with it.
class KeySessions {
public:
    // Subscribes to the ledger.
    KeySessions(Ledger& ledger, const Clock& clock);

    void add(Id key, const std::shared_ptr<Client>& client);
    // About once a second.
    void close_expired();

private:
    const Ledger& ledger_;
    const Clock& clock_;
    std::multimap<Id, std::weak_ptr<Client>> clients_;

    void close_unusable(Id key);
};

struct Login {
    Principal principal;
    Id key;
};

// Who the frame's key stands for. Refused: not a login, a key that may not be used, a user that
// coordinator.yaml does not have.
[[nodiscard]] Result<Login> login(Backend& backend, wire::Channel& channel, const wire::Frame& frame);

}  // namespace weft::coordinator::api
