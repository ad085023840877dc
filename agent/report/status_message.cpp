// SPDX-License-Identifier: Apache-2.0
#include "agent/report/status_message.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "weft/base/version.h"

namespace weft::agent {
namespace {

constexpr std::size_t most_lines = 100;
constexpr std::size_t longest_line = 400;

std::vector<std::string> lines(const std::vector<Report>& reports) {
    std::vector<std::string> out;
    for (const auto& [object, reason] : reports) {
        if (out.size() == most_lines) break;
        out.push_back(fmt::format("{} {}: {}", schema::to_string(object.kind), object.key, reason)
                          .substr(0, longest_line));
    }
    return out;
}

schema::SessionState session_of(const AgentState& state) {
    if (!state.outcome.needs_confirmation.empty()) return schema::SessionState::needs_confirmation;
    if (state.connected) return schema::SessionState::connected;
    return state.installed.host == 0 ? schema::SessionState::never : schema::SessionState::lost;
}

}  // namespace

wire::Status status_message(const AgentState& state) {
    wire::HostStatus host;
    host.host = {Kind::host, state.installed.host};
    host.name = state.host_name;
    host.session = session_of(state);
    host.installed = state.installed.revision;
    host.failed = lines(state.outcome.failed);
    host.waiting = lines(state.outcome.waiting);
    for (const auto* problem : {&state.outcome.needs_confirmation, &state.report.problem})
        if (!problem->empty()) host.problem += (host.problem.empty() ? "" : "; ") + *problem;
    if (!state.connected) host.problem += (host.problem.empty() ? "" : "; ") + state.problem;
    host.problem.resize(std::min<std::size_t>(host.problem.size(), 4096));

    std::vector<std::string> underlay;
    for (const auto& address : state.report.underlay) underlay.push_back(to_string(address));
    wire::Status status;
    status.program = "weft-agent " + std::string(version);
    status.cluster = state.installed.cluster;
    status.epoch = state.installed.epoch;
    status.revision = state.installed.revision;
    status.hosts.push_back(std::move(host));
    status.facts = {{"capabilities", fmt::format("{}", fmt::join(state.report.capabilities, " "))},
                    {"dhcp-answered", std::to_string(state.services.answered)},
                    {"dhcp-ignored", std::to_string(state.services.ignored)},
                    {"dhcp-refused", std::to_string(state.services.refused)},
                    {"objects", std::to_string(state.objects)},
                    {"router-advertisements", std::to_string(state.services.advertised)},
                    {"underlay", fmt::format("{}", fmt::join(underlay, " "))},
                    {"underlay-mtu", std::to_string(state.report.underlay_mtu)}};
    return status;
}

}  // namespace weft::agent
