// SPDX-License-Identifier: Apache-2.0
// weft NOUN list [--FIELD VALUE]... [--limit N] [--after ID]
#include "coordinator/cli/field_options.h"
#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

struct List {
    Kind kind;
    std::unique_ptr<FieldOptions> filters;
    std::uint32_t limit{0};
    std::string after;
};

Result<int> list(Program& program, const List& given) {
    wire::ListRequest request;
    request.kind = given.kind;
    WEFT_TRY(request.filters, given.filters->filters());
    request.after = given.after;
    request.limit = given.limit == 0 ? 0 : given.limit + 1;  // one more says whether there is more
    WEFT_TRY(Client * client, program.client());
    WEFT_TRY(auto objects, client->list(request));
    std::string next;
    if (given.limit != 0 && objects.size() > given.limit) {
        objects.resize(given.limit);
        next = text_of(objects.back(), "id");
    }
    const auto format = program.settings().format;
    Names names;
    if (format != Format::json && format != Format::yaml) {
        names.learn(*client, given.kind, objects);
        names.sort(given.kind, objects);
    }
    print_list(program.out(), format, given.kind, objects, names);
    if (!next.empty()) program.err() << "there are more: --after " << next << '\n';
    return 0;
}

}  // namespace

void add_list(Program& program, CLI::App& noun, Kind kind) {
    auto& verb = *noun.add_subcommand("list", "those that have all the given values");
    const auto given = std::make_shared<List>();
    given->kind = kind;
    given->filters = std::make_unique<FieldOptions>(
        verb, kind, [](const auto& field) { return is_filter(field); }, [](const auto&) { return false; });
    verb.add_option("--limit", given->limit,
                    "a page of so many, by ids in order; the next page's --after is told")
        ->check(CLI::Range(1U, 1'000'000U))
        ->type_name("N");
    verb.add_option("--after", given->after, "those behind this id")->type_name("ID");
    program.on(verb, [&program, given] { return list(program, *given); });
}

}  // namespace weft::cli
