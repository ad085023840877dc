// SPDX-License-Identifier: Apache-2.0
// The files of a flow log: NAME is written, NAME.1 is the one before, and so on; a file that would outgrow
// its size is put aside first, and the oldest one goes.
#pragma once

#include <cstdint>
#include <string>

#include "weft/base/result.h"

namespace weft::agent {

class LogFile {
public:
    LogFile(std::string path, std::uint64_t size, std::uint32_t files)
        : path_(std::move(path)), size_(size), files_(files) {}

    // All of it or, with an error, nothing. Lines that are more than a file holds are cut off behind whole
    // ones: `exhausted`.
    [[nodiscard]] Result<void> append(const std::string& lines);

private:
    [[nodiscard]] Result<void> rotate() const;

    std::string path_;
    std::uint64_t size_;
    std::uint32_t files_;
};

}  // namespace weft::agent
