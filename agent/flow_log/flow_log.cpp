// SPDX-License-Identifier: Apache-2.0
#include "agent/flow_log/flow_log.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "weft/abi/counter.h"
#include "weft/base/file.h"
#include "weft/base/log.h"

namespace weft::agent {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

bool logs_accepted(schema::FlowLog log) {
    return log == schema::FlowLog::accepted || log == schema::FlowLog::all;
}

Address address_of(const weft_address& address) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &address, bytes.size());
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const std::span all{bytes};
    const bool v4 = std::ranges::equal(mapped, all.first(mapped.size()));
    return *Address::from_bytes(v4 ? all.subspan(mapped.size()) : all);
}

// Ports there: ICMP's identifier is none.
bool has_ports(std::uint8_t protocol) { return protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6; }

template <class Key>
Key key_of(const std::string& bytes) {
    Key key{};
    std::memcpy(&key, bytes.data(), std::min(bytes.size(), sizeof(key)));
    return key;
}

}  // namespace

FlowLog::FlowLog(const FlowLogSettings& settings, const std::string& state, std::string boot,
                 Datapath& datapath, Clock clock)
    : settings_(settings),
      state_path_(state + "/flow-log"),
      mark_path_(state + "/flow-log.begin"),
      boot_(std::move(boot)),
      datapath_(datapath),
      clock_(std::move(clock)),
      text_(settings.directory + "/flows.log", settings.file_size, settings.files),
      json_(settings.directory + "/flows.json", settings.file_size, settings.files) {}

void FlowLog::start() {
    const auto now = clock_();
    begin_ = now.unix_ns / second;
    LogMark last;
    if (const auto text = read_text(mark_path_))
        if (const auto read = parse_log_mark(*text)) last = *read;
    if (last.begin != 0 && last.begin < begin_) begin_ = last.begin;
    if (const auto text = read_text(state_path_)) {
        auto state = parse_log_state(*text);
        if (!state) log_warning("flow-log", "{}: {}", state_path_, state.error().message());
        if (state && state->boot == boot_) {
            flows_ = std::move(state->flows);
            rejects_ = std::move(state->rejects);
        }
        if (state)
            for (auto& [id, record] : state->records) {
                records_[id] = Logged{std::move(record), 0, true};
                if (!last.clean) interval_.skip(id);
            }
    }
    std::error_code failed;  // what then cannot be written is said
    std::filesystem::create_directories(std::filesystem::path(mark_path_).parent_path(), failed);
    save_mark(false);
}

bool FlowLog::update(const std::unordered_map<std::string, schema::Port>& ports) {
    const auto now = clock_().monotonic_ns;
    bool fresh = false;
    for (auto& [id, record] : records_) record.gone = true;
    for (const auto& [key, port] : ports) {
        if (port.flow_log == schema::FlowLog::none) continue;
        const auto [found, added] = records_.try_emplace(port.record.value);
        auto& record = found->second;
        if (added) {
            record.since = now;
            if (const auto use = datapath_.flow_use(port.record.value)) record.unlogged = use->unlogged;
            fresh = unsaved_ = true;
        }
        record.gone = false;
        record.log = port.flow_log;
        record.account = port.account;
        std::ranges::replace_if(
            record.account, [](char c) { return static_cast<unsigned char>(c) < ' '; }, '_');
    }
    return fresh;
}

void FlowLog::seen(const Flow& flow, bool removed) {
    const auto record = records_.find(flow.record);
    if (record == records_.end()) return;
    const Count count{flow.packets, flow.bytes};
    const auto counted = flows_.take(flow.key, count, flow.created >= record->second.since);
    if (removed) flows_.forget(flow.key);
    if (logs_accepted(record->second.log))
        add(key_of<weft_flow_key>(flow.key), LogAction::accept, counted, flow.created, flow.last);
}

void FlowLog::add(const weft_flow_key& key, LogAction action, const Count& count, std::uint64_t first,
                  std::uint64_t last) {
    if (count.packets[0] + count.packets[1] == 0) return;
    const auto now = clock_();
    const auto unix_time = [now](std::uint64_t ns) { return (now.unix_ns - now.monotonic_ns + ns) / second; };
    const LogSpan span{unix_time(first), unix_time(last)};
    const auto local = address_of(key.local);
    const auto remote = address_of(key.remote);
    const bool ports = has_ports(key.protocol);
    const auto local_port = ports ? ntohs(key.local_port) : std::uint16_t{0};
    const auto remote_port = ports ? ntohs(key.remote_port) : std::uint16_t{0};
    interval_.add({key.record, action, local, remote, local_port, remote_port, key.protocol},
                  count.packets[0], count.bytes[0], span);
    interval_.add({key.record, action, remote, local, remote_port, local_port, key.protocol},
                  count.packets[1], count.bytes[1], span);
}

// What was not there before has nothing to go back to: its baseline is on disk before its record is.
void FlowLog::walked() {
    flows_.sweep();
    if (std::exchange(unsaved_, false)) save_state();
}

void FlowLog::take_reject(const Reject& reject, const Logged& record) {
    const auto key = key_of<weft_reject_key>(reject.key);
    const std::size_t side = key.direction == WEFT_TX ? 0 : 1;
    Count count;
    count.packets[side] = reject.packets;
    count.bytes[side] = reject.bytes;
    const auto counted = rejects_.take(reject.key, count, reject.first >= record.since);
    const bool silent = counted.packets[side] == 0;
    if (!silent) return add(key.flow, LogAction::reject, counted, reject.first, reject.last);
    if (const auto last = datapath_.remove_reject(reject.key)) {
        count.packets[side] = last->packets;
        count.bytes[side] = last->bytes;
        add(key.flow, LogAction::reject, rejects_.take(reject.key, count, true), last->first, last->last);
    }
    rejects_.forget(reject.key);
}

void FlowLog::read_rejects() {
    const auto rejects = datapath_.rejects();
    if (!rejects) {
        log_warning("flow-log", "reading what was refused: {}", rejects.error().message());
        for (const auto& [id, record] : records_) interval_.skip(id);
        return;
    }
    for (const auto& reject : *rejects) {
        const auto record = records_.find(key_of<weft_reject_key>(reject.key).flow.record);
        if (record != records_.end())
            take_reject(reject, record->second);
        else
            (void)datapath_.remove_reject(reject.key);
    }
    rejects_.sweep();
}

void FlowLog::read_unlogged() {
    for (const auto& use : datapath_.flow_uses()) {
        const auto record = records_.find(use.record);
        if (record == records_.end()) continue;
        if (use.unlogged > record->second.unlogged) interval_.skip(use.record);
        record->second.unlogged = use.unlogged;
    }
}

// The counts are on disk before the lines, so that after a death between the two nothing is logged twice.
void FlowLog::close() {
    read_rejects();
    read_unlogged();
    const auto end = std::max(begin_, clock_().unix_ns / second);
    std::map<std::uint64_t, std::string> accounts;
    for (const auto& [id, record] : records_) accounts[id] = record.account;
    const auto entries = interval_.entries(accounts, {begin_, end});
    interval_ = {};
    std::erase_if(records_, [](const auto& entry) { return entry.second.gone; });
    if (!accounts.empty()) save_state();
    write(entries);
    begin_ = end;
    save_mark(false);
}

void FlowLog::stop() {
    close();
    save_mark(true);
}

void FlowLog::write(const std::vector<LogEntry>& entries) {
    std::string text;
    std::string json;
    for (const auto& entry : entries) {
        if (settings_.format != LogFormat::json) text += log_line(entry);
        if (settings_.format != LogFormat::text) json += log_json(entry);
    }
    const auto texts = text_.append(text);
    const auto jsons = json_.append(json);
    keep(texts ? jsons : texts);
    if (texts && jsons) return;
    for (const auto& [id, record] : records_) interval_.skip(id);
}

void FlowLog::save_state() {
    LogState state;
    state.boot = boot_;
    for (const auto& [id, record] : records_) state.records[id] = record;
    state.flows = flows_;
    state.rejects = rejects_;
    keep(replace_file(state_path_, to_text(state)));
}

void FlowLog::save_mark(bool clean) { keep(replace_file(mark_path_, to_text(LogMark{begin_, clean}))); }

// Once for each time that it begins.
void FlowLog::keep(const Result<void>& kept) {
    if (!kept && !failed_) log_error("flow-log", "{}", kept.error().message());
    failed_ = !kept;
}

}  // namespace weft::agent
