// SPDX-License-Identifier: Apache-2.0
#include "weft/config/yaml_config.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

namespace weft::config {

namespace {

std::string place(const std::string& file, const YAML::Mark& mark) {
    if (mark.is_null()) return file;
    return fmt::format("{}:{}:{}", file, mark.line + 1, mark.column + 1);
}

Error wrong(const std::string& where, const std::string& what) { return invalid({}, where + ": " + what); }

std::string joined(const std::set<std::string, std::less<>>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

// One mapping: where each key and value stands, and which keys were asked for.
struct Keys {
    struct Entry {
        std::string where;  // of the key
        std::string file;
        YAML::Node value;
    };
    std::string where;
    std::string path;  // "tls." in front of the keys of the section `tls`
    std::map<std::string, Entry, std::less<>> entries;
    std::set<std::string, std::less<>> asked;
};

struct Document {
    std::shared_ptr<Keys> root;
    std::vector<std::shared_ptr<Keys>> sections;
    std::vector<std::string> errors;

    void report(const std::string& where, std::string_view what) {
        errors.push_back(fmt::format("{}: {}", where, what));
    }
    // Adds the keys of `mapping`; a key given twice in one file is reported.
    void add(Keys& keys, const YAML::Node& mapping, const std::string& file) {
        std::set<std::string> seen;
        for (const auto& item : mapping) {
            const auto where = place(file, item.first.Mark());
            if (!item.first.IsScalar()) {
                report(where, "a key was expected to be a plain word");
                continue;
            }
            const auto name = item.first.Scalar();
            if (!seen.insert(name).second) report(where, keys.path + name + " is given twice");
            keys.entries.insert_or_assign(name, Keys::Entry{where, file, item.second});
        }
    }
    std::shared_ptr<Keys> open(std::string where, std::string path) {
        auto keys = std::make_shared<Keys>();
        keys->where = std::move(where);
        keys->path = std::move(path);
        sections.push_back(keys);
        return keys;
    }
    Result<void> read(const YAML::Node& node, const std::string& file) {
        if (node.IsNull()) return {};
        if (!node.IsMap()) return wrong(place(file, node.Mark()), "a mapping of keys was expected");
        add(*root, node, file);
        return {};
    }
};

namespace {

// Adds the keys of one document; `load` makes its node.
Result<void> read(Document& document, const std::string& name, auto&& load) {
    try {
        return document.read(load(), name);
    } catch (const YAML::BadFile&) {
        return wrong(name, "cannot be read");
    } catch (const YAML::Exception& error) {
        return wrong(place(name, error.mark), error.msg);
    }
}

std::vector<std::string> files_of(const std::string& path) {
    namespace fs = std::filesystem;
    std::vector<std::string> files;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(path).replace_extension(".conf.d"), none))
        if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    files.insert(files.begin(), path);
    return files;
}

}  // namespace

std::optional<Scalar> Section::find(std::string_view key) {
    keys_->asked.emplace(key);
    const auto found = keys_->entries.find(key);
    if (found == keys_->entries.end()) return std::nullopt;
    const auto& [where, file, value] = found->second;
    if (value.IsScalar()) return Scalar{value.Scalar(), place(file, value.Mark())};
    document_->report(place(file, value.Mark()),
                      fmt::format("{}{}: one plain value was expected", keys_->path, key));
    return std::nullopt;
}

std::string Section::text(std::string_view key) {
    const auto value = find(key);
    if (!keys_->entries.contains(key))
        document_->report(keys_->where, fmt::format("{}{} is missing", keys_->path, key));
    else if (value && value->text.empty())
        complain(*value, fmt::format("{}{}: must not be empty", keys_->path, key));
    return value ? value->text : std::string{};
}

std::string Section::text(std::string_view key, std::string fallback) {
    const auto value = find(key);
    return value ? value->text : fallback;
}

std::uint64_t Section::number(std::string_view key, std::uint64_t fallback, std::uint64_t least,
                              std::uint64_t most) {
    const auto value = find(key);
    if (!value) return fallback;
    std::uint64_t number = 0;
    const char* end = value->text.data() + value->text.size();
    const auto [stop, error] = std::from_chars(value->text.data(), end, number);
    if (error == std::errc{} && stop == end && number >= least && number <= most) return number;
    complain(*value, fmt::format("{}{}: a number {}..{} was expected, not '{}'", keys_->path, key, least,
                                 most, value->text));
    return fallback;
}

std::size_t Section::choice(std::string_view key, const std::vector<std::string_view>& choices,
                            std::size_t fallback) {
    const auto value = find(key);
    if (!value) return fallback;
    const auto found = std::find(choices.begin(), choices.end(), value->text);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    complain(*value, fmt::format("{}{}: one of {} was expected, not '{}'", keys_->path, key,
                                 fmt::join(choices, ", "), value->text));
    return fallback;
}

std::vector<Scalar> Section::list(std::string_view key, std::size_t least) {
    keys_->asked.emplace(key);
    std::vector<Scalar> values;
    const auto found = keys_->entries.find(key);
    if (found != keys_->entries.end()) {
        const auto& [where, file, value] = found->second;
        if (value.IsScalar()) {
            values.push_back({value.Scalar(), place(file, value.Mark())});
        } else if (value.IsSequence()) {
            for (const auto& item : value)
                if (item.IsScalar())
                    values.push_back({item.Scalar(), place(file, item.Mark())});
                else
                    document_->report(place(file, item.Mark()),
                                      fmt::format("{}{}: a plain value was expected", keys_->path, key));
        } else {
            complain(key, fmt::format("{}{}: a list of plain values was expected", keys_->path, key));
            return values;
        }
    }
    if (values.size() < least)
        complain(key,
                 fmt::format("{}{}: at least {} expected, got {}", keys_->path, key, least, values.size()));
    return values;
}

Section Section::section(std::string_view key) {
    keys_->asked.emplace(key);
    const auto path = fmt::format("{}{}.", keys_->path, key);
    const auto found = keys_->entries.find(key);
    if (found == keys_->entries.end()) return {document_, document_->open(keys_->where, path)};
    const auto& [where, file, value] = found->second;
    auto keys = document_->open(where, path);
    if (value.IsMap())
        document_->add(*keys, value, file);
    else
        complain(key, fmt::format("{}{}: a mapping was expected", keys_->path, key));
    return {document_, keys};
}

std::vector<Section> Section::sections(std::string_view key, std::size_t least) {
    keys_->asked.emplace(key);
    std::vector<Section> sections;
    const auto found = keys_->entries.find(key);
    if (found != keys_->entries.end()) {
        const auto& [where, file, value] = found->second;
        if (!value.IsSequence()) {
            complain(key, fmt::format("{}{}: a list of mappings was expected", keys_->path, key));
            return sections;
        }
        for (const auto& item : value) {
            auto keys = document_->open(place(file, item.Mark()),
                                        fmt::format("{}{}[{}].", keys_->path, key, sections.size()));
            if (item.IsMap())
                document_->add(*keys, item, file);
            else
                document_->report(keys->where, fmt::format("{}{}: a mapping was expected", keys_->path, key));
            sections.push_back({document_, keys});
        }
    }
    if (sections.size() < least)
        complain(key,
                 fmt::format("{}{}: at least {} expected, got {}", keys_->path, key, least, sections.size()));
    return sections;
}

void Section::complain(std::string_view key, std::string_view what) {
    const auto found = keys_->entries.find(key);
    document_->report(
        found == keys_->entries.end() ? keys_->where : place(found->second.file, found->second.value.Mark()),
        what);
}

void Section::complain(const Scalar& value, std::string_view what) { document_->report(value.where, what); }

Result<File> File::load(const std::string& path) {
    auto document = std::make_shared<Document>();
    document->root = document->open(path, "");
    for (const auto& file : files_of(path))
        WEFT_CHECK(read(*document, file, [&] { return YAML::LoadFile(file); }));
    return File(std::move(document));
}

Result<File> File::parse(const std::string& text, const std::string& name) {
    auto document = std::make_shared<Document>();
    document->root = document->open(name, "");
    WEFT_CHECK(read(*document, name, [&] { return YAML::Load(text); }));
    return File(std::move(document));
}

Section File::root() const { return {document_, document_->root}; }

Result<void> File::finish() const {
    auto lines = document_->errors;
    for (const auto& keys : document_->sections)
        for (const auto& [name, entry] : keys->entries)
            if (!keys->asked.contains(name))
                lines.push_back(fmt::format("{}: unknown key {}{}, expected one of {}", entry.where,
                                            keys->path, name, joined(keys->asked)));
    if (lines.empty()) return {};
    return invalid({}, fmt::format("{}", fmt::join(lines, "\n")));
}

}  // namespace weft::config
