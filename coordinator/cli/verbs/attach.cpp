// SPDX-License-Identifier: Apache-2.0
// weft record attach RECORD INSTANCE [--device D] [--netns N] [--vlan TAG]
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_record_attach(Program& program, CLI::App& record) {
    struct Attach {
        wire::AttachRequest request;
        ChangeOptions change;
        CLI::Option* delete_on_terminate{nullptr};
        CLI::Option* vlan{nullptr};
    };
    const auto given = std::make_shared<Attach>();
    auto& request = given->request;
    auto& verb = *record.add_subcommand("attach", "let an instance have the record's addresses");
    verb.add_option("record", request.record, "what is attached")->type_name("RECORD")->required();
    verb.add_option("instance", request.instance, "to what")->type_name("INSTANCE")->required();
    verb.add_option(
            "--device", request.device,
            "tap or veth on the host, or its name in the instance's namespace; chosen when left out. One "
            "that has other records of the instance is shared: told apart by tag, then by source address")
        ->type_name("DEVICE");
    verb.add_option("--netns", request.netns, "network namespace that gets the device; the instance's own")
        ->type_name("NAME");
    given->vlan = verb.add_option("--vlan", request.vlan,
                                  "802.1Q tag on the device, 0 untagged; the record's when left out")
                      ->type_name("TAG")
                      ->check(CLI::Range(std::uint64_t{0}, schema::most_vlan));
    given->delete_on_terminate =
        verb.add_flag("--delete-on-terminate,!--no-delete-on-terminate", request.delete_on_terminate,
                      "delete the record with the instance; overrides the record's");
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given]() -> Result<int> {
        auto& sent = given->request;
        sent.has_delete_on_terminate = given->delete_on_terminate->count() > 0;
        sent.has_vlan = given->vlan->count() > 0;
        sent.options = request_options(given->change);
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->attach(sent));
        return report(program, ack,
                      "record " + sent.record +
                          (ack.changed ? ": attached to " : ": nothing changed, instance ") + sent.instance);
    });
}

}  // namespace weft::cli
