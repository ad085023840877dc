// SPDX-License-Identifier: Apache-2.0
// What all changing requests share: authorise, client token, plan, dry run, commit, retry after a lost race,
// audit.
#include <openssl/sha.h>

#include "coordinator/service/query/view.h"
#include "coordinator/service/service.h"
#include "coordinator/service/verbs.h"
#include "weft/wire/codec.h"

namespace weft::coordinator {
namespace {

// How often a request that lost a race is planned again from the cloud as it is then. Of so many at once that
// change one object, each gets its turn.
constexpr unsigned most_attempts = 64;
constexpr std::uint64_t token_life_us = 24ULL * 3600 * 1000000;

template <class Request>
Bytes hash_of(const std::string& verb, const Request& request) {
    auto bytes = wire::encode(request);
    Bytes all{verb.begin(), verb.end()};
    if (bytes) all.insert(all.end(), bytes->begin(), bytes->end());
    Bytes digest(SHA256_DIGEST_LENGTH);
    SHA256(all.data(), all.size(), digest.data());
    return digest;
}

std::string verb_of(std::string_view verb, Kind kind) {
    return std::string(verb) + ' ' + std::string(to_string(kind));
}

}  // namespace

Service::Service(Ledger& ledger, const Acknowledgements& hosts, const Clock& clock)
    : ledger_(ledger), hosts_(hosts), clock_(clock), audit_(ledger) {}

void Service::create(const Principal& principal, const wire::CreateRequest& request, Done done) {
    start(principal, verb_of("create", request.kind), {}, request, &coordinator::create, std::move(done));
}
void Service::modify(const Principal& principal, const wire::ModifyRequest& request, Done done) {
    start(principal, verb_of("modify", request.kind), request.ref, request, &coordinator::modify,
          std::move(done));
}
void Service::remove(const Principal& principal, const wire::RemoveRequest& request, Done done) {
    start(principal, verb_of("remove", request.kind), request.ref, request, &coordinator::remove,
          std::move(done));
}
void Service::attach(const Principal& principal, const wire::AttachRequest& request, Done done) {
    start(principal, "attach", request.record + " to " + request.instance, request, &coordinator::attach,
          std::move(done));
}
void Service::detach(const Principal& principal, const wire::DetachRequest& request, Done done) {
    start(principal, "detach", request.record + " from " + request.instance, request, &coordinator::detach,
          std::move(done));
}
void Service::move(const Principal& principal, const wire::MoveRequest& request, Done done) {
    start(principal, "move", request.instance + " to " + request.host, request, &coordinator::move,
          std::move(done));
}

void Service::failover(const Principal& principal, const wire::FailoverRequest& request, Done done) {
    start(principal, "failover", request.record, request, &coordinator::failover, std::move(done));
}

void Service::lifecycle(const Principal& principal, const wire::LifecycleRequest& request, Done done) {
    start(principal, std::string(schema::to_string(request.verb)), request.instance, request,
          &coordinator::lifecycle, std::move(done));
}

template <class Request>
void Service::start(const Principal& principal, std::string verb, std::string target, const Request& request,
                    Result<Plan> (*planner)(const Context&, const Request&), Done done) {
    auto call = std::make_shared<Call>();
    call->principal = principal;
    call->request_hash = hash_of(verb, request);
    call->verb = std::move(verb);
    call->target = std::move(target);
    call->options = request.options;
    call->plan = [request, planner](const Context& context) { return planner(context, request); };
    run(call, std::move(done));
}

void Service::start_host(const Principal& principal, std::string verb, const wire::HostRequest& request,
                         Result<Plan> (*planner)(const Context&, const wire::HostRequest&), Done done) {
    auto call = std::make_shared<Call>();
    call->principal = principal;
    call->verb = std::move(verb);
    call->target = request.host;
    call->plan = [request, planner](const Context& context) { return planner(context, request); };
    run(call, std::move(done));
}

void Service::run(const std::shared_ptr<Call>& call, Done done) {
    call->done = [this, done = std::move(done), verb = call->verb, begin = clock_.boot_ns()](wire::Ack ack) {
        tell(verb, ack.code, begin);
        ledger_.post([done, ack = std::move(ack)] { done(ack); });
    };
    execute(call);
}

void Service::execute(const std::shared_ptr<Call>& call) {
    if (const auto allowed = may_request(call->principal); !allowed) return fail(*call, allowed.error());
    auto first = replayed(*call);
    if (!first) return fail(*call, first.error());
    if (*first) {
        audit_.add(audit_row(*call, 0, "client token: the first answer again"));
        return call->done(std::move(**first));
    }
    // A dry run must not move the cursors of what is chosen.
    auto scratch = call->options.dry_run ? std::optional{chooser_} : std::nullopt;
    const Context context{ledger_.cloud(), hosts_,        scratch ? *scratch : chooser_,
                          call->principal, call->options, clock_.unix_us()};
    auto plan = call->plan(context);
    if (!plan) return fail(*call, plan.error());
    if (call->options.dry_run) {
        auto lines = plan->draft.describe();
        plan->text = lines.empty() ? plan->text : "dry run, nothing changed: " + plan->text;
        for (auto& line : lines) plan->notes.push_back("would " + line);
        plan->operation = {};
        plan->secret.clear();
        audit_.add(audit_row(*call, 0, plan->text));
        return call->done(ack_of(*plan, ledger_.cloud().find(plan->object), false));
    }
    if (plan->draft.empty() && call->options.token.empty()) {
        audit_.add(audit_row(*call, 0, plan->text));
        auto ack = ack_of(*plan, ledger_.cloud().find(plan->object), false);
        ack.revision = ledger_.cloud().revision();
        return call->done(std::move(ack));
    }
    commit(call, std::move(*plan));
}

void Service::commit(const std::shared_ptr<Call>& call, Plan plan) {
    const bool changed = !plan.draft.empty();
    std::optional<TokenRow> token;
    if (!call->options.token.empty()) {
        Object after;
        schema::with_object(plan.object.kind, [&]<class T>(std::type_identity<T>) {
            if (auto object = plan.draft.find<T>(plan.object)) after = std::move(object);
        });
        auto told = plan;
        told.secret.clear();  // which is not stored: who repeats the request learns that it was made
        auto answer = wire::encode(ack_of(told, after, changed));
        if (!answer) return fail(*call, answer.error());
        token = TokenRow{call->principal.name, call->options.token, call->request_hash,
                         std::move(*answer),   plan.draft.now_us(), 0};
    }
    if (call->target.empty()) call->target = to_string(plan.object);
    std::vector<AuditRow> audit{audit_row(*call, 0, plan.text)};
    const Draft draft = plan.draft;
    ledger_.commit(
        draft, std::move(audit), std::move(token),
        [this, call, plan = std::move(plan), changed](const Result<Revision>& result) {
            if (!result && result.error().code == ErrorCode::conflict && ++call->attempt < most_attempts)
                return execute(call);
            if (!result) return fail(*call, result.error());
            auto ack = ack_of(plan, ledger_.cloud().find(plan.object), changed);
            ack.revision = *result;
            call->done(std::move(ack));
        });
}

void Service::fail(const Call& call, const Error& error) {
    audit_.add(audit_row(call, static_cast<std::uint16_t>(error.code), error.message()));
    wire::Ack ack;
    ack.code = static_cast<std::uint16_t>(error.code);
    ack.text = error.text;
    ack.field = error.field;
    call.done(std::move(ack));
}

Result<std::optional<wire::Ack>> Service::replayed(const Call& call) {
    if (call.options.token.empty() || call.options.dry_run) return std::optional<wire::Ack>{};
    WEFT_TRY(const auto row, ledger_.repository().token(call.principal.name, call.options.token));
    if (!row || row->time_us + token_life_us < clock_.unix_us()) return std::optional<wire::Ack>{};
    if (row->request_hash != call.request_hash)
        return conflict("token", "client token " + call.options.token + " was used for another request");
    WEFT_TRY(auto ack, wire::decode<wire::Ack>(row->answer));
    ack.revision = row->revision;
    return std::optional{std::move(ack)};
}

wire::Ack Service::ack_of(const Plan& plan, const Object& object, bool changed) const {
    wire::Ack ack;
    ack.text = plan.secret.empty() ? plan.text : plan.secret;
    ack.changed = changed;
    ack.operation = plan.operation;
    ack.notes = plan.notes;
    if (!is_null(object)) {
        ack.kind = plan.object.kind;
        if (auto bytes = encode_view(ledger_.cloud(), hosts_, object)) ack.object = std::move(*bytes);
    }
    return ack;
}

void Service::tell(std::string_view verb, std::uint16_t code, std::uint64_t begin_ns) const {
    if (on_request) on_request(verb, code, clock_.boot_ns() - begin_ns);
}

AuditRow Service::audit_row(const Call& call, std::uint16_t code, std::string text) const {
    return {clock_.unix_us(), call.principal.audited(), call.verb, call.target, code, std::move(text), 1};
}

void Service::queried(const Principal& principal, std::string verb, std::string target,
                      const Result<void>& outcome, std::uint64_t begin_ns) {
    tell(verb, outcome ? std::uint16_t{0} : static_cast<std::uint16_t>(outcome.error().code), begin_ns);
    note(principal, std::move(verb), std::move(target), outcome);
}

void Service::note(const Principal& principal, std::string verb, std::string target,
                   const Result<void>& outcome) {
    audit_.add({clock_.unix_us(), principal.name, std::move(verb), std::move(target),
                outcome ? std::uint16_t{0} : static_cast<std::uint16_t>(outcome.error().code),
                outcome ? std::string{} : outcome.error().message(), 1});
}

}  // namespace weft::coordinator
