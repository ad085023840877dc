// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/change_options.h"

#include <fmt/format.h>

#include <cstdlib>

#include "coordinator/cli/field_options.h"
#include "coordinator/cli/output/objects.h"
#include "weft/wire/object.h"

namespace weft::cli {

void add_change_options(CLI::App& verb, ChangeOptions& change, wire::Wait wait) {
    change.wait = schema::to_string(wait);
    verb.add_flag("--dry-run", change.options.dry_run, "say what would change or why not; change nothing");
    verb.add_option("--token", change.options.token, "client token: the same token repeats the first answer")
        ->type_name("TEXT");
    verb.add_option("--if-generation", change.options.if_generation,
                    "refuse unless the object has this generation")
        ->type_name("N");
    verb.add_flag("--strict", change.options.strict, "doing what is already done is an error");
    std::vector<std::string_view> choices;
    std::string names;
    for (const auto& [value, name] : schema::enum_names<wire::Wait>) {
        choices.push_back(name);
        names += (names.empty() ? "" : "|") + std::string(name);
    }
    verb.add_option("--wait", change.wait, "until durable, installed on connected hosts, or on all")
        ->check(one_of_check(choices))
        ->type_name(names)
        ->capture_default_str();
    verb.add_option("--timeout", change.timeout_s, "for --wait")
        ->type_name("SECONDS")
        ->check([](const std::string& text) {
            const double seconds = std::strtod(text.c_str(), nullptr);
            return seconds >= 0.001 && seconds <= 86400 ? "" : "expected 0.001 to 86400 seconds, got " + text;
        })
        ->capture_default_str();
}

wire::Options request_options(const ChangeOptions& change) {
    wire::Options options = change.options;
    for (const auto& [value, name] : schema::enum_names<wire::Wait>)
        if (name == change.wait) options.wait = value;
    options.timeout_ms = static_cast<std::uint32_t>(change.timeout_s * 1000);
    return options;
}

Result<int> report(Program& program, const wire::Ack& ack, const std::string& done) {
    auto& err = program.err();
    err << (ack.text.empty() ? done : ack.text);
    if (ack.changed) err << ", revision " << ack.revision;
    if (ack.took_us != 0)
        err << fmt::format(", installed in {:.1f} ms", static_cast<double>(ack.took_us) / 1000);
    err << '\n';
    for (const auto& note : ack.notes) err << "note: " << note << '\n';
    for (const auto& host : ack.lost_hosts) err << "not connected, installs it later: " << host << '\n';
    const auto& settings = program.settings();
    if (!settings.format_given || ack.object.empty()) return 0;
    WEFT_TRY(const auto object, wire::object_value(ack.kind, ack.object));
    WEFT_TRY(Client * client, program.client());
    Names names;
    names.learn(*client, ack.kind, {object});
    print_object(program.out(), settings.format, ack.kind, object, names);
    return 0;
}

}  // namespace weft::cli
