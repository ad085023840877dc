// SPDX-License-Identifier: Apache-2.0
// weft monitor [--record R] [--reason X]: drops of this machine's agent as they happen
#include "coordinator/cli/verbs/agent_socket.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/base/clock.h"
#include "weft/schema/json.h"

namespace weft::cli {

std::string event_line(const wire::PacketEvent& drop) {
    std::string line = format_time(drop.time_us) + ' ' + drop.name;
    if (drop.record) line += " record " + to_string(drop.record);
    if (!drop.device.empty()) line += " at " + drop.device;
    if (!drop.packet.empty()) line += ": " + drop.packet;
    if (!drop.text.empty()) line += " (" + drop.text + ')';
    return line;
}

void add_monitor(Program& program) {
    auto& verb = *program.app().add_subcommand("monitor", "print sampled drops with their reasons");
    const auto request = std::make_shared<wire::MonitorRequest>();
    verb.add_option("--record", request->record, "only this record's")->type_name("RECORD");
    verb.add_option("--reason", request->reason, "only this reason")->type_name("REASON");
    const auto agent = add_agent_socket(verb);
    program.on(verb, [&program, request, agent]() -> Result<int> {
        WEFT_TRY(Client * client, agent_client(*agent));
        WEFT_CHECK(client->monitor(*request, [&](const wire::PacketEvent& drop) {
            if (drop.lost > 0) program.err() << drop.lost << " events were lost" << std::endl;
            if (program.settings().format == Format::json)
                program.out() << schema::to_json(schema::to_value(drop)) << std::endl;
            else
                program.out() << event_line(drop) << std::endl;
            return program.out().good();
        }));
        return 0;
    });
}

}  // namespace weft::cli
