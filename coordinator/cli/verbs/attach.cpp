// SPDX-License-Identifier: Apache-2.0
// weft record attach RECORD INSTANCE [--device D] [--netns N]
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_record_attach(Program& program, CLI::App& record) {
    struct Attach {
        wire::AttachRequest request;
        ChangeOptions change;
        CLI::Option* delete_on_terminate{nullptr};
    };
    const auto given = std::make_shared<Attach>();
    auto& request = given->request;
    auto& verb = *record.add_subcommand("attach", "let an instance have the record's addresses");
    verb.add_option("record", request.record, "what is attached")->type_name("RECORD")->required();
    verb.add_option("instance", request.instance, "to what")->type_name("INSTANCE")->required();
    verb.add_option("--device", request.device,
                    "tap or veth on the host, or its name in the instance's namespace; chosen when left out")
        ->type_name("DEVICE");
    verb.add_option("--netns", request.netns, "network namespace that gets the device; the instance's own")
        ->type_name("NAME");
    given->delete_on_terminate =
        verb.add_flag("--delete-on-terminate,!--no-delete-on-terminate", request.delete_on_terminate,
                      "delete the record with the instance; overrides the record's");
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given]() -> Result<int> {
        auto& sent = given->request;
        sent.has_delete_on_terminate = given->delete_on_terminate->count() > 0;
        sent.options = request_options(given->change);
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->attach(sent));
        return report(program, ack,
                      "record " + sent.record +
                          (ack.changed ? ": attached to " : ": nothing changed, instance ") + sent.instance);
    });
}

}  // namespace weft::cli
