// SPDX-License-Identifier: Apache-2.0
// Verbs that may ask an agent on this machine instead of the coordinator.
#pragma once

#include "coordinator/cli/program.h"

namespace weft::cli {

struct AgentSocket {
    std::string path;
    CLI::Option* option{nullptr};
    std::optional<Client> client;
};

// Adds --agent SOCKET; the path's default is WEFT_AGENT_SOCKET or /run/weft/agent.sock.
[[nodiscard]] std::shared_ptr<AgentSocket> add_agent_socket(CLI::App& verb);
[[nodiscard]] Result<Client*> agent_client(AgentSocket& agent);
// The agent when --agent was given, else the coordinator.
[[nodiscard]] Result<Client*> agent_or_coordinator(Program& program, AgentSocket& agent);

// Shown to people; wire/message/status.h says what the fields are.
void print_status(std::ostream& out, const wire::Status& status);
void print_counters(std::ostream& out, const wire::Counters& counters);
[[nodiscard]] std::string event_line(const wire::PacketEvent& drop);

}  // namespace weft::cli
