// SPDX-License-Identifier: Apache-2.0
// weft counters [RECORD]
#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/output/table.h"
#include "coordinator/cli/verbs/agent_socket.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void print_counters(std::ostream& out, const wire::Counters& counters) {
    Table table{{"RECORD", "HOST", "TX PACKETS", "TX BYTES", "RX PACKETS", "RX BYTES", "DROPPED", "REASONS"},
                {false, false, true, true, true, true, true, false},
                {}};
    for (const auto& record : counters.records) {
        std::uint64_t dropped = 0;
        std::string reasons;
        for (const auto& reason : record.drops) {
            dropped += reason.packets;
            if (reason.packets > 0)
                reasons += (reasons.empty() ? "" : ", ") + reason.name + ' ' + std::to_string(reason.packets);
        }
        const std::string name = !record.record        ? "(no record)"
                                 : record.name.empty() ? to_string(record.record)
                                                       : record.name;
        table.rows.push_back({name, record.host, std::to_string(record.tx_packets),
                              std::to_string(record.tx_bytes), std::to_string(record.rx_packets),
                              std::to_string(record.rx_bytes), std::to_string(dropped), reasons});
    }
    print_table(out, table);
}

void add_counters(Program& program) {
    auto& verb = *program.app().add_subcommand("counters", "packets, bytes and drops of records, by host");
    const auto record = std::make_shared<std::string>();
    verb.add_option("record", *record, "only this one")->type_name("RECORD");
    const auto agent = add_agent_socket(verb);
    program.on(verb, [&program, record, agent]() -> Result<int> {
        WEFT_TRY(Client * client, agent_or_coordinator(program, *agent));
        WEFT_TRY(const auto counters, client->counters(*record));
        const auto format = program.settings().format;
        if (format == Format::json || format == Format::yaml)
            print_value(program.out(), format, schema::to_value(counters));
        else
            print_counters(program.out(), counters);
        for (const auto& host : counters.missing_hosts)
            program.err() << "note: " << host << " did not answer, its counters are missing\n";
        return 0;
    });
}

}  // namespace weft::cli
