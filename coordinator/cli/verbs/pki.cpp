// SPDX-License-Identifier: Apache-2.0
// weft pki init|coordinator|user: the certificate authority as files, without asking a coordinator.
#include "coordinator/cli/verbs/verbs.h"
#include "coordinator/pki/files.h"

namespace weft::cli {
namespace {

struct Pki {
    std::string directory{"/etc/weft/tls"};
    std::string name;
    std::vector<std::string> addresses;
};

std::shared_ptr<Pki> add_directory(CLI::App& verb) {
    auto given = std::make_shared<Pki>();
    verb.add_option("--directory", given->directory, "where the files are")
        ->type_name("DIRECTORY")
        ->capture_default_str();
    return given;
}

void add_addresses(CLI::App& verb, Pki& given) {
    given.name = "coordinator";
    verb.add_option("--name", given.name, "name of the coordinator")
        ->type_name("NAME")
        ->capture_default_str();
    verb.add_option("--address", given.addresses, "IP address or DNS name that agents connect to; repeatable")
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
}

void say(Program& program, const Pki& given, const std::string& name) {
    program.err() << "wrote " << given.directory << '/' << name << ".pem and " << name << ".key\n";
}

}  // namespace

void add_pki(Program& program) {
    auto& pki = *program.app().add_subcommand("pki", "the certificate authority of a cluster, as files");
    pki.require_subcommand(1);
    pki.fallthrough();

    auto& init = *pki.add_subcommand("init", "make the authority, and the coordinator's certificate");
    const auto first = add_directory(init);
    add_addresses(init, *first);
    program.on(init, [&program, first]() -> Result<int> {
        WEFT_CHECK(coordinator::pki::init_ca(first->directory));
        say(program, *first, "ca");
        WEFT_CHECK(coordinator::pki::issue_coordinator(first->directory, first->name, first->addresses));
        say(program, *first, "coordinator");
        return 0;
    });

    auto& another = *pki.add_subcommand("coordinator", "a certificate for a coordinator");
    const auto second = add_directory(another);
    add_addresses(another, *second);
    program.on(another, [&program, second]() -> Result<int> {
        WEFT_CHECK(coordinator::pki::issue_coordinator(second->directory, second->name, second->addresses));
        say(program, *second, "coordinator");
        return 0;
    });

    auto& user = *pki.add_subcommand("user", "a certificate for a person or a program");
    const auto third = add_directory(user);
    user.add_option("name", third->name, "principal")->type_name("NAME")->required();
    program.on(user, [&program, third]() -> Result<int> {
        WEFT_CHECK(coordinator::pki::issue_user(third->directory, third->name));
        say(program, *third, third->name);
        return 0;
    });
}

}  // namespace weft::cli
