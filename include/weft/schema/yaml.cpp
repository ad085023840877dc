// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>

namespace weft::schema {
namespace {

constexpr unsigned max_depth = 32;
constexpr std::size_t max_nodes = 1'000'000;

bool is_null(const std::string& text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

bool is_integer(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos &&
           (text == "0" || text[0] != '0');
}

class Converter {
public:
    explicit Converter(const std::string& file) : file_(std::make_shared<const std::string>(file)) {}

    Position at(const YAML::Mark& mark) const {
        return {file_, static_cast<unsigned>(mark.line + 1), static_cast<unsigned>(mark.column + 1)};
    }

    Result<Value> convert(const YAML::Node& node, Position fallback, unsigned depth) {
        const Position position = node.Mark().is_null() ? fallback : at(node.Mark());
        if (depth > max_depth) return wrong(position, "", "nested deeper than " + std::to_string(max_depth));
        if (++nodes_ > max_nodes)
            return wrong(position, "", "more than " + std::to_string(max_nodes) + " nodes");
        if (node.IsMap()) return map(node, position, depth);
        if (node.IsSequence()) return list(node, position, depth);
        if (!node.IsScalar()) return Value{std::monostate{}, position};
        return scalar(node.Scalar(), node.Tag() == "!", position);
    }

private:
    std::shared_ptr<const std::string> file_;
    std::size_t nodes_{0};

    static Result<Value> scalar(const std::string& text, bool quoted, const Position& position) {
        if (quoted) return Value{text, position};
        if (is_null(text)) return Value{std::monostate{}, position};
        if (text == "true" || text == "false") return Value{text == "true", position};
        std::uint64_t number = 0;
        if (!is_integer(text)) return Value{text, position};
        if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{})
            return wrong(position, "", "expected an integer below 2^64, got " + text);
        return Value{number, position};
    }

    Result<Value> list(const YAML::Node& node, const Position& position, unsigned depth) {
        Value::List out;
        for (const auto& item : node) {
            WEFT_TRY(auto value, convert(item, position, depth + 1));
            out.push_back(std::move(value));
        }
        return Value{std::move(out), position};
    }

    Result<Value> map(const YAML::Node& node, const Position& position, unsigned depth) {
        Value out{Value::Map{}, position};
        std::set<std::string> keys;
        for (const auto& item : node) {
            const Position key_at = item.first.Mark().is_null() ? position : at(item.first.Mark());
            if (!item.first.IsScalar()) return wrong(key_at, "", "expected a key that is a string");
            const std::string& key = item.first.Scalar();
            if (!keys.insert(key).second) return wrong(key_at, "", "key '" + key + "' is given twice");
            WEFT_TRY(auto value, convert(item.second, key_at, depth + 1));
            std::get<Value::Map>(out.data).push_back({key, std::move(value), key_at});
        }
        return out;
    }
};

// Whether a string must be quoted to be read back as one, here and by YAML 1.1 readers.
bool needs_quotes(const std::string& text) {
    static const char* const words[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
    std::string lower;
    for (const char c : text) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    for (const char* word : words)
        if (lower == word) return true;
    const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    if (std::ranges::any_of(text, control)) return true;  // a lone carriage return would be nothing
    if (is_null(text) || lower.starts_with("0x") || lower.starts_with("0o")) return true;
    return text.find_first_not_of("0123456789.+-:_eE") == std::string::npos &&
           text.find('.') == text.rfind('.');
}

void emit(YAML::Emitter& out, const Value& value) {
    if (const auto* map = value.get<Value::Map>()) {
        if (map->empty()) out << YAML::Flow;
        out << YAML::BeginMap;
        for (const auto& entry : *map) {
            out << YAML::Key;
            emit(out, Value{entry.key});
            out << YAML::Value;
            emit(out, entry.value);
        }
        out << YAML::EndMap;
    } else if (const auto* list = value.get<Value::List>()) {
        const bool short_items =
            list->empty() || (!list->front().get<Value::Map>() && !list->front().get<Value::List>());
        if (short_items) out << YAML::Flow;
        out << YAML::BeginSeq;
        for (const auto& item : *list) emit(out, item);
        out << YAML::EndSeq;
    } else if (const auto* text = value.get<std::string>()) {
        if (needs_quotes(*text)) out << YAML::DoubleQuoted;
        out << *text;
    } else if (const auto* number = value.get<std::uint64_t>()) {
        out << *number;
    } else if (const auto* flag = value.get<bool>()) {
        out << *flag;
    } else {
        out << YAML::Null;
    }
}

}  // namespace

std::string to_yaml(const Value& value) {
    YAML::Emitter out;
    emit(out, value);
    return std::string(out.c_str(), out.size()) + '\n';
}

namespace {

// Takes documents without making anything of them but the place of the newest one's root.
class Skipped final : public YAML::EventHandler {
public:
    YAML::Mark root;

    void OnDocumentStart(const YAML::Mark& mark) override {
        root = mark;
        seen_ = false;
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override {
        note(mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        note(mark);
    }
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        note(mark);
    }
    void OnMapEnd() override {}

private:
    bool seen_{false};

    void note(const YAML::Mark& mark) {
        if (!seen_) root = mark;
        seen_ = true;
    }
};

// Where a second document starts. YAML::LoadAll would say it too, but never ends on text such as ",Ac".
std::optional<YAML::Mark> second_document(const std::string& text) {
    std::istringstream stream{text};
    YAML::Parser parser{stream};
    Skipped document;
    if (parser.HandleNextDocument(document) && parser.HandleNextDocument(document)) return document.root;
    return std::nullopt;
}

}  // namespace

Result<Value> parse_yaml(std::string_view text, const std::string& file) {
    Converter converter{file};
    try {
        const std::string whole{text};
        if (const auto second = second_document(whole))
            return wrong(converter.at(*second), "", "expected one document, got several");
        return converter.convert(YAML::Load(whole), converter.at(YAML::Mark{}), 0);
    } catch (const YAML::Exception& error) {
        return wrong(converter.at(error.mark), "", "not YAML: " + error.msg);
    }
}

Result<Value> read_yaml(const std::string& path) {
    if (path == "-")
        return parse_yaml(std::string(std::istreambuf_iterator<char>(std::cin), {}), "standard input");
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) return system_error("read", path, errno);
    return parse_yaml(text, path);
}

}  // namespace weft::schema
