// SPDX-License-Identifier: Apache-2.0
#include "weft/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "weft/base/fd.h"

namespace weft {
namespace {

Result<void> write_all(int fd, const std::string& path, std::span<const std::uint8_t> content) {
    while (!content.empty()) {
        const auto written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_error("write", path, errno);
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

Result<std::vector<std::uint8_t>> read_file(const std::string& path) {
    const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) return errno == ENOENT ? not_found(path + " does not exist") : system_error("open", path, errno);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return system_error("stat", path, errno);
    std::vector<std::uint8_t> content(static_cast<std::size_t>(status.st_size));
    std::size_t filled = 0;
    while (filled < content.size()) {
        const auto got = ::read(fd.get(), content.data() + filled, content.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error("read", path, errno);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    content.resize(filled);
    return content;
}

Result<std::string> read_text(const std::string& path) {
    WEFT_TRY(const auto content, read_file(path));
    return std::string(content.begin(), content.end());
}

Result<void> replace_file(const std::string& path, std::span<const std::uint8_t> content) {
    const auto temporary = path + ".new";
    {
        const Fd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
        if (!fd) return system_error("create", temporary, errno);
        if (::fchmod(fd.get(), 0600) != 0) return system_error("chmod", temporary, errno);
        WEFT_CHECK(write_all(fd.get(), temporary, content));
        if (::fsync(fd.get()) != 0) return system_error("fsync", temporary, errno);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error("rename", temporary, errno);
    const auto folder = std::filesystem::path(path).parent_path();
    const Fd directory{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory || ::fsync(directory.get()) != 0) return system_error("fsync", folder.string(), errno);
    return {};
}

Result<void> replace_file(const std::string& path, const std::string& content) {
    return replace_file(path, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
}

}  // namespace weft
