// SPDX-License-Identifier: Apache-2.0
// How a host gets and loses its identity, and what its own session changes on it (design: identity).
#include <fmt/format.h>

#include "coordinator/pki/token.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/service.h"

namespace weft::coordinator {
namespace {

using schema::Host;

constexpr std::size_t expiry_digits = 16;

// "EXPIRY.SECRET" -> the key of its claim: the expiry, and the hash of the whole.
std::string token_key(const std::string& token) {
    return token.substr(0, expiry_digits) + ':' + pki::token_hash(token);
}

Result<Plan> make_token(const Context& context, const wire::HostRequest& request) {
    WEFT_CHECK(permit(context.principal, Verb::token, Kind::host));
    WEFT_TRY(const auto host, resolve<Host>(context.cloud, context.principal, request.host, "host"));
    if (host->foreign) return conflict("host", "host " + host->name + " is foreign: no agent enrols as it");
    WEFT_TRY(const auto secret, pki::new_token());
    const auto token = fmt::format("{:016x}.{}", context.now_us + pki::token_lifetime_us, secret);
    Plan plan{context.draft(), "made a token for host " + host->name, host->id};
    plan.secret = token;
    plan.draft.rely(host->id);
    plan.draft.add_claim({ClaimKind::host_token, {}, token_key(token), host->id});
    return plan;
}

Result<Plan> revoke_certificate(const Context& context, const wire::HostRequest& request) {
    WEFT_CHECK(permit(context.principal, Verb::revoke, Kind::host));
    WEFT_TRY(const auto host, resolve<Host>(context.cloud, context.principal, request.host, "host"));
    if (host->certificate_serial.empty())
        return Plan{context.draft(), "host " + host->name + " already has no certificate", host->id};
    Host after = *host;
    after.certificate_serial.clear();
    after.former_serial.clear();
    Plan plan{context.draft(), "revoked the certificate of host " + host->name, host->id};
    plan.draft.put(after);
    return plan;
}

}  // namespace

void Service::host_token(const Principal& principal, const wire::HostRequest& request, Done done) {
    start_host(principal, "host token", request, &make_token, std::move(done));
}

void Service::revoke(const Principal& principal, const wire::HostRequest& request, Done done) {
    start_host(principal, "host revoke", request, &revoke_certificate, std::move(done));
}

void Service::redeem_token(const std::string& token, std::function<void(Result<Id>)> done) {
    const auto now_us = clock_.unix_us();
    const auto refuse = [&] {
        audit_.add({now_us, {}, "enrol", {}, static_cast<std::uint16_t>(ErrorCode::refused), {}, 1});
        ledger_.post([done] { done(refused("the token is unknown, used or expired")); });
    };
    const auto key = token_key(token);
    const auto host = ledger_.repository().holder(ClaimKind::host_token, {}, key);
    if (!host) return ledger_.post([done, error = host.error()] { done(error); });
    if (!*host || key < fmt::format("{:016x}", now_us) || !ledger_.cloud().find<Host>(**host))
        return refuse();
    Draft draft{ledger_.cloud(), now_us};
    draft.release_claim({ClaimKind::host_token, {}, key, **host});
    std::vector<AuditRow> audit{{now_us, to_string(**host), "enrol", to_string(**host), 0, {}, 1}};
    ledger_.commit(draft, std::move(audit), {}, [id = **host, done](const Result<Revision>& result) {
        if (result) return done(id);
        done(result.error().code == ErrorCode::conflict ? refused("the token is used") : result.error());
    });
}

Result<Id> Service::confirm(const Principal& principal, const wire::HostRequest& request) {
    auto host = [&]() -> Result<Id> {
        WEFT_CHECK(permit(principal, Verb::confirm, Kind::host));
        WEFT_TRY(const auto found, resolve<Host>(ledger_.cloud(), principal, request.host, "host"));
        return found->id;
    }();
    note(principal, "host confirm", request.host, host ? Result<void>{} : Result<void>{host.error()});
    return host;
}

void Service::update_host(Id id, const std::function<void(Host&)>& edit,
                          std::function<void(Result<Revision>)> done) {
    const auto host = ledger_.cloud().find<Host>(id);
    if (!host) return ledger_.post([done, id] { done(not_found("there is no host " + to_string(id))); });
    Host after = *host;
    edit(after);
    if (after == *host)
        return ledger_.post([done, revision = ledger_.cloud().revision()] { done(revision); });
    Draft draft{ledger_.cloud(), clock_.unix_us()};
    draft.put(after);
    // Who changed the host meanwhile has been seen by the cloud when the conflict arrives: edit that.
    ledger_.commit(draft, {}, {}, [this, id, edit, done = std::move(done)](const Result<Revision>& result) {
        if (!result && result.error().code == ErrorCode::conflict) return update_host(id, edit, done);
        done(result);
    });
}

}  // namespace weft::coordinator
