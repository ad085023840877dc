// SPDX-License-Identifier: Apache-2.0
// What coordinator.yaml says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/log.h"
#include "weft/base/result.h"
#include "weft/config/yaml_config.h"
#include "weft/net/endpoint.h"

namespace weft::coordinator::config {

enum class Role : std::uint8_t { op, customer };

// A user of the Unix socket (by uid) and of TLS (by the name in the certificate).
struct User {
    std::optional<std::uint32_t> uid;
    std::string name;
    Role role{Role::customer};
    std::vector<std::string> groups{};  // that lists of objects may name
};

struct Settings {
    std::string database;
    std::string socket;
    std::vector<Endpoint> listen;  // none: no agents, only the socket
    std::string tls_directory;
    std::optional<Endpoint> metrics;  // none: they are not served
    std::vector<User> users;          // root is among them, as operator
    LogLevel log_level{LogLevel::info};
};

// Reads and checks all of it. The error's text has one line for each thing that is wrong.
[[nodiscard]] Result<Settings> read_settings(const weft::config::File& file);

}  // namespace weft::coordinator::config
