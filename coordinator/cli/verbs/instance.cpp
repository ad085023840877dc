// SPDX-License-Identifier: Apache-2.0
// weft instance move INSTANCE HOST; weft instance ready INSTANCE; weft instance terminate INSTANCE
#include "weft/schema/instance.h"
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/wire/object.h"

namespace weft::cli {

void add_instance_move(Program& program, CLI::App& instance) {
    struct Move {
        wire::MoveRequest request;
        ChangeOptions change;
    };
    const auto given = std::make_shared<Move>();
    auto& verb = *instance.add_subcommand("move", "re-attach all its records on another host");
    verb.add_option("instance", given->request.instance, "what is moved")->type_name("INSTANCE")->required();
    verb.add_option("host", given->request.host, "where to")->type_name("HOST")->required();
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given]() -> Result<int> {
        auto& request = given->request;
        request.options = request_options(given->change);
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->move(request));
        return report(program, ack,
                      "instance " + request.instance +
                          (ack.changed ? ": moved to " : ": nothing changed, host ") + request.host);
    });
}

void add_instance_terminate(Program& program, CLI::App& instance) {
    struct Terminate {
        wire::ModifyRequest request;
        ChangeOptions change;
    };
    const auto given = std::make_shared<Terminate>();
    auto& verb = *instance.add_subcommand(
        "terminate", "end it for good: its records are detached, those with delete-on-terminate deleted");
    verb.add_option("instance", given->request.ref, "which one")->type_name("INSTANCE")->required();
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given]() -> Result<int> {
        auto& request = given->request;
        request.kind = Kind::instance;
        request.options = request_options(given->change);
        schema::Value state{schema::Value::Map{}};
        state.set("state", {std::string(to_string(schema::InstanceState::terminated))});
        WEFT_TRY(request.patch, wire::object_bytes(Kind::instance, state));
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->modify(request));
        return report(program, ack,
                      "instance " + request.ref + (ack.changed ? ": terminated" : ": nothing changed"));
    });
}

void add_instance_ready(Program& program, CLI::App& instance) {
    struct Ready {
        wire::ReadyRequest request;
        ChangeOptions change;
    };
    const auto given = std::make_shared<Ready>();
    auto& verb = *instance.add_subcommand("ready", "exit 0 when all its attachments are programmed");
    verb.add_option("instance", given->request.instance, "which one")->type_name("INSTANCE")->required();
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given]() -> Result<int> {
        given->request.options = request_options(given->change);
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->ready(given->request));
        return report(program, ack, "instance " + given->request.instance + ": ready");
    });
}

}  // namespace weft::cli
