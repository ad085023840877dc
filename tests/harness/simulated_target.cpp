// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/simulated_target.h"

namespace weft::test {

namespace {

std::string in_words(const char* verb, const agent::ObjectKey& key) {
    return std::string(verb) + ' ' + std::string(schema::to_string(key.kind)) + ' ' + key.key;
}

}  // namespace

void SimulatedTarget::snapshot(agent::DesiredSet set, const agent::Installed& of) {
    if (before_commit) before_commit();
    ++snapshots;
    puts += set.size();
    if (keep_objects) desired = std::move(set);
    identity = of;
    ask_snapshot = false;
}

void SimulatedTarget::delta(agent::Changes changes, std::uint64_t revision) {
    if (before_commit) before_commit();
    ++deltas;
    puts += changes.puts.size();
    deletes += changes.deletes.size();
    if (!changes.puts.empty() || !changes.deletes.empty()) order.clear();
    for (const auto& object : changes.puts) order.push_back(in_words("put", agent::key_of(object)));
    for (const auto& key : changes.deletes) order.push_back(in_words("delete", key));
    if (keep_objects) {
        for (auto& object : changes.puts) desired.put(std::move(object));
        for (const auto& key : changes.deletes) desired.remove(key);
    }
    identity.revision = revision;
}

agent::Outcome SimulatedTarget::outcome() const {
    agent::Outcome outcome{identity.revision, {}, pending, held_back};
    if (!ports_fail.empty())
        for (const auto& [key, port] : desired.of<schema::Port>())
            outcome.failed.push_back({{schema::DesiredKind::port, key}, ports_fail});
    return outcome;
}

void SimulatedTarget::confirm() {
    ++confirmations;
    held_back.clear();
}

Result<wire::TraceHop> SimulatedTarget::trace(const wire::TraceRequest& request) {
    traces.push_back(request);
    return hop;
}

Result<std::vector<wire::Counters>> SimulatedTarget::counters(const std::string&) { return counted; }

}  // namespace weft::test
