// SPDX-License-Identifier: Apache-2.0
// weft instance launch INSTANCE, suspend, resume, stop [--detach]
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

struct Verb {
    wire::Lifecycle verb;
    const char* help;
    const char* done;
};

constexpr std::array verbs{
    Verb{wire::Lifecycle::launch, "start it, once all its attachments are programmed", "launched"},
    Verb{wire::Lifecycle::suspend, "hold it; it keeps its records", "suspended"},
    Verb{wire::Lifecycle::resume, "let it go on", "resumed"},
    Verb{wire::Lifecycle::stop, "shut it down; it keeps its records unless they are to be detached",
         "stopped"},
};

}  // namespace

void add_instance_lifecycle(Program& program, CLI::App& instance) {
    struct Given {
        wire::LifecycleRequest request;
        ChangeOptions change;
    };
    for (const auto& each : verbs) {
        const auto given = std::make_shared<Given>();
        given->request.verb = each.verb;
        auto& verb = *instance.add_subcommand(std::string(schema::to_string(each.verb)), each.help);
        verb.add_option("instance", given->request.instance, "which one")->type_name("INSTANCE")->required();
        if (each.verb == wire::Lifecycle::stop)
            verb.add_flag("--detach", given->request.detach, "then detach all its records");
        add_change_options(verb, given->change, wire::Wait::installed);
        program.on(verb, [&program, given, done = each.done]() -> Result<int> {
            auto& request = given->request;
            request.options = request_options(given->change);
            WEFT_TRY(Client * client, program.client());
            WEFT_TRY(const auto ack, client->lifecycle(request));
            return report(program, ack,
                          "instance " + request.instance + ": " + (ack.changed ? done : "nothing changed"));
        });
    }
}

}  // namespace weft::cli
