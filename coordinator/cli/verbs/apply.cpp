// SPDX-License-Identifier: Apache-2.0
// weft apply -f FILE; weft diff -f FILE; weft export
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
    ChangeOptions change;
};

void add_file(CLI::App& verb, Apply& given) {
    verb.add_option("-f,--file", given.file, "document; - is standard input")->type_name("FILE")->required();
}

Result<std::vector<Step>> steps_of(Program& program, const Apply& given) {
    WEFT_TRY(const auto root, schema::read_yaml(given.file));
    WEFT_TRY(const auto document, read_document(root));
    WEFT_TRY(Client * client, program.client());
    WEFT_TRY(const auto present, read_present(*client));
    return plan(document, present);
}

bool is_change(const Step& step) { return step.verb != Step::Verb::keep; }

schema::Value step_value(const Step& step) {
    schema::Value out;
    out.set("verb", {std::string(to_string(step.verb))});
    out.set("kind", {std::string(weft::to_string(step.kind))});
    out.set("object", {step.key});
    out.set("fields", step.fields);
    out.set("references", step.references);
    return out;
}

bool as_value(const Program& program) {
    const auto format = program.settings().format;
    return format == Format::json || format == Format::yaml;
}

Result<int> apply(Program& program, const Apply& given) {
    WEFT_TRY(const auto steps, steps_of(program, given));
    wire::Options options = request_options(given.change);
    schema::Value::List done;
    std::size_t changes = 0;
    for (const auto& step : steps) {
        if (!options.dry_run && is_change(step)) {
            WEFT_TRY(Client * client, program.client());
            WEFT_CHECK(execute(*client, step, options));
        }
        changes += is_change(step) ? 1 : 0;
        if (as_value(program))
            done.push_back(step_value(step));
        else
            program.out() << step.line() << std::endl;
    }
    if (as_value(program)) print_value(program.out(), program.settings().format, {std::move(done)});
    program.err() << changes << (changes == 1 ? " change" : " changes")
                  << (options.dry_run ? " to make, nothing done\n" : "\n");
    return 0;
}

Result<int> diff(Program& program, const Apply& given) {
    WEFT_TRY(const auto steps, steps_of(program, given));
    schema::Value::List differences;
    for (const auto& step : steps) {
        if (!is_change(step)) continue;
        if (!as_value(program)) program.out() << step.line() << '\n';
        differences.push_back(step_value(step));
    }
    const int code = differences.empty() ? 0 : 1;
    if (as_value(program)) print_value(program.out(), program.settings().format, {std::move(differences)});
    return code;
}

}  // namespace

void add_apply(Program& program) {
    const auto given = std::make_shared<Apply>();
    auto& verb =
        *program.app().add_subcommand("apply", "make what a YAML document describes and is not so yet");
    add_file(verb, *given);
    add_change_options(verb, given->change, wire::Wait::installed);
    program.on(verb, [&program, given] { return apply(program, *given); });

    const auto compared = std::make_shared<Apply>();
    auto& other = *program.app().add_subcommand("diff", "what apply would do; exit 0 nothing, 1 something");
    add_file(other, *compared);
    program.on(other, [&program, compared]() -> Result<int> {
        const auto code = diff(program, *compared);
        if (code || exit_code(code.error().code) > 1) return code;
        auto error = code.error();  // 1 would say "differs"
        program.err() << "weft: " << error.message() << '\n';
        return 2;
    });

    auto& out = *program.app().add_subcommand("export", "what is there, as a document for apply");
    program.on(out, [&program]() -> Result<int> {
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto present, read_present(*client));
        WEFT_TRY(const auto document, export_document(present));
        print_value(program.out(), program.settings().format, document);
        return 0;
    });
}

}  // namespace weft::cli
