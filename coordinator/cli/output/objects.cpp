// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/output/objects.h"

#include "coordinator/cli/output/columns.h"
#include "coordinator/cli/output/table.h"
#include "weft/schema/json.h"
#include "weft/schema/yaml.h"

namespace weft::cli {
namespace {

std::string column_text(const Column& column, Kind kind, const schema::Value& object, const Names& names) {
    const auto* value = object.find(column.field);
    const auto* field = schema::find_field(kind, column.field);
    return value && field ? cell(*value, *field, names) : std::string{};
}

void print_rows(std::ostream& out, bool wide, Kind kind, const std::vector<schema::Value>& objects,
                const Names& names) {
    Table table;
    for (const auto& column : columns_of(kind)) {
        if (column.wide && !wide) continue;
        const auto* field = schema::find_field(kind, column.field);
        table.header.emplace_back(column.title);
        table.right.push_back(field && field->shape == schema::Shape::integer &&
                              !field->has(schema::timestamp));
    }
    for (const auto& object : objects) {
        auto& row = table.rows.emplace_back();
        for (const auto& column : columns_of(kind))
            if (wide || !column.wide) row.push_back(column_text(column, kind, object, names));
    }
    print_table(out, table);
}

void print_fields(std::ostream& out, Kind kind, const schema::Value& object, const Names& names) {
    std::size_t width = 0;
    for (const auto& field : schema::fields_of(kind)) width = std::max(width, field.name.size());
    for (const auto& field : schema::fields_of(kind)) {
        if (field.has(schema::secret)) continue;
        const auto* value = object.find(field.name);
        const std::string text = value ? cell(*value, field, names) : std::string{};
        out << field.name << ": " << std::string(width - field.name.size(), ' ')
            << (text.empty() ? "-" : text);
        if (const auto* id = value ? value->get<std::string>() : nullptr;
            id && field.refers != Kind::none && *id != text)
            out << " (" << *id << ')';
        out << '\n';
    }
}

}  // namespace

void print_value(std::ostream& out, Format format, const schema::Value& value) {
    out << (format == Format::json ? schema::to_pretty_json(value) : schema::to_yaml(value));
}

void print_list(std::ostream& out, Format format, Kind kind, const std::vector<schema::Value>& objects,
                const Names& names) {
    switch (format) {
        case Format::table:
        case Format::wide: return print_rows(out, format == Format::wide, kind, objects, names);
        case Format::json:
        case Format::yaml: return print_value(out, format, {objects});
        case Format::name:
            for (const auto& object : objects) out << names.label(kind, object) << '\n';
    }
}

void print_object(std::ostream& out, Format format, Kind kind, const schema::Value& object,
                  const Names& names) {
    switch (format) {
        case Format::table:
        case Format::wide: return print_fields(out, kind, object, names);
        case Format::json:
        case Format::yaml: return print_value(out, format, object);
        case Format::name: out << names.label(kind, object) << '\n';
    }
}

std::string summary(Kind kind, const schema::Value& object, const Names& names) {
    std::string out = std::string(to_string(kind)) + ' ' + names.label(kind, object);
    for (const auto& column : columns_of(kind)) {
        if (column.wide || column.field == "name" || column.field == "partition") continue;
        const auto text = column_text(column, kind, object, names);
        if (!text.empty()) out += ' ' + std::string(column.field) + '=' + text;
    }
    return out;
}

}  // namespace weft::cli
