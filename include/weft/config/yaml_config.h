// SPDX-License-Identifier: Apache-2.0
// Configuration files: YAML read through typed questions. Everything wrong in them is collected and reported
// at once as `file:line:column: what and what was expected`; keys that nobody asked for are errors too.
//
//     WEFT_TRY(auto file, config::File::load(path));
//     auto root = file.root();
//     settings.socket = root.text("socket", "/run/weft/agent.sock");
//     for (auto& uplink : root.sections("uplinks")) devices.push_back(uplink.text("device"));
//     WEFT_CHECK(file.finish());
//
// An error's text is what to print: one such line for each thing that is wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/result.h"

namespace weft::config {

struct Document;  // the files and the complaints about them
struct Keys;      // one mapping of them

// A plain value and its place, "file:line:column".
struct Scalar {
    std::string text;
    std::string where;
};

// One mapping. Cheap to copy; all sections of a file share its list of errors.
class Section {
public:
    // The value of `key`. Without a fallback the key must be there; what is missing or not a plain value is
    // reported and reads as the fallback or as empty.
    [[nodiscard]] std::string text(std::string_view key);
    [[nodiscard]] std::string text(std::string_view key, std::string fallback);
    [[nodiscard]] std::uint64_t number(std::string_view key, std::uint64_t fallback, std::uint64_t least,
                                       std::uint64_t most);
    // The place in `choices` of the value; without the key that of `fallback`.
    [[nodiscard]] std::size_t choice(std::string_view key, const std::vector<std::string_view>& choices,
                                     std::size_t fallback);
    // A list of plain values, `least` or more; one plain value stands for a list of one.
    [[nodiscard]] std::vector<Scalar> list(std::string_view key, std::size_t least = 0);
    // A mapping; empty when the key is not there.
    [[nodiscard]] Section section(std::string_view key);
    // A list of mappings, `least` or more.
    [[nodiscard]] std::vector<Section> sections(std::string_view key, std::size_t least = 0);
    // The value of `key`, nothing if it is not there.
    [[nodiscard]] std::optional<Scalar> find(std::string_view key);

    // Reports that the value of `key` (or a value of list()) is wrong: "what, and what was expected".
    void complain(std::string_view key, std::string_view what);
    void complain(const Scalar& value, std::string_view what);

private:
    friend class File;
    Section(std::shared_ptr<Document> document, std::shared_ptr<Keys> keys)
        : document_(std::move(document)), keys_(std::move(keys)) {}

    std::shared_ptr<Document> document_;
    std::shared_ptr<Keys> keys_;
};

class File {
public:
    // Reads `path` and then, in order of their names, the *.yaml files of the folder `<path less
    // .yaml>.conf.d` if there is one; a key in a later file replaces the whole value of the same top-level
    // key before it. A file that cannot be read or is no YAML mapping is an error right here.
    [[nodiscard]] static Result<File> load(const std::string& path);
    // The same from text, `name` being shown as the file.
    [[nodiscard]] static Result<File> parse(const std::string& text, const std::string& name);

    [[nodiscard]] Section root() const;
    // All that was wrong, one line each, including the keys that were never asked for: ask for all before.
    [[nodiscard]] Result<void> finish() const;

private:
    explicit File(std::shared_ptr<Document> document) : document_(std::move(document)) {}

    std::shared_ptr<Document> document_;
};

}  // namespace weft::config
