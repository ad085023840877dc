// SPDX-License-Identifier: Apache-2.0
// What agent.yaml says of flow logs.
#pragma once

#include <cstdint>
#include <string>

namespace weft::agent {

enum class LogFormat : std::uint8_t { text, json, both };

struct FlowLogSettings {
    std::string directory{"/var/log/weft"};
    std::uint32_t interval{60};  // seconds
    LogFormat format{LogFormat::text};
    std::uint64_t file_size{64U << 20U};  // bytes, after which a file is put aside
    std::uint32_t files{8};               // of each format, with the one that is being written
};

}  // namespace weft::agent
