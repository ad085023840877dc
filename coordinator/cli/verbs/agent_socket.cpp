// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/verbs/agent_socket.h"

#include <cstdlib>

namespace weft::cli {

std::shared_ptr<AgentSocket> add_agent_socket(CLI::App& verb) {
    auto agent = std::make_shared<AgentSocket>();
    const char* const path = std::getenv("WEFT_AGENT_SOCKET");
    agent->path = path != nullptr ? path : "/run/weft/agent.sock";
    agent->option = verb.add_option("--agent", agent->path,
                                    "socket of an agent on this machine (WEFT_AGENT_SOCKET is its default)")
                        ->type_name("SOCKET")
                        ->expected(0, 1);
    return agent;
}

Result<Client*> agent_client(AgentSocket& agent) {
    Target target;
    target.socket = agent.path;
    WEFT_TRY(auto connection, Connection::open(target));
    agent.client.emplace(std::move(connection));
    return &*agent.client;
}

Result<Client*> agent_or_coordinator(Program& program, AgentSocket& agent) {
    return agent.option->count() > 0 ? agent_client(agent) : program.client();
}

}  // namespace weft::cli
