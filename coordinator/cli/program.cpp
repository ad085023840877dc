// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/program.h"

#include <algorithm>

#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

const std::map<std::string, Format> formats{{"table", Format::table}, {"wide", Format::wide},
                                            {"json", Format::json},   {"yaml", Format::yaml},
                                            {"name", Format::name},   {"csv", Format::csv}};

void add_verbs(Program& program) {
    for (const Kind kind :
         {Kind::partition, Kind::security_group, Kind::network_acl, Kind::route_table, Kind::subnet,
          Kind::host, Kind::instance, Kind::scaling_rule, Kind::pool, Kind::address_pool, Kind::record,
          Kind::attachment, Kind::operation, Kind::tag, Kind::access_key})
        add_noun(program, kind);
    add_apply(program);
    add_status(program);
    add_counters(program);
    add_usage(program);
    add_monitor(program);
    add_capture(program);
    add_trace(program);
    add_permissions(program);
    add_pki(program);
    add_completion(program);
    add_version(program);
}

}  // namespace

Program::Program(std::ostream& out, std::ostream& err)
    : app_("weft: virtual network interfaces that outlive hosts and NICs", "weft"), out_(out), err_(err) {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.footer(
        "Exit codes: 0 ok, 1 failed or differs, 2 usage, 3 not found, 4 conflict, 5 refused,\n"
        "6 unreachable, 7 timeout. Objects are named by name, PARTITION/NAME, id, or the start of an id.");
    add_global_options();
    add_verbs(*this);
}

void Program::add_global_options() {
    auto& target = settings_.target;
    app_.add_option("--socket", target.socket, "coordinator's socket")
        ->envname("WEFT_SOCKET")
        ->type_name("FILE")
        ->capture_default_str();
    auto* tls = app_.add_option("--tls-directory", target.tls_directory,
                                "with ca.pem and, for --user, USER.pem and USER.key")
                    ->envname("WEFT_TLS_DIRECTORY")
                    ->type_name("DIRECTORY");
    auto* user = app_.add_option("--user", target.user, "whose certificate is shown to --server")
                     ->envname("WEFT_USER")
                     ->type_name("USER");
    auto* key = app_.add_option("--access-key", target.access_key,
                                "file with an access key for --server, as `weft key create` printed it")
                    ->envname("WEFT_ACCESS_KEY_FILE")
                    ->type_name("FILE")
                    ->excludes(user);
    auto* server = app_.add_option("--server", target.server, "coordinator over TLS, instead of its socket")
                       ->envname("WEFT_SERVER")
                       ->type_name("HOST:PORT")
                       ->needs(tls);
    key->needs(server);
    app_.add_option_function<std::string>(
            "-o,--output",
            [this](const std::string& name) {
                settings_.format = formats.at(name);
                settings_.format_given = true;
            },
            "format of what is printed; csv: of usage")
        ->type_name("table|wide|json|yaml|name|csv")
        ->check([](const std::string& name) {
            return formats.contains(name) ? "" : "'" + name + "' is not table, wide, json, yaml, name or csv";
        });
}

void Program::on(CLI::App& verb, Action action) {
    verb.callback([this, action = std::move(action)] { action_ = action; });
}

void Program::on_csv(CLI::App& verb, Action action) {
    csv_verb_ = &verb;
    on(verb, std::move(action));
}

Result<Client*> Program::client() {
    if (!client_) {
        WEFT_TRY(auto connection, Connection::open(settings_.target));
        client_.emplace(std::move(connection));
    }
    return &*client_;
}

int Program::run(std::vector<std::string> arguments) {
    std::ranges::reverse(arguments);  // as CLI11 wants them
    try {
        app_.parse(arguments);
    } catch (const CLI::ParseError& error) {
        return app_.exit(error, out_, err_) == 0 ? 0 : 2;
    }
    if (settings_.format == Format::csv && !(csv_verb_ != nullptr && csv_verb_->parsed())) {
        err_ << "weft: -o csv is a format of usage only\n";
        return 2;
    }
    const auto code = action_();
    out_.flush();
    if (code) return *code;
    err_ << "weft: " << code.error().message() << '\n';
    return exit_code(code.error().code);
}

}  // namespace weft::cli
