// SPDX-License-Identifier: Apache-2.0
// What a change of one desired object changes in the wanted entries.
#include <algorithm>
#include <utility>

#include "agent/reconcile/reconciler.h"

namespace weft::agent {
namespace {

// Stands for any path where only the keys of a peer's entries count.
Result<Path> any_path() { return Path{}; }

bool same_path(const Result<Path>& a, const Result<Path>& b) {
    return a && b ? *a == *b : a.has_value() == b.has_value();
}

}  // namespace

// The keys of `old` follow from the object alone, so they need not be remembered; those that were refused
// are.
void Reconciler::replace(const ObjectKey& key, const Compiled& old, const Compiled& fresh) {
    auto granted = refs_of(old.entries);
    if (const auto refused = refused_.find(key); refused != refused_.end()) {
        for (const auto& ref : refused->second) std::erase(granted, ref);
        refused_.erase(refused);
    }
    const auto refused = wanted_.replace(granted, fresh.entries);
    if (!refused.empty()) refused_[key] = refs_of(refused);
    problems_.set(key, refused.empty() ? fresh.failed : "another object has the same address", fresh.waiting,
                  false);
}

void Reconciler::put(schema::Peer peer) {
    const auto key = peer.key();
    const auto* old = desired_.find<schema::Peer>(key);
    const auto path = peer.send_to ? datapath_.path(peer.send_to, peer.send_from) : any_path();
    const auto compile = [&](const schema::Peer& p) { return compile_peer(p, installed_.host, path); };
    replace(key_of(peer), old != nullptr ? compile(*old) : Compiled{}, compile(peer));
    paths_.insert_or_assign(key, path);
    desired_.put(std::move(peer));
}

void Reconciler::put(schema::Route route) {
    const auto* old = desired_.find<schema::Route>(route.key());
    replace(key_of(route), old != nullptr ? compile_route(*old) : Compiled{}, compile_route(route));
    desired_.put(route);
}

void Reconciler::put(schema::Spread spread) {
    const auto compile = [&](const schema::Spread& s) { return compile_spread(s, installed_.host); };
    const auto* old = desired_.find<schema::Spread>(spread.key());
    replace(key_of(spread), old != nullptr ? compile(*old) : Compiled{}, compile(spread));
    desired_.put(std::move(spread));
}

void Reconciler::put(schema::Mapping mapping) {
    const auto key = mapping.key();
    const auto* old = desired_.find<schema::Mapping>(key);
    replace(key_of(mapping), old != nullptr ? compile_mapping(*old) : Compiled{}, compile_mapping(mapping));
    desired_.put(mapping);
    follow_mapping(key);
}

void Reconciler::put(schema::Source source) {
    const auto key = source.key();
    const auto* old = desired_.find<schema::Source>(key);
    const auto* mapping = desired_.find<schema::Mapping>(key);
    replace(key_of(source), old != nullptr ? compile_source(*old, mapping) : Compiled{},
            compile_source(source, mapping));
    desired_.put(std::move(source));
}

// A source says whose it is: its mapping's record.
void Reconciler::follow_mapping(const std::string& key) {
    if (const auto* source = desired_.find<schema::Source>(key)) put(schema::Source{*source});
}

void Reconciler::put(schema::Port port) {
    const auto* old = desired_.find<schema::Port>(port.key());
    if (old != nullptr && *old == port) return;
    if (old != nullptr) {
        ports_.removed(*old);
        quotas_.removed(*old);
        rates_.removed(*old);
    }
    leases_.put(port, old != nullptr, clock_.boot_ns());
    ports_.added(port);
    quotas_.added(port);
    rates_.added(port);
    if (old == nullptr || old->tag != port.tag || old->acl != port.acl || old->subnets != port.subnets ||
        old->rules != port.rules) {
        if (old != nullptr) policies_.removed(*old);
        policies_.added(port);
    }
    desired_.put(std::move(port));
}

// Nothing of it is in the kernel's maps.
void Reconciler::put(schema::Workload workload) { desired_.put(std::move(workload)); }

void Reconciler::put(schema::Acl acl) {
    const auto* old = desired_.find<schema::Acl>(acl.key());
    if (old != nullptr && *old == acl) return;
    policies_.changed(acl);
    desired_.put(std::move(acl));
}

void Reconciler::put(schema::Group group) {
    const auto* old = desired_.find<schema::Group>(group.key());
    if (old != nullptr && *old == group) return;
    policies_.changed(group);
    desired_.put(std::move(group));
}

void Reconciler::put(schema::Tag tag) {
    const auto* old = desired_.find<schema::Tag>(tag.key());
    if (old != nullptr && *old == tag) return;
    policies_.changed(tag);
    desired_.put(std::move(tag));
}

void Reconciler::remove(const ObjectKey& object) {
    const auto& [kind, key] = object;
    switch (kind) {
        case schema::DesiredKind::peer:
            if (const auto* old = desired_.find<schema::Peer>(key))
                replace(object, compile_peer(*old, installed_.host, any_path()), {});
            paths_.erase(key);
            break;
        case schema::DesiredKind::route:
            if (const auto* old = desired_.find<schema::Route>(key)) replace(object, compile_route(*old), {});
            break;
        case schema::DesiredKind::spread:
            if (const auto* old = desired_.find<schema::Spread>(key))
                replace(object, compile_spread(*old, installed_.host), {});
            break;
        case schema::DesiredKind::mapping:
            if (const auto* old = desired_.find<schema::Mapping>(key))
                replace(object, compile_mapping(*old), {});
            break;
        case schema::DesiredKind::source:
            if (const auto* old = desired_.find<schema::Source>(key))
                replace(object, compile_source(*old, nullptr), {});
            break;
        case schema::DesiredKind::port:
            if (const auto* old = desired_.find<schema::Port>(key)) {
                ports_.removed(*old);
                quotas_.removed(*old);
                rates_.removed(*old);
                policies_.removed(*old);
                leases_.remove(old->attachment);
                detached_ = true;
            }
            break;
        case schema::DesiredKind::acl:
            if (const auto* old = desired_.find<schema::Acl>(key)) policies_.changed(*old);
            break;
        case schema::DesiredKind::group:
            if (const auto* old = desired_.find<schema::Group>(key)) policies_.changed(*old);
            break;
        case schema::DesiredKind::instance: break;
        case schema::DesiredKind::tag:
            if (const auto* old = desired_.find<schema::Tag>(key)) policies_.changed(*old);
            break;
    }
    desired_.remove(object);
    if (kind == schema::DesiredKind::mapping) follow_mapping(key);
}

void Reconciler::resolve_paths() {
    std::vector<schema::Peer> changed;
    for (const auto& [key, peer] : desired_.of<schema::Peer>())
        if (refused_.contains(key_of(peer)) ||
            (peer.send_to && !same_path(paths_.at(key), datapath_.path(peer.send_to, peer.send_from))))
            changed.push_back(peer);
    for (auto& peer : changed) put(std::move(peer));
}

}  // namespace weft::agent
