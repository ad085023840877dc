// SPDX-License-Identifier: Apache-2.0
// weft record detach RECORD [INSTANCE]; weft instance detach INSTANCE (all its records)
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

struct Detach {
    wire::DetachRequest request;
    ChangeOptions change;
};

void finish(Program& program, CLI::App& verb, const std::shared_ptr<Detach>& given) {
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given]() -> Result<int> {
        auto& request = given->request;
        request.options = request_options(given->change);
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->detach(request));
        const std::string what =
            request.record.empty() ? "records of instance " + request.instance : "record " + request.record;
        return report(program, ack, what + (ack.changed ? ": detached" : ": nothing changed"));
    });
}

}  // namespace

void add_record_detach(Program& program, CLI::App& record) {
    const auto given = std::make_shared<Detach>();
    auto& verb = *record.add_subcommand("detach", "take the record's addresses from its instance at once");
    verb.add_option("record", given->request.record, "what is detached")->type_name("RECORD")->required();
    verb.add_option("instance", given->request.instance, "from where; from wherever it is when left out")
        ->type_name("INSTANCE");
    finish(program, verb, given);
}

void add_instance_detach(Program& program, CLI::App& instance) {
    const auto given = std::make_shared<Detach>();
    auto& verb = *instance.add_subcommand("detach", "detach all records of the instance");
    verb.add_option("instance", given->request.instance, "which one")->type_name("INSTANCE")->required();
    finish(program, verb, given);
}

}  // namespace weft::cli
