// SPDX-License-Identifier: Apache-2.0
// weft record attach RECORD INSTANCE, weft pool attach POOL INSTANCE [--device D] [--netns N] [--vlan TAG]
// [--rule R]...
// [--host H]
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/schema/rule_text.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

struct Attach {
    wire::AttachRequest request;
    ChangeOptions change;
    CLI::Option* delete_on_terminate{nullptr};
    CLI::Option* vlan{nullptr};
    std::vector<std::string> rules;
};

const schema::FieldDescription& rules_field() { return *schema::find_field(Kind::attachment, "rules"); }

// "record web-1": of a pool, the one that was taken.
Result<std::string> attached_record(Client& client, const Attach& given, const wire::Ack& ack) {
    if (given.request.pool.empty()) return "record " + given.request.record;
    const auto attachment = wire::object_value(ack.kind, ack.object);
    if (!attachment || ack.kind != Kind::attachment) return "a record of pool " + given.request.pool;
    WEFT_TRY(const auto record, client.get(Kind::record, text_of(*attachment, "record")));
    return "record " + text_of(record, "name");
}

Result<int> attach(Program& program, Attach& given) {
    auto& sent = given.request;
    sent.has_delete_on_terminate = given.delete_on_terminate->count() > 0;
    sent.has_vlan = given.vlan->count() > 0;
    sent.options = request_options(given.change);
    WEFT_TRY(sent.rules, read_attachment_rules(given.rules));
    WEFT_TRY(Client * client, program.client());
    WEFT_TRY(const auto ack, client->attach(sent));
    WEFT_TRY(const auto record, attached_record(*client, given, ack));
    return report(program, ack,
                  record + (ack.changed ? ": attached to " : ": nothing changed, instance ") + sent.instance);
}

void add_attach(Program& program, CLI::App& verb, const std::shared_ptr<Attach>& given) {
    auto& request = given->request;
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
    add_attachment_rules(verb, given->rules);
    verb.add_option("--host", request.host, "of an instance that spans several: which one; its first")
        ->type_name("HOST");
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given] { return attach(program, *given); });
}

}  // namespace

CLI::Option* add_attachment_rules(CLI::App& verb, std::vector<std::string>& rules) {
    return verb
        .add_option("--rule,--rules", rules,
                    std::string(rules_field().help) + "; RULE is " + std::string(rules_field().text->form))
        ->type_name("RULE")
        ->allow_extra_args(false);
}

Result<std::vector<schema::SecurityRule>> read_attachment_rules(const std::vector<std::string>& texts) {
    std::vector<schema::SecurityRule> rules;
    WEFT_TRY(const auto value, typed_value(rules_field(), texts));
    WEFT_CHECK(schema::from_value(value, "rules", rules));
    return rules;
}

void add_record_attach(Program& program, CLI::App& record) {
    const auto given = std::make_shared<Attach>();
    auto& verb = *record.add_subcommand("attach", "let an instance have the record's addresses");
    verb.add_option("record", given->request.record, "what is attached")->type_name("RECORD")->required();
    add_attach(program, verb, given);
}

void add_pool_attach(Program& program, CLI::App& pool) {
    const auto given = std::make_shared<Attach>();
    auto& verb = *pool.add_subcommand("attach", "let an instance have any detached record of the pool");
    verb.add_option("pool", given->request.pool, "from which one is taken")->type_name("POOL")->required();
    add_attach(program, verb, given);
}

}  // namespace weft::cli
