// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/manual.h"

#include "coordinator/permission/table.h"
#include "weft/base/version.h"

namespace weft::cli {
namespace {

// Text in which roff sees no macro and no escape.
std::string plain(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '-') out += '\\';
        out += c == '\n' ? ' ' : c;
        if (c == '\\') out.back() = 'e';
    }
    return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void add_option(std::string& out, const CLI::Option& option) {
    std::string names = option.get_positional() ? option.get_type_name() : std::string{};
    if (!option.get_positional()) {
        for (const auto& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
        for (const auto& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
        if (option.get_items_expected_max() > 0) names += ' ' + option.get_type_name();
    }
    out += ".TP\n.B " + plain(names) + '\n' + plain(option.get_description());
    if (option.get_required()) out += " (required)";
    if (!option.get_default_str().empty()) out += " (default: " + plain(option.get_default_str()) + ')';
    if (!option.get_envname().empty()) out += " (environment: " + plain(option.get_envname()) + ')';
    out += '\n';
}

void add_options(std::string& out, const CLI::App& app) {
    for (const auto* option : app.get_options())
        if (!option->check_name("--help")) add_option(out, *option);
}

void add_commands(std::string& out, const CLI::App& app, const std::string& path) {
    for (const auto* child : app.get_subcommands([](const CLI::App*) { return true; })) {
        const std::string name = path + ' ' + child->get_name();
        if (!child->get_subcommands([](const CLI::App*) { return true; }).empty()) {
            add_commands(out, *child, name);
            continue;
        }
        out += ".SS " + plain(name) + '\n' + plain(child->get_description()) + '\n';
        add_options(out, *child);
    }
}

// Who may do what, as `weft permissions` prints it.
void add_permissions(std::string& out) {
    out += ".SH PERMISSIONS\n";
    out += plain(
        "Whoever may not see an object is told that it does not exist. What is inside a partition belongs to "
        "the "
        "partition's owner, an operation to who asked for it, a key to its user. Lists of records and "
        "instances "
        "name principals, group:NAME, role:customer or role:operator; without detachers the attachers may "
        "detach. "
        "To attach needs the right on the record and on the instance. Roles and groups stand in "
        "coordinator.yaml.");
    out += '\n';
    for (const auto& row : permission::table())
        out += ".TP\n.B " + plain(permission::title(row)) + '\n' + plain(permission::in_words(row.who)) +
               plain(" may ") + plain(std::string(row.does)) + '\n';
}

}  // namespace

std::string manual_page(const CLI::App& app) {
    std::string out =
        ".TH WEFT 1 \"\" \"weft " + std::string(version) + "\"\n.SH NAME\n" +
        plain("weft - virtual network interfaces that outlive hosts and NICs") + "\n.SH SYNOPSIS\n.B weft\n" +
        plain("[OPTIONS] NOUN VERB [ARGUMENTS] [OPTIONS]") + "\n.SH DESCRIPTION\n" +
        plain(
            "Asks the coordinator, over its Unix socket or over TLS. Data go to standard output, "
            "messages to standard error. Objects are named by name, PARTITION/NAME, id, or the "
            "start of an id.") +
        "\n.SH OPTIONS\nThey may stand anywhere.\n";
    add_options(out, app);
    out += ".SH COMMANDS\n";
    add_commands(out, app, "weft");
    add_permissions(out);
    out += ".SH EXIT STATUS\n";
    const char* const codes[] = {"done, or no difference",
                                 "failed, or there is a difference (weft diff)",
                                 "the command line, a document or a value is wrong",
                                 "no such object",
                                 "conflict: taken, in use, or changed meanwhile",
                                 "refused",
                                 "the coordinator does not answer",
                                 "not finished in time; it may still finish"};
    for (int code = 0; code < 8; ++code) out += ".TP\n.B " + std::to_string(code) + '\n' + codes[code] + '\n';
    return out;
}

}  // namespace weft::cli
