// SPDX-License-Identifier: Apache-2.0
#include "agent/state_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "weft/base/fd.h"
#include "weft/base/file.h"

namespace weft::agent {
namespace {

constexpr std::size_t smallest_growth = 1U << 20;  // bytes of deltas that are always worth keeping

}  // namespace

StateFile::StateFile(std::string directory) : path_(std::move(directory) + "/desired") {}

Result<Recovered> StateFile::load() const {
    WEFT_TRY(const auto bytes, read_file(path_));
    auto recovered = recover(bytes);
    if (recovered) return recovered;
    auto error = recovered.error();
    error.field = path_ + ": " + error.field;
    return error;
}

Result<void> StateFile::replace(const DesiredSet& desired, const Installed& identity) {
    WEFT_TRY(const auto bytes, snapshot_group(desired, identity));
    const auto folder = std::filesystem::path(path_).parent_path();
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return system_error("create", folder.string(), failed.value());
    base_ = 0;
    WEFT_CHECK(replace_file(path_, bytes));
    base_ = bytes.size();
    appended_ = 0;
    return {};
}

Result<void> StateFile::append(const Changes& changes, const DesiredSet& desired, const Installed& identity) {
    WEFT_TRY(const auto bytes, delta_group(changes, identity.revision));
    if (base_ == 0 || appended_ + bytes.size() > std::max(base_, smallest_growth))
        return replace(desired, identity);
    const Fd fd{::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
    if (!fd) return replace(desired, identity);  // somebody removed it
    const auto written = ::write(fd.get(), bytes.data(), bytes.size());
    if (written != static_cast<ssize_t>(bytes.size())) {
        base_ = 0;  // torn: the next commit writes it anew
        return system_error("append to", path_, written < 0 ? errno : ENOSPC);
    }
    appended_ += bytes.size();
    return {};
}

}  // namespace weft::agent
