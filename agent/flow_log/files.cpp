// SPDX-License-Identifier: Apache-2.0
#include "agent/flow_log/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "weft/base/fd.h"

namespace weft::agent {
namespace {

constexpr mode_t mode = 0640;

// A file that cannot take all of it is left as it was.
Result<void> write_all(const Fd& file, const std::string& path, off_t before, const std::string& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const auto wrote = ::write(file.get(), bytes.data() + done, bytes.size() - done);
        if (wrote > 0) {
            done += static_cast<std::size_t>(wrote);
        } else if (wrote == 0 || errno != EINTR) {
            const int err = wrote == 0 ? ENOSPC : errno;
            (void)!::ftruncate(file.get(), before);
            return system_error("write", path, err);
        }
    }
    return {};
}

}  // namespace

Result<void> LogFile::rotate() const {
    const auto name = [this](std::uint32_t age) {
        return age == 0 ? path_ : path_ + '.' + std::to_string(age);
    };
    for (auto age = files_ - 1; age > 0; --age)
        if (::rename(name(age - 1).c_str(), name(age).c_str()) != 0 && errno != ENOENT)
            return system_error("rename", name(age - 1), errno);
    if (files_ == 1 && ::unlink(path_.c_str()) != 0 && errno != ENOENT)
        return system_error("remove", path_, errno);
    return {};
}

Result<void> LogFile::append(const std::string& lines) {
    if (lines.empty()) return {};
    std::error_code failed;
    const auto folder = std::filesystem::path(path_).parent_path();
    std::filesystem::create_directories(folder, failed);
    if (failed) return system_error("create", folder.string(), failed.value());
    auto fits = lines.size();
    if (fits > size_) {
        const auto end = lines.rfind('\n', size_ - 1);
        fits = end == std::string::npos ? 0 : end + 1;
    }
    struct stat status {};
    if (::stat(path_.c_str(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) + fits > size_)
        WEFT_CHECK(rotate());
    const Fd file{::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode)};
    if (!file) return system_error("open", path_, errno);
    if (::fstat(file.get(), &status) != 0) return system_error("read", path_, errno);
    WEFT_CHECK(write_all(file, path_, status.st_size, lines.substr(0, fits)));
    if (fits == lines.size()) return {};
    return Error{ErrorCode::exhausted, path_ + ": an interval has more lines than a file may hold", {}, 0};
}

}  // namespace weft::agent
