// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/login.h"

#include "coordinator/api/authenticate.h"
#include "coordinator/api/client.h"
#include "coordinator/service/access_key.h"
#include "weft/base/log.h"
#include "weft/wire/message.h"

namespace weft::coordinator::api {

KeySessions::KeySessions(Ledger& ledger, const Clock& clock) : ledger_(ledger), clock_(clock) {
    ledger.subscribe([this](Revision, std::span<const Change> changes) {
        for (const auto& change : changes)
            if (change.id.kind == Kind::access_key) close_unusable(change.id);
    });
}

void KeySessions::add(Id key, const std::shared_ptr<Client>& client) { clients_.emplace(key, client); }

void KeySessions::close_expired() {
    std::erase_if(clients_, [](const auto& entry) { return entry.second.expired(); });
    for (auto at = clients_.begin(); at != clients_.end(); at = clients_.upper_bound(at->first))
        close_unusable(at->first);
}

void KeySessions::close_unusable(Id id) {
    const auto key = ledger_.cloud().find<schema::AccessKey>(id);
    if (key && usable(*key, clock_.unix_us())) return;
    const auto [first, last] = clients_.equal_range(id);
    for (auto at = first; at != last; ++at)
        if (const auto client = at->second.lock()) client->leave();
}

Result<Login> login(Backend& backend, wire::Channel& channel, const wire::Frame& frame) {
    WEFT_TRY(const auto request, wire::unpack<wire::LoginRequest>(frame, wire::Command::login));
    WEFT_TRY(const auto key, backend.service.login(request));
    auto principal = principal_named(key->user, backend.settings);
    WEFT_CHECK(may_request(principal));
    channel.authenticated();
    log_info("api", "{} is logged in with {}", principal.name, to_string(key->id));
    return Login{std::move(principal), key->id};
}

}  // namespace weft::coordinator::api
