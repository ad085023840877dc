// SPDX-License-Identifier: Apache-2.0
#include "agent/flow_log/state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <sstream>

namespace weft::agent {
namespace {

constexpr std::string_view head = "weft-flow-log 1";
constexpr std::string_view foot = "end";

void add_counts(std::string& out, std::string_view word, const Counts& counts) {
    counts.for_each([&](const std::string& key, const Count& count) {
        fmt::format_to(std::back_inserter(out), "{} ", word);
        for (const char c : key)
            fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
        fmt::format_to(std::back_inserter(out), " {} {}\n", fmt::join(count.packets, " "),
                       fmt::join(count.bytes, " "));
    });
}

std::string from_hex(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
        unsigned byte = 0;
        const char* const end = text.data() + at + 2;
        if (std::from_chars(text.data() + at, end, byte, 16).ptr != end) return {};
        out += static_cast<char>(byte);
    }
    return text.size() % 2 == 0 ? out : std::string{};
}

bool read_record(std::istringstream& line, LogState& state) {
    std::uint64_t id = 0;
    unsigned log = 0;
    LoggedRecord record;
    if (!(line >> id >> log >> record.unlogged) || log > static_cast<unsigned>(schema::FlowLog::all))
        return false;
    record.log = static_cast<schema::FlowLog>(log);
    line.get();
    std::getline(line, record.account);
    state.records.emplace(id, std::move(record));
    return true;
}

bool read_count(std::istringstream& line, Counts& counts) {
    std::string hex;
    Count count;
    if (!(line >> hex >> count.packets[0] >> count.packets[1] >> count.bytes[0] >> count.bytes[1]))
        return false;
    const auto key = from_hex(hex);
    if (key.empty()) return false;
    counts.restore(key, count);
    return true;
}

bool read_line(const std::string& text, LogState& state) {
    std::istringstream line{text};
    std::string word;
    line >> word;
    if (word == "boot") return static_cast<bool>(line >> state.boot);
    if (word == "record") return read_record(line, state);
    if (word == "flow") return read_count(line, state.flows);
    if (word == "reject") return read_count(line, state.rejects);
    return false;
}

}  // namespace

std::string to_text(const LogState& state) {
    auto out = fmt::format("{}\nboot {}\n", head, state.boot);
    for (const auto& [id, record] : state.records)
        fmt::format_to(std::back_inserter(out), "record {} {} {} {}\n", id, static_cast<unsigned>(record.log),
                       record.unlogged, record.account);
    add_counts(out, "flow", state.flows);
    add_counts(out, "reject", state.rejects);
    return out.append(foot) + '\n';
}

Result<LogState> parse_log_state(const std::string& text) {
    std::istringstream lines{text};
    std::string line;
    LogState state;
    bool ended = false;
    bool good = static_cast<bool>(std::getline(lines, line)) && line == head;
    while (good && !ended && std::getline(lines, line)) {
        ended = line == foot;
        good = ended || read_line(line, state);
    }
    if (good && ended && text.ends_with('\n')) return state;
    return damaged({}, "'" + line.substr(0, 40) + "' is not the state of a flow log");
}

std::string to_text(const LogMark& mark) {
    return fmt::format("begin {} clean {:d}\n", mark.begin, mark.clean);
}

Result<LogMark> parse_log_mark(const std::string& text) {
    std::istringstream line{text};
    std::string begin, clean;
    LogMark mark;
    if (line >> begin >> mark.begin >> clean >> mark.clean && begin == "begin" && clean == "clean")
        return mark;
    return damaged({}, "'" + text.substr(0, 40) + "' does not say when an interval began");
}

}  // namespace weft::agent
