// SPDX-License-Identifier: Apache-2.0
// weft monitor [--verdicts] [FILTER...]: packets of this machine's agent as they are dropped, or pass
#include "coordinator/cli/verbs/agent_socket.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/base/clock.h"
#include "weft/schema/json.h"

namespace weft::cli {
namespace {

struct MonitorOptions {
    wire::MonitorRequest request;
    std::uint64_t count{0};  // 0: no end
};

// What was seen and what was not, so far.
struct Sums {
    std::uint64_t seen{0};
    std::uint64_t rate{0};
    std::uint64_t ring{0};
    std::uint64_t reader{0};
};

std::string lost_text(std::uint64_t rate, std::uint64_t ring, std::uint64_t reader) {
    return std::to_string(rate + ring + reader) + " events were lost (" + std::to_string(rate) +
           " over the rate, " + std::to_string(ring) + " to a full ring, " + std::to_string(reader) +
           " to a slow reader)";
}

void add_part(std::string& parts, const std::string& part) { parts += (parts.empty() ? "" : ", ") + part; }

// How it passed: flow, rule, way.
std::string how(const wire::PacketEvent& event) {
    std::string parts;
    if (event.flow == "new" || event.flow == "established") add_part(parts, event.flow + " flow");
    if (event.flow == "related") add_part(parts, "about a flow");
    if (event.flow == "fragment") add_part(parts, "fragment of a flow");
    if (event.rule_of)
        add_part(parts, "allowed by rule " + std::to_string(event.rule) + " of " + to_string(event.rule_of));
    if (event.peer)
        add_part(parts, (event.direction == "tx" ? "to " : "from ") + to_string(event.peer) +
                            (event.framework.empty() ? "" : " in " + event.framework));
    return parts;
}

}  // namespace

std::string event_line(const wire::PacketEvent& event) {
    const bool dropped = event.verdict == wire::PacketVerdict::dropped;
    std::string line = format_time(event.time_us) + ' ';
    line += dropped ? event.name : std::string(schema::to_string(event.verdict));
    if (event.record) line += " record " + to_string(event.record);
    if (!event.device.empty()) line += " at " + event.device;
    if (!event.packet.empty()) line += ": " + event.packet;
    const auto why = dropped ? event.text : how(event);
    if (!why.empty()) line += " (" + why + ')';
    return line;
}

namespace {

// Whether to go on.
bool print_event(Program& program, const MonitorOptions& options, const wire::PacketEvent& event,
                 Sums& sums) {
    if (options.count > 0 && sums.seen == options.count) return false;  // on their way when it was enough
    sums.rate += event.lost_rate;
    sums.ring += event.lost_ring;
    sums.reader += event.lost_reader;
    if (event.lost > 0)
        program.err() << lost_text(event.lost_rate, event.lost_ring, event.lost_reader) << std::endl;
    const bool packet = event.verdict != wire::PacketVerdict::lost;
    if (program.settings().format == Format::json)
        program.out() << schema::to_json(schema::to_value(event)) << std::endl;
    else if (packet)
        program.out() << event_line(event) << std::endl;
    if (packet) ++sums.seen;
    return program.out().good() && (options.count == 0 || sums.seen < options.count);
}

}  // namespace

void add_monitor(Program& program) {
    auto& verb =
        *program.app().add_subcommand("monitor", "print sampled packets: drops with their reasons, verdicts");
    const auto options = std::make_shared<MonitorOptions>();
    auto& request = options->request;
    verb.add_flag("--verdicts", request.verdicts, "what is sent, delivered and answered too");
    verb.add_option("--record", request.record, "only this record's")->type_name("RECORD");
    verb.add_option("--remote", request.remote, "only with this remote address or prefix")
        ->type_name("PREFIX");
    verb.add_option("--proto", request.proto, "only this protocol, by name or number")->type_name("PROTO");
    verb.add_option("--port", request.port, "only with this port at either end")->check(CLI::Range(1, 65535));
    verb.add_option("--direction", request.direction, "only this: tx, from the instance, or rx, to it")
        ->check(CLI::IsMember({"rx", "tx"}));
    verb.add_option("--gni", request.gni, "only of the partition with this GNI")
        ->check(CLI::Range(1, 0xffffff));
    verb.add_option("--reason", request.reason, "only drops for this reason")->type_name("REASON");
    verb.add_option("--count", options->count, "end after so many");
    const auto agent = add_agent_socket(verb);
    program.on(verb, [&program, options, agent]() -> Result<int> {
        auto asked = options->request;
        if (!asked.record.empty() && !parse_id(asked.record)) {  // the agent knows no names
            WEFT_TRY(Client * coordinator, program.client());
            WEFT_TRY(asked.record, coordinator->resolve(Kind::record, asked.record));
        }
        WEFT_TRY(Client * client, agent_client(*agent));
        Sums sums;
        const auto ended = client->monitor(asked, [&](const wire::PacketEvent& event) {
            return print_event(program, *options, event, sums);
        });
        if (sums.seen + sums.rate + sums.ring + sums.reader > 0 || ended)
            program.err() << sums.seen << " packets; " << lost_text(sums.rate, sums.ring, sums.reader)
                          << std::endl;
        WEFT_CHECK(ended);
        return 0;
    });
}

}  // namespace weft::cli
