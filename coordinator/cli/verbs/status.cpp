// SPDX-License-Identifier: Apache-2.0
// weft status: the coordinator and the sessions of its hosts; with --agent, one agent.
#include <fmt/format.h>

#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/output/table.h"
#include "coordinator/cli/verbs/agent_socket.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

std::string milliseconds(std::uint64_t us) {
    return us == 0 ? std::string{} : fmt::format("{:.1f} ms", static_cast<double>(us) / 1000);
}

}  // namespace

void print_status(std::ostream& out, const wire::Status& status) {
    out << "program:   " << status.program << '\n';
    out << fmt::format("cluster:   {:016x}\n", status.cluster);
    out << fmt::format("epoch:     {}\n", status.epoch);
    out << fmt::format("revision:  {}\n", status.revision);
    for (const auto& [name, value] : status.facts) out << name << ": " << value << '\n';
    for (const auto& operation : status.operations) out << "operation: " << operation << '\n';
    Table table{{"HOST", "SESSION", "INSTALLED", "TOOK", "PROBLEM"}, {false, false, true, true, false}, {}};
    for (const auto& host : status.hosts) {
        table.rows.push_back({host.name.empty() ? to_string(host.host) : host.name,
                              std::string(schema::to_string(host.session)), std::to_string(host.installed),
                              milliseconds(host.convergence_us), host.problem});
    }
    if (!table.rows.empty()) out << '\n';
    print_table(out, table);
    for (const auto& host : status.hosts) {
        for (const auto& failure : host.failed) out << host.name << ": not installed: " << failure << '\n';
        for (const auto& object : host.waiting)
            out << host.name << ": waiting for its device: " << object << '\n';
    }
}

void add_status(Program& program) {
    auto& verb = *program.app().add_subcommand("status", "what runs, and what the hosts have installed");
    const auto agent = add_agent_socket(verb);
    program.on(verb, [&program, agent]() -> Result<int> {
        WEFT_TRY(Client * client, agent_or_coordinator(program, *agent));
        WEFT_TRY(const auto status, client->status());
        const auto format = program.settings().format;
        if (format == Format::json || format == Format::yaml)
            print_value(program.out(), format, schema::to_value(status));
        else
            print_status(program.out(), status);
        return 0;
    });
}

}  // namespace weft::cli
