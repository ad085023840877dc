// SPDX-License-Identifier: Apache-2.0
// Options made from a kind's field table: --name for a field, repeatable for lists, --tag KEY=VALUE.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "coordinator/cli/client.h"
#include "weft/schema/description.h"

namespace weft::cli {

class FieldOptions {
public:
    // Calls for the fields that `wanted` chooses; those that it also calls `needed` must be given.
    using Choice = std::function<bool(const schema::FieldDescription&)>;
    FieldOptions(CLI::App& verb, Kind kind, const Choice& wanted, const Choice& needed);

    // The fields that were given; references resolved to ids by asking, in the partition `scope` (name or
    // id), or in that of the partition or subnet among them.
    [[nodiscard]] Result<schema::Value> values(Client& client, const std::string& scope = {}) const;
    // How many of the fields that were given hold references.
    [[nodiscard]] std::size_t references() const;
    // The same as filters of a list: field name -> text, tag:KEY -> value.
    [[nodiscard]] Result<schema::Tags> filters() const;

private:
    struct Given {
        const schema::FieldDescription* field;
        CLI::Option* option;
        std::vector<std::string> texts;
    };
    std::vector<std::unique_ptr<Given>> given_;
};

// A check for an option: the error when the text is none of `words`.
[[nodiscard]] std::function<std::string(const std::string&)> one_of_check(
    std::vector<std::string_view> words);
// Whether lists may be filtered by the field: everything but texts for people, counts and times.
[[nodiscard]] bool is_filter(const schema::FieldDescription& field);
// What stands for a reference to an object of `kind` in help texts: "RECORD".
[[nodiscard]] std::string reference_name(Kind kind);
// "--addresses,--address": the field's name and, for lists, that of one item.
[[nodiscard]] std::string option_names(const schema::FieldDescription& field, Kind kind = Kind::none);
// References in `value` to ids by asking, in the partition `scope` if it is not empty.
[[nodiscard]] Result<void> resolve_references(Client& client, const schema::FieldDescription& field,
                                              schema::Value& value, const std::string& scope);
// A field's value from texts as typed. Ids stay as typed.
[[nodiscard]] Result<schema::Value> typed_value(const schema::FieldDescription& field,
                                                const std::vector<std::string>& texts);

}  // namespace weft::cli
