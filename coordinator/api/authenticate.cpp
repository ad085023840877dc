// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/authenticate.h"

#include <algorithm>

namespace weft::coordinator::api {

namespace {

constexpr std::string_view host_uri = "weft://host/";
constexpr std::string_view user_uri = "weft://user/";

Principal principal_of(const config::User& user) {
    return {user.name, user.role == config::Role::op ? Role::operator_ : Role::customer, {}, user.groups};
}

Result<Principal> host_of(const wire::Identity& peer, const Cloud& cloud) {
    const auto text = std::string_view(peer.uri).substr(host_uri.size());
    const auto id = parse_id(text);
    const auto host = id ? cloud.find<schema::Host>(*id) : nullptr;
    if (!host) return refused("there is no host " + std::string(text) + " as the certificate says");
    if (!in_force(*host, peer.serial))
        return refused("certificate " + peer.serial + " of host " + host->name + " is not in force; " +
                       (host->certificate_serial.empty() ? "none is" : host->certificate_serial + " is"));
    return Principal{host->name, Role::host, host->id, {}};
}

}  // namespace

bool in_force(const schema::Host& host, const std::string& serial) {
    return !serial.empty() && (serial == host.certificate_serial || serial == host.former_serial);
}

Principal principal_named(const std::string& name, const config::Settings& settings) {
    const auto user = std::ranges::find(settings.users, name, &config::User::name);
    return user != settings.users.end() ? principal_of(*user) : Principal{name};
}

Result<Principal> authenticate(const wire::Identity& peer, const config::Settings& settings,
                               const Cloud& cloud) {
    if (peer.kind == wire::Identity::Kind::none) return Principal{};
    if (peer.kind == wire::Identity::Kind::unix_user) {
        const auto user = std::ranges::find(settings.users, std::optional(peer.uid), &config::User::uid);
        if (user != settings.users.end()) return principal_of(*user);
        return Principal{"uid " + std::to_string(peer.uid)};
    }
    if (peer.uri.starts_with(host_uri)) return host_of(peer, cloud);
    if (!peer.uri.starts_with(user_uri))
        return refused("a certificate for '" + peer.uri + "' is no client's");
    return principal_named(peer.uri.substr(user_uri.size()), settings);
}

}  // namespace weft::coordinator::api
