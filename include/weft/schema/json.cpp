// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/json.h"

#include <algorithm>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

namespace weft::schema {
namespace {

namespace json = boost::json;

// Writes `value`; `indent` is the depth of pretty lines, or negative for one line.
void write(std::string& out, const Value& value, int indent) {
    const int inner = indent < 0 ? indent : indent + 1;
    const auto line = [&](int depth) {
        if (depth >= 0) out += '\n' + std::string(static_cast<std::size_t>(depth) * 2, ' ');
    };
    if (const auto* map = value.get<Value::Map>()) {
        out += '{';
        for (const auto& entry : *map) {
            if (&entry != &map->front()) out += ',';
            line(inner);
            out += json::serialize(json::string_view(entry.key)) + (indent < 0 ? ":" : ": ");
            write(out, entry.value, inner);
        }
        if (!map->empty()) line(indent);
        out += '}';
    } else if (const auto* list = value.get<Value::List>()) {
        out += '[';
        for (const auto& item : *list) {
            if (&item != &list->front()) out += ',';
            line(inner);
            write(out, item, inner);
        }
        if (!list->empty()) line(indent);
        out += ']';
    } else if (const auto* text = value.get<std::string>()) {
        out += json::serialize(json::string_view(*text));
    } else if (const auto* number = value.get<std::uint64_t>()) {
        out += std::to_string(*number);
    } else if (const auto* flag = value.get<bool>()) {
        out += *flag ? "true" : "false";
    } else {
        out += "null";
    }
}

Result<Value> convert(const json::value& value, const std::string& source) {
    switch (value.kind()) {
        case json::kind::null: return Value{};
        case json::kind::bool_: return Value{value.get_bool()};
        case json::kind::string: return Value{std::string(value.get_string())};
        case json::kind::uint64: return Value{value.get_uint64()};
        case json::kind::int64:
            if (value.get_int64() >= 0) return Value{static_cast<std::uint64_t>(value.get_int64())};
            return invalid(source, "negative numbers are not used: " + std::to_string(value.get_int64()));
        case json::kind::double_:
            return invalid(source, "expected an integer below 2^64, got " + json::serialize(value));
        case json::kind::array: {
            Value::List list;
            for (const auto& item : value.get_array()) {
                WEFT_TRY(auto one, convert(item, source));
                list.push_back(std::move(one));
            }
            return Value{std::move(list)};
        }
        case json::kind::object: break;
    }
    Value::Map map;
    for (const auto& item : value.get_object()) {
        WEFT_TRY(auto one, convert(item.value(), source));
        map.push_back({std::string(item.key()), std::move(one), {}});
    }
    return Value{std::move(map)};
}

Position position_at(std::string_view text, std::size_t offset, const std::string& source) {
    const auto before = text.substr(0, offset);
    const auto lines = std::ranges::count(before, '\n');
    const auto start = before.rfind('\n');
    const auto column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
    return {std::make_shared<const std::string>(source), static_cast<unsigned>(lines + 1),
            static_cast<unsigned>(column)};
}

}  // namespace

std::string to_json(const Value& value) {
    std::string out;
    write(out, value, -1);
    return out;
}

std::string to_pretty_json(const Value& value) {
    std::string out;
    write(out, value, 0);
    return out + '\n';
}

Result<Value> parse_json(std::string_view text, const std::string& source) {
    json::parser parser{};
    json::error_code code;
    const auto used = parser.write_some(text.data(), text.size(), code);
    if (!code && used < text.size()) {
        const auto rest = text.find_first_not_of(" \t\r\n", used);
        if (rest != std::string_view::npos)
            return wrong(position_at(text, rest, source), "", "text behind the JSON value");
    }
    if (code == json::error::incomplete)
        return wrong(position_at(text, text.size(), source), "", "the JSON value is incomplete");
    if (code) return wrong(position_at(text, used, source), "", "not JSON: " + code.message());
    return convert(parser.release(), source);
}

}  // namespace weft::schema
