// SPDX-License-Identifier: Apache-2.0
// What the global options of the command line say.
#pragma once

#include <string>

namespace weft::cli {

enum class Format { table, wide, json, yaml, name };

// Where the coordinator (or an agent) is asked.
struct Target {
    std::string socket{"/run/weft/coordinator.sock"};
    std::string server;         // HOST:PORT over TLS instead of the socket
    std::string tls_directory;  // with ca.pem, USER.pem and USER.key
    std::string user;
    std::string access_key;  // file of one; then only ca.pem is needed
};

struct Settings {
    Target target;
    Format format{Format::table};
    bool format_given{false};
};

}  // namespace weft::cli
