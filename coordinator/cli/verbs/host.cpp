// SPDX-License-Identifier: Apache-2.0
// weft host token|confirm|revoke HOST
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

std::shared_ptr<std::string> add_host(CLI::App& verb) {
    const auto host = std::make_shared<std::string>();
    verb.add_option("host", *host, "which one")->type_name("HOST")->required();
    return host;
}

// A verb whose outcome is a message.
void add_simple(Program& program, CLI::App& noun, wire::Command command, const std::string& name,
                const std::string& help, const std::string& done) {
    auto& verb = *noun.add_subcommand(name, help);
    const auto host = add_host(verb);
    program.on(verb, [&program, command, host, done]() -> Result<int> {
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->host(command, *host));
        return report(program, ack, "host " + *host + ": " + done);
    });
}

}  // namespace

void add_host_identity(Program& program, CLI::App& host) {
    auto& token = *host.add_subcommand("token", "print a word by which its agent enrols: one use, one hour");
    const auto ref = add_host(token);
    program.on(token, [&program, ref]() -> Result<int> {
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto ack, client->host(wire::Command::token, *ref));
        program.out() << ack.text << '\n';
        return 0;
    });
    add_simple(program, host, wire::Command::confirm, "confirm",
               "let its agent remove what the guard against mass removal holds back", "confirmed");
    add_simple(program, host, wire::Command::revoke, "revoke",
               "withdraw its certificate and close its session", "certificate revoked");
}

}  // namespace weft::cli
