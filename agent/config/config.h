// SPDX-License-Identifier: Apache-2.0
// What agent.yaml says.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/datapath/datapath.h"
#include "agent/flow/limits.h"
#include "agent/flow_log/settings.h"
#include "agent/session/coordinators.h"
#include "weft/base/log.h"
#include "weft/net/endpoint.h"
#include "weft/wire/tls.h"

namespace weft::config {
class File;
}

namespace weft::agent {

struct MetricsConfig {
    std::optional<weft::Endpoint> listen;  // none: they are not served
    bool records{false};                   // also of each record
};

struct Config {
    std::vector<Endpoint> coordinators;
    wire::TlsFiles tls;                   // ca.pem, host.pem and host.key of `tls.directory`
    DatapathConfig datapath;              // uplinks, bpf, helper
    std::string socket;                   // of weft status, counters and monitor
    std::string state;                    // a directory
    std::string instance_helper;          // socket of weft-instance-helper; empty: none
    std::vector<std::string> frameworks;  // those to report; empty: all there are
    FlowLimits flows;
    FlowLogSettings flow_log;
    std::uint32_t dhcp_lease{3600};  // seconds
    std::chrono::seconds usage_interval{60};
    MetricsConfig metrics;
    LogLevel log{LogLevel::info};
};

// The file and its conf.d folder. An error's text has one line for each thing that is wrong.
[[nodiscard]] Result<Config> load_config(const std::string& path);
[[nodiscard]] Result<Config> read_config(const config::File& file);

}  // namespace weft::agent
