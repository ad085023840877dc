// SPDX-License-Identifier: Apache-2.0
// The flow logs of this host's records: takes what the kernel counted, an interval's at a time, to files.
#pragma once

#include <functional>

#include "agent/datapath/datapath.h"
#include "agent/flow_log/files.h"
#include "agent/flow_log/interval.h"
#include "agent/flow_log/settings.h"
#include "agent/flow_log/state.h"
#include "weft/abi/flow.h"

namespace weft::agent {

class FlowLog {
public:
    // One moment.
    struct Now {
        std::uint64_t monotonic_ns{0};  // as the times of flows
        std::uint64_t unix_ns{0};
    };
    using Clock = std::function<Now()>;

    // Keeps what it must remember in files of the folder `state`, for the boot `boot`. `datapath` must
    // outlive it.
    FlowLog(const FlowLogSettings& settings, const std::string& state, std::string boot, Datapath& datapath,
            Clock clock);

    // Once, before anything else: goes on with the interval of a former process.
    void start();
    // The ports of this host. True: a record's flows, which were not logged so far, must be seen soon.
    bool update(const std::unordered_map<std::string, schema::Port>& ports);
    // A flow in the table; the last time when it was removed.
    void seen(const Flow& flow, bool removed);
    // Every flow in the table was seen since the last call.
    void walked();
    // The end of an interval, after walked(): writes its lines.
    void close();
    // The end of this process, after walked().
    void stop();

private:
    struct Logged : LoggedRecord {
        std::uint64_t since{0};  // CLOCK_MONOTONIC ns; what was counted before is not logged
        bool gone{false};        // it ends with this interval
    };

    void add(const weft_flow_key& key, LogAction action, const Count& count, std::uint64_t first,
             std::uint64_t last);
    void read_rejects();
    void take_reject(const Reject& reject, const Logged& record);
    void read_unlogged();
    void write(const std::vector<LogEntry>& entries);
    void save_state();
    void save_mark(bool clean);
    void keep(const Result<void>& kept);

    FlowLogSettings settings_;
    std::string state_path_;
    std::string mark_path_;
    std::string boot_;
    Datapath& datapath_;
    Clock clock_;
    LogFile text_;
    LogFile json_;
    std::map<std::uint64_t, Logged> records_;
    Counts flows_;
    Counts rejects_;
    Interval interval_;
    std::uint64_t begin_{0};  // Unix seconds
    bool unsaved_{false};     // records came that the files do not know
    bool failed_{false};      // the last files could not be written
};

}  // namespace weft::agent
