// SPDX-License-Identifier: Apache-2.0
#include "agent/instance/verb.h"

namespace weft::agent {

using schema::DriverState;
using schema::InstanceState;
using schema::Workload;

namespace {

bool is_up(DriverState state) { return state == DriverState::running || state == DriverState::suspended; }

std::optional<DriverVerb> towards_running(const Workload& wanted, const InstanceView& view) {
    const bool down = !is_up(view.state);
    if (view.state == DriverState::running || (view.has_run && down)) return std::nullopt;
    if (view.state == DriverState::absent || (down && view.outdated)) return DriverVerb::prepare;
    if (!wanted.ready || !view.programmed) return std::nullopt;
    return view.state == DriverState::suspended ? DriverVerb::resume : DriverVerb::launch;
}

}  // namespace

std::optional<DriverVerb> next_verb(const Workload& wanted, const InstanceView& view) {
    if (view.state == DriverState::unknown) return DriverVerb::status;
    switch (wanted.state) {
        case InstanceState::booting: return towards_running(wanted, view);
        case InstanceState::running: return std::nullopt;
        case InstanceState::suspended:
            return view.state == DriverState::running ? std::optional{DriverVerb::suspend} : std::nullopt;
        case InstanceState::stopped:
            return is_up(view.state) ? std::optional{DriverVerb::stop} : std::nullopt;
        case InstanceState::terminated:
            return view.state == DriverState::absent ? std::nullopt : std::optional{DriverVerb::terminate};
    }
    return std::nullopt;
}

bool is_settled(const Workload& wanted, const InstanceView& view) {
    return wanted.state != InstanceState::booting || view.state == DriverState::running || view.has_run;
}

std::string why_different(const Workload& wanted, DriverState state) {
    const bool wants_up = wanted.state == InstanceState::booting || wanted.state == InstanceState::running ||
                          wanted.state == InstanceState::suspended;
    if (wants_up && !is_up(state)) return "it ended by itself";
    if (wanted.state == InstanceState::running && state == DriverState::suspended)
        return "it was suspended by somebody else";
    return {};
}

}  // namespace weft::agent
