// SPDX-License-Identifier: Apache-2.0
// What libbpf says while something is tried: shown when it fails, the verifier's log included.
#pragma once

#include <string>
#include <string_view>

#include "weft/base/error.h"

namespace weft::agent::bpf {

// While it lives, libbpf's messages are kept instead of printed. One at a time.
class Log {
public:
    Log();
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    // "OPERATION OBJECT: strerror" and below it the last lines kept.
    [[nodiscard]] Error error(std::string_view operation, std::string_view object, int err) const;
};

}  // namespace weft::agent::bpf
