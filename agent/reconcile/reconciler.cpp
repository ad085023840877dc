// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/reconciler.h"

#include <algorithm>
#include <set>

#include "agent/reconcile/bytes.h"
#include "weft/abi/config.h"
#include "weft/base/log.h"

namespace weft::agent {
namespace {

constexpr std::uint32_t events_per_second = 100;  // sampled drops of each CPU
constexpr std::size_t most_reported = 1000;

// Maps whose keys begin with a record.
bool is_of_record(MapId map) {
    return map == MapId::counter || map == MapId::flow_use || map == MapId::quota ||
           map == MapId::rate_state || map == MapId::rate;
}

std::string zero_key() { return to_bytes(std::uint32_t{0}); }

// Every object of T in `desired`, and every one of `current` that is not.
template <class T, class Put, class Remove>
void differences(const DesiredSet& current, const DesiredSet& desired, Put&& put, Remove&& remove) {
    std::vector<ObjectKey> gone;
    for (const auto& [key, object] : current.of<T>())
        if (desired.find<T>(key) == nullptr) gone.push_back(key_of(object));
    for (const auto& key : gone) remove(key);
    for (const auto& [key, object] : desired.of<T>()) put(object);
}

}  // namespace

Reconciler::Reconciler(Datapath& datapath, const FlowLimits& limits, const Clock& clock)
    : datapath_(datapath),
      clock_(clock),
      policies_(wanted_),
      quotas_(wanted_, limits, datapath.flow_capacity()),
      rates_(wanted_),
      ports_(datapath, wanted_, policies_, quotas_, leases_, watched_, problems_),
      writer_(datapath, [this](MapId map, const std::string& key) { return keeps(map, key); }) {}

bool Reconciler::keeps(MapId map, const std::string& key) {
    if (std::ranges::find(policy_maps, map) == policy_maps.end()) return false;
    const auto policy = policy_id_of(map, key);
    if (!policies_.uses(policy)) return grace_.keeps(policy);
    grace_.forget(policy);
    return false;
}

void Reconciler::filter(const Policies::PortKeys& ports) {
    for (const auto& key : ports)
        if (const auto* port = desired_.find<schema::Port>(key)) ports_.filtered_anew(*port);
}

Result<Installed> Reconciler::adopt() {
    WEFT_TRY(const auto entries, datapath_.dump(MapId::config));
    if (!entries.empty()) {
        const auto config = from_bytes<weft_config>(entries.front().value);
        installed_ = {config.cluster, config.epoch, config.revision, config.host};
    }
    return installed_;
}

Result<Dumps> Reconciler::dump() {
    Dumps dumps;
    for (std::size_t i = 0; i < map_count; ++i) {
        const auto map = static_cast<MapId>(i);
        if (map == MapId::config) continue;
        WEFT_TRY(dumps[i], datapath_.dump(map));
    }
    return dumps;
}

Outcome Reconciler::snapshot(DesiredSet desired, const Installed& identity) {
    held_.reset();
    auto dumps = dump();
    const auto reason = dumps ? guard(*dumps, installed_, desired, identity) : dumps.error().message();
    if (reason.empty()) {
        install(desired, *dumps, identity);
    } else {
        log_warning("reconcile", "snapshot {} is held back: {}", identity.revision, reason);
        held_ = Held{std::move(desired), identity, reason};
    }
    return outcome();
}

Outcome Reconciler::confirm() {
    if (!held_) return outcome();
    if (const auto dumps = dump()) {
        const auto held = std::move(*held_);
        held_.reset();
        install(held.desired, *dumps, held.identity);
    } else {
        held_->reason = dumps.error().message();
    }
    return outcome();
}

void Reconciler::install(const DesiredSet& desired, const Dumps& dumps, const Installed& identity) {
    const auto put_one = [this](const auto& object) { put(object); };
    const auto remove_one = [this](const ObjectKey& key) { remove(key); };
    const bool first = !has_desired_;
    has_desired_ = true;
    if (first) leases_.adopt(dumps[static_cast<std::size_t>(MapId::port)]);
    if (installed_.host != identity.host) {  // what is an own address depends on it
        differences<schema::Peer>(desired_, {}, put_one, remove_one);
        differences<schema::Spread>(desired_, {}, put_one, remove_one);
        installed_.host = identity.host;
    }
    differences<schema::Peer>(desired_, desired, put_one, remove_one);
    differences<schema::Route>(desired_, desired, put_one, remove_one);
    differences<schema::Spread>(desired_, desired, put_one, remove_one);
    differences<schema::Mapping>(desired_, desired, put_one, remove_one);
    differences<schema::Source>(desired_, desired, put_one, remove_one);
    differences<schema::Acl>(desired_, desired, put_one, remove_one);
    differences<schema::Group>(desired_, desired, put_one, remove_one);
    differences<schema::Tag>(desired_, desired, put_one, remove_one);
    differences<schema::Port>(desired_, desired, put_one, remove_one);
    leases_.adopted();
    if (first) {
        ports_.sweep();
        quotas_.adopt(dumps[static_cast<std::size_t>(MapId::quota)]);
    }
    filter(policies_.refresh(desired_));
    share();
    ports_.refresh(desired_);
    compare(dumps);
    write(identity);
}

void Reconciler::compare(const Dumps& dumps) {
    for (std::size_t i = 0; i < map_count; ++i) wanted_.compare(static_cast<MapId>(i), dumps[i]);
}

Outcome Reconciler::delta(Changes changes, std::uint64_t revision) {
    if (held_) {
        for (auto& object : changes.puts) held_->desired.put(std::move(object));
        for (const auto& key : changes.deletes) held_->desired.remove(key);
        held_->identity.revision = revision;
    } else if (has_desired_) {
        for (auto& object : changes.puts) std::visit([this](auto& o) { put(std::move(o)); }, object);
        for (const auto& key : changes.deletes) remove(key);
        auto reached = installed_;
        reached.revision = revision;
        write(reached);
    }
    return outcome();
}

Outcome Reconciler::environment_changed() {
    if (!has_desired_) return outcome();
    ports_.look();
    resolve_paths();
    write(installed_);
    return outcome();
}

void Reconciler::watch(const Watched& watched) {
    const auto former = std::exchange(watched_, watched);
    if (former == watched || !has_desired_) return;
    for (const auto& [key, port] : desired_.of<schema::Port>())
        if (former.flags(port.record.value) != watched.flags(port.record.value)) ports_.filtered_anew(port);
    write(installed_);
}

Outcome Reconciler::repair() {
    if (!has_desired_) return outcome();
    if (const auto done = datapath_.repair_uplinks(); !done)
        log_warning("reconcile", "uplinks: {}", done.error().message());
    ports_.mark_all();
    ports_.refresh(desired_);
    resolve_paths();
    grace_.pass();
    if (const auto dumps = dump())
        compare(*dumps);
    else
        log_warning("reconcile", "reading the maps: {}", dumps.error().message());
    write(installed_);
    return outcome();
}

void Reconciler::lease_answered(const wire::LeaseAnswer& answer) {
    const auto later = leases_.answered(answer);
    if (later.empty()) return;
    for (const Id attachment : later)
        if (const auto* port = desired_.find<schema::Port>(to_string(attachment)))
            ports_.filtered_anew(*port);
    write(installed_);
}

// What the records here may use of what they share.
void Reconciler::share() {
    filter(quotas_.refresh(desired_));
    rates_.refresh(desired_);
}

bool Reconciler::capture(Id record, bool on) {
    bool here = false;
    for (const auto& [key, port] : desired_.of<schema::Port>()) {
        if (port.record != record) continue;
        ports_.filtered_anew(port);
        here = true;
    }
    if (here || !on) ports_.capture(record, on);
    if (here) write(installed_);
    return here;
}

// A port is switched to a policy that is in the maps as a whole, and closed if that cannot be.
void Reconciler::write(const Installed& reached) {
    filter(policies_.refresh(desired_));
    for (const auto map : policy_maps) writer_.put(wanted_, map);
    filter(policies_.refused(writer_.failures()));
    share();
    ports_.refresh(desired_);
    writer_.write(wanted_);
    if (const auto ports = policies_.refused(writer_.failures()); !ports.empty()) {  // there was room again
        filter(ports);
        ports_.refresh(desired_);
        writer_.write(wanted_);
    }
    ports_.clean();
    if (installed_ == reached && configured_) return;
    const weft_config config{reached.cluster, reached.epoch,     reached.revision,
                             reached.host,    events_per_second, events_per_second};
    const Entry entry{zero_key(), to_bytes(config)};
    for (const auto& failure : datapath_.put(MapId::config, {&entry, 1}))
        log_error("reconcile", "revision {} is not recorded: {}", reached.revision, failure.error.message());
    installed_ = reached;
    configured_ = true;
}

Outcome Reconciler::outcome() const {
    Outcome out;
    out.revision = installed_.revision;
    if (held_) out.needs_confirmation = held_->reason;
    problems_.report(out);
    std::map<ObjectKey, std::string> refused;
    for (const auto& [where, reason] : writer_.failures()) {
        if (refused.size() >= most_reported) break;
        for (const auto& object : owners(where.first, where.second)) refused.emplace(object, reason);
    }
    for (auto& [object, reason] : refused) out.failed.push_back({object, std::move(reason)});
    std::ranges::sort(out.failed, {}, &Report::object);
    return out;
}

std::uint64_t Reconciler::desired_revision() const {
    return held_ ? held_->identity.revision : installed_.revision;
}

std::size_t Reconciler::entries(MapId map) const {
    const auto& failures = writer_.failures();
    std::size_t refused = 0;
    for (auto at = failures.lower_bound({map, {}}); at != failures.end() && at->first.first == map; ++at)
        ++refused;
    const auto wanted = wanted_.cells(map).size();
    return wanted - std::min(wanted, refused);
}

// Whose entry it is; of entries that several objects share, all of them.
std::vector<ObjectKey> Reconciler::owners(MapId map, const std::string& key) const {
    const auto cell = wanted_.cells(map).find(key);
    const Entry entry{key, cell == wanted_.cells(map).end() ? std::string{} : cell->second.value};
    if (const auto object = object_of(map, entry, installed_.host)) return {*object};
    if (std::ranges::find(policy_maps, map) != policy_maps.end()) return {};  // their ports say so
    std::vector<ObjectKey> owners;
    for (const auto& [name, port] : desired_.of<schema::Port>())
        if (!is_of_record(map) || key.starts_with(to_bytes(port.record.value)))
            owners.push_back(key_of(port));
    return owners;
}

bool Reconciler::is_here(std::uint64_t attachment) const {
    return !has_desired_ ||
           desired_.find<schema::Port>(to_string(Id{Kind::attachment, attachment})) != nullptr;
}

}  // namespace weft::agent
