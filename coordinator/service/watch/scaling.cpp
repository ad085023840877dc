// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/watch/scaling.h"

#include <algorithm>
#include <utility>

#include "weft/wire/codec.h"

namespace weft::coordinator {

using schema::Instance;
using schema::ScalingRule;
using What = ScalingStep::What;

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t least_delay = second_ns;
constexpr std::uint64_t most_delay = 60 * second_ns;
constexpr std::uint64_t longest_nap = 3 * second_ns;
constexpr std::size_t most_status = 1000;

// What its owner changed: there may be what it waits for.
bool is_changed(const ScalingRule& before, ScalingRule after) {
    after.status = before.status;
    after.status_time = before.status_time;
    after.generation = before.generation;
    return after != before;
}

std::string said(const wire::Ack& ack) { return ack.field.empty() ? ack.text : ack.field + ": " + ack.text; }

}  // namespace

Scaling::Scaling(Service& service, Ledger& ledger, const Acknowledgements& hosts, const Clock& clock,
                 std::uint64_t lost_ns)
    : service_(service),
      ledger_(ledger),
      hosts_(hosts),
      clock_(clock),
      lost_ns_(lost_ns),
      awake_at_(clock.boot_ns()) {
    ledger_.subscribe([this](Revision, std::span<const Change> changes) {
        for (const auto& change : changes) note(change);
    });
}

void Scaling::note(const Change& change) {
    const auto before = as<ScalingRule>(change.before);
    if (const auto after = as<ScalingRule>(change.after)) {
        if (before && !is_changed(*before, *after)) return;
        if (before) states_[after->id].not_before = states_[after->id].delay = 0;
        post(after->id);
    } else if (before) {
        states_.erase(before->id);
    } else if (change.id.kind == Kind::instance) {
        const auto instance = as<Instance>(is_null(change.after) ? change.before : change.after);
        if (instance->scaling_rule) post(instance->scaling_rule);
    }
}

// Not inside the commit that it follows from.
void Scaling::post(Id rule) {
    if (!due_.insert(rule).second) return;
    ledger_.post([this, rule] {
        due_.erase(rule);
        look(rule);
    });
}

void Scaling::on_tick() {
    watch_hosts();
    std::vector<Id> rules;
    for (const auto& [id, entry] : ledger_.cloud().table<ScalingRule>()) rules.push_back(entry.object->id);
    for (const Id rule : rules) look(rule);
}

void Scaling::watch_hosts() {
    const auto now = clock_.boot_ns();
    if (now - std::exchange(awake_at_, now) > longest_nap) silent_since_.clear();
    for (const auto& [id, entry] : ledger_.cloud().table<schema::Host>()) {
        const auto session = hosts_.session(entry.object->id);
        if (session == schema::SessionState::lost || session == schema::SessionState::never)
            silent_since_.emplace(entry.object->id, now);
        else
            silent_since_.erase(entry.object->id);
    }
}

std::string Scaling::loss(Id host) const {
    const auto silent = silent_since_.find(host);
    if (silent == silent_since_.end() || clock_.boot_ns() - silent->second < lost_ns_) return {};
    const auto found = ledger_.cloud().find<schema::Host>(host);
    return "host " + (found ? found->name : to_string(host)) + " does not answer";
}

void Scaling::look(Id id) {
    const auto rule = ledger_.cloud().find<ScalingRule>(id);
    if (!rule || states_[id].busy) return;
    const auto step = next_scaling_step(
        ledger_.cloud(), *rule, [this](Id host) { return loss(host); }, clock_.unix_us());
    if (step.what == What::settled) tell(id, {});
    const auto& state = states_[id];
    const bool waits = clock_.boot_ns() < state.not_before;
    const bool adds = step.what == What::create || (step.what == What::attach && !step.failed.empty());
    if (!waits || !(adds || state.refused)) act(*rule, step);
}

void Scaling::act(const ScalingRule& rule, const ScalingStep& step) {
    if (!step.failed.empty()) fail(rule.id, step.failed, step.instance->host);
    switch (step.what) {
        case What::wait:
        case What::settled: return;
        case What::create: return create(rule);
        case What::attach: return attach(rule, step);
        case What::launch: return launch(rule, *step.instance);
        case What::terminate: return terminate(rule, *step.instance);
        case What::forget: return forget(rule, *step.instance);
    }
}

Service::Done Scaling::then(Id rule, std::function<void(const wire::Ack&)> otherwise) {
    states_[rule].busy = true;
    return [this, rule, otherwise = std::move(otherwise)](const wire::Ack& ack) {
        const auto state = states_.find(rule);
        if (state != states_.end()) {
            state->second.busy = false;
            state->second.refused = ack.code != 0;
        }
        if (ack.code != 0)
            otherwise(ack);
        else
            look(rule);
    };
}

void Scaling::create(const ScalingRule& rule) {
    const auto request = another_instance(ledger_.cloud(), hosts_, rule, states_[rule.id].failures);
    if (!request) return fail(rule.id, request.error().text);
    service_.create(acting_for(rule), *request,
                    then(rule.id, [this, id = rule.id](const wire::Ack& ack) { fail(id, said(ack)); }));
}

// An instance for which there is no record after all is not kept.
void Scaling::attach(const ScalingRule& rule, const ScalingStep& step) {
    const Instance& instance = *step.instance;
    auto refused = [this, id = rule.id, made = step.failed.empty(), instance](const wire::Ack& ack) {
        fail(id, said(ack));
        const auto now = ledger_.cloud().find<ScalingRule>(id);
        if (made && now) terminate(*now, instance);
    };
    if (rule.pool)
        return service_.attach(acting_for(rule), from_pool(rule, instance),
                               then(rule.id, std::move(refused)));
    const auto request = new_record(ledger_.cloud(), rule, instance);
    if (!request) return fail(rule.id, request.error().text);
    service_.create(acting_for(rule), *request, then(rule.id, std::move(refused)));
}

void Scaling::launch(const ScalingRule& rule, const Instance& instance) {
    service_.lifecycle(acting_for(rule), {to_string(instance.id), wire::Lifecycle::launch, false, {}},
                       then(rule.id, [this, id = rule.id, instance](const wire::Ack& ack) {
                           fail(id, said(ack), instance.host);
                           if (const auto now = ledger_.cloud().find<ScalingRule>(id))
                               terminate(*now, instance);
                       }));
}

void Scaling::terminate(const ScalingRule& rule, const Instance& instance) {
    Instance patch;
    patch.state = schema::InstanceState::terminated;
    auto bytes = wire::encode(patch);
    if (!bytes) return fail(rule.id, bytes.error().text);
    const wire::ModifyRequest request{Kind::instance, to_string(instance.id), std::move(*bytes), {}};
    service_.modify(acting_for(rule), request,
                    then(rule.id, [this, id = rule.id](const wire::Ack& ack) { fail(id, said(ack)); }));
}

void Scaling::forget(const ScalingRule& rule, const Instance& instance) {
    service_.remove(acting_for(rule), {Kind::instance, to_string(instance.id), {}},
                    then(rule.id, [this, id = rule.id](const wire::Ack& ack) { fail(id, said(ack)); }));
}

// Several at once are one: the instances of a host that is lost are replaced together. Failures that are
// further apart than the longest delay are not a row of them.
void Scaling::fail(Id rule, const std::string& why, Id host) {
    auto& state = states_[rule];
    const auto now = clock_.boot_ns();
    tell(rule, why);
    if (host) ++state.failures[host];
    if (now < state.not_before) return;
    if (state.delay == 0 || now - state.failed_at > 2 * most_delay) {
        state.delay = least_delay;
        state.failures.clear();
        if (host) state.failures[host] = 1;
    }
    state.failed_at = now;
    state.not_before = now + state.delay;
    state.delay = std::min(2 * state.delay, most_delay);
}

void Scaling::tell(Id id, const std::string& status) {
    const auto rule = ledger_.cloud().find<ScalingRule>(id);
    if (!rule || rule->status == status.substr(0, most_status)) return;
    ScalingRule after = *rule;
    after.status = status.substr(0, most_status);
    after.status_time = clock_.unix_us();
    Draft draft{ledger_.cloud(), clock_.unix_us()};
    draft.put(after);
    AuditRow row{clock_.unix_us(),
                 to_string(id),
                 "scale",
                 rule->name,
                 0,
                 status.empty() ? "has as many instances as desired" : status,
                 1};
    // What loses a race is told by the next look.
    ledger_.commit(draft, {std::move(row)}, {}, [](const Result<Revision>&) {});
}

}  // namespace weft::coordinator
