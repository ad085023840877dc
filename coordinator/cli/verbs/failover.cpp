// SPDX-License-Identifier: Apache-2.0
// weft record failover RECORD [--to INSTANCE]
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_record_failover(Program& program, CLI::App& record) {
    struct Failover {
        wire::FailoverRequest request;
        ChangeOptions change;
    };
    const auto given = std::make_shared<Failover>();
    auto& verb = *record.add_subcommand(
        "failover",
        "give it to a standby: it is detached first, then attached there, and whoever had it is "
        "its last standby");
    verb.add_option("record", given->request.record, "what is taken over")->type_name("RECORD")->required();
    verb.add_option("--to", given->request.instance, "which standby; the first that can have it")
        ->type_name("INSTANCE");
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given]() -> Result<int> {
        auto& request = given->request;
        request.options = request_options(given->change);
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->failover(request));
        return report(program, ack,
                      "record " + request.record + (ack.changed ? ": failed over" : ": nothing changed"));
    });
}

}  // namespace weft::cli
