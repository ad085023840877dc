// SPDX-License-Identifier: Apache-2.0
// weft apply -f FILE; weft diff -f FILE; weft export
#include "coordinator/cli/apply/differences.h"
#include "coordinator/cli/apply/execute.h"
#include "coordinator/cli/apply/export.h"
#include "coordinator/cli/change_options.h"
#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/schema/yaml.h"

namespace weft::cli {
namespace {

struct Apply {
    std::string file;
    std::string owner_label;
    bool prune{false};
    ChangeOptions change;
};

void add_document(CLI::App& verb, Apply& given) {
    verb.add_option("-f,--file", given.file, "document; - is standard input")->type_name("FILE")->required();
    auto* owner = verb.add_option("--owner-label", given.owner_label,
                                  "tag that says whose the document's objects are: each of them gets it, and "
                                  "one that has another value is refused")
                      ->type_name("KEY=VALUE");
    verb.add_flag("--prune", given.prune,
                  "what has the owner's label and is not in the document any more is detached and deleted")
        ->needs(owner);
}

Result<std::vector<Step>> steps_of(Program& program, const Apply& given) {
    Ownership ownership{{}, given.prune};
    if (!given.owner_label.empty()) {
        WEFT_TRY(ownership.owner, read_owner(given.owner_label));
    }
    WEFT_TRY(const auto root, schema::read_yaml(given.file));
    WEFT_TRY(const auto document, read_document(root));
    WEFT_TRY(Client * client, program.client());
    WEFT_TRY(const auto present, read_present(*client));
    return plan(document, present, ownership);
}

bool is_change(const Step& step) { return step.verb != Step::Verb::keep; }

bool as_value(const Program& program) {
    const auto format = program.settings().format;
    return format == Format::json || format == Format::yaml;
}

std::string count(std::size_t changes) {
    return std::to_string(changes) + (changes == 1 ? " change" : " changes");
}

// Stops at the first step that is refused; but each of those that delete is tried.
Result<int> apply(Program& program, const Apply& given) {
    WEFT_TRY(const auto steps, steps_of(program, given));
    const auto options = request_options(given.change);
    const auto all = static_cast<std::size_t>(std::ranges::count_if(steps, is_change));
    schema::Value::List done;
    std::size_t changes = 0;
    std::optional<Error> failed;
    for (const auto& step : steps) {
        if (!options.dry_run && is_change(step)) {
            WEFT_TRY(Client * client, program.client());
            const auto outcome = execute(*client, step, options);
            if (!outcome && step.pruning && outcome.error().code != ErrorCode::unreachable) {
                program.err() << "weft: " << outcome.error().message() << '\n';
                if (!failed) failed = outcome.error();
                continue;
            }
            if (!outcome) {
                failed = outcome.error();
                program.err() << "weft: " << failed->message() << '\n';
                break;
            }
        }
        changes += is_change(step) ? 1 : 0;
        if (as_value(program))
            done.push_back(step_value(step));
        else
            program.out() << step.line() << std::endl;
    }
    if (as_value(program)) print_value(program.out(), program.settings().format, {std::move(done)});
    if (failed) {
        program.err() << changes << " of " << count(all) << " made; apply the document again to go on\n";
        return exit_code(failed->code);
    }
    program.err() << count(changes) << (options.dry_run ? " to make, nothing done\n" : "\n");
    return 0;
}

Result<int> diff(Program& program, const Apply& given) {
    WEFT_TRY(const auto steps, steps_of(program, given));
    schema::Value::List found;
    for (const auto& step : steps) {
        if (!is_change(step)) continue;
        if (!as_value(program)) print_differences(program.out(), step);
        found.push_back(step_value(step));
    }
    const int code = found.empty() ? 0 : 1;
    if (as_value(program)) print_value(program.out(), program.settings().format, {std::move(found)});
    return code;
}

}  // namespace

void add_apply(Program& program) {
    const auto given = std::make_shared<Apply>();
    auto& verb =
        *program.app().add_subcommand("apply", "make what a YAML document describes and is not so yet");
    add_document(verb, *given);
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given] { return apply(program, *given); });

    const auto compared = std::make_shared<Apply>();
    auto& other = *program.app().add_subcommand(
        "diff", "what apply would do, by object and field; exit 0 nothing, 1 something, more: an error");
    add_document(other, *compared);
    program.on(other, [&program, compared]() -> Result<int> {
        const auto code = diff(program, *compared);
        if (code || exit_code(code.error().code) > 1) return code;
        auto error = code.error();  // 1 would say "differs"
        program.err() << "weft: " << error.message() << '\n';
        return 2;
    });

    auto& out = *program.app().add_subcommand(
        "export",
        "all that you see, as a document for apply; access keys, whose secrets nobody has, are not in it");
    program.on(out, [&program]() -> Result<int> {
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto present, read_present(*client));
        WEFT_TRY(const auto document, export_document(present));
        print_value(program.out(), program.settings().format, document);
        return 0;
    });
}

}  // namespace weft::cli
