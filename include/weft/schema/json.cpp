// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <set>

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

// What the parser finds, as a Value; the handler of json::basic_parser, whose names these are.
class Builder {
public:
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_object_size = max_array_size;
    static constexpr std::size_t max_string_size = max_array_size;
    static constexpr std::size_t max_key_size = max_array_size;

    std::string problem;  // why it stopped, other than for bad JSON

    Value take() { return std::move(root_); }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) { return open({Value::Map{}}); }
    bool on_object_end(std::size_t, json::error_code&) { return close(); }
    bool on_array_begin(json::error_code&) { return open({Value::List{}}); }
    bool on_array_end(std::size_t, json::error_code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return gather(part); }
    bool on_key(json::string_view part, std::size_t, json::error_code& code) {
        gather(part);
        auto& map = open_.back();
        map.key = std::exchange(text_, {});
        return map.keys.insert(map.key).second || stop("key '" + map.key + "' is given twice", code);
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return gather(part); }
    bool on_string(json::string_view part, std::size_t, json::error_code&) {
        gather(part);
        return add({std::exchange(text_, {})});
    }
    bool on_number_part(json::string_view part, json::error_code&) { return gather(part); }
    bool on_int64(std::int64_t number, json::string_view, json::error_code& code) {
        text_.clear();
        if (number < 0) return stop("negative numbers are not used: " + std::to_string(number), code);
        return add({static_cast<std::uint64_t>(number)});
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
        text_.clear();
        return add({number});
    }
    bool on_double(double, json::string_view part, json::error_code& code) {
        gather(part);
        return stop("expected an integer below 2^64, got " + text_, code);
    }
    bool on_bool(bool flag, json::error_code&) { return add({flag}); }
    bool on_null(json::error_code&) { return add({}); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    struct Open {
        Value value;
        std::set<std::string> keys;  // of a map
        std::string key;             // of the value that comes next
    };
    Value root_;
    std::vector<Open> open_;  // maps and lists that have not ended
    std::string text_;        // gathered from parts

    bool gather(json::string_view part) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool stop(std::string why, json::error_code& code) {
        problem = std::move(why);
        code = json::error::exception;  // none of JSON's own
        return false;
    }
    bool open(Value value) {
        open_.push_back({std::move(value), {}, {}});
        return true;
    }
    bool close() {
        auto value = std::move(open_.back().value);
        open_.pop_back();
        return add(std::move(value));
    }
    bool add(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (auto* list = std::get_if<Value::List>(&open_.back().value.data)) {
            list->push_back(std::move(value));
        } else {
            auto& map = std::get<Value::Map>(open_.back().value.data);
            map.push_back({std::move(open_.back().key), std::move(value), {}});
        }
        return true;
    }
};

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
    json::basic_parser<Builder> parser{json::parse_options{}};
    json::error_code code;
    const auto used = parser.write_some(false, text.data(), text.size(), code);
    auto& built = parser.handler();
    if (!built.problem.empty()) return wrong(position_at(text, used, source), "", built.problem);
    if (!code && used < text.size()) {
        const auto rest = text.find_first_not_of(" \t\r\n", used);
        if (rest != std::string_view::npos)
            return wrong(position_at(text, rest, source), "", "text behind the JSON value");
    }
    if (code == json::error::incomplete)
        return wrong(position_at(text, text.size(), source), "", "the JSON value is incomplete");
    if (code) return wrong(position_at(text, used, source), "", "not JSON: " + code.message());
    return built.take();
}

}  // namespace weft::schema
