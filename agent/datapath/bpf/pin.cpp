// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/pin.h"

#include <bpf/bpf.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <charconv>
#include <filesystem>

namespace weft::agent::bpf {
namespace {

constexpr std::string_view load_prefix = "load-";
constexpr std::string_view link_prefix = "link-";

std::vector<std::uint32_t> numbered(const std::string& root, std::string_view prefix) {
    std::vector<std::uint32_t> numbers;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(root, error)) {
        const auto name = entry.path().filename().string();
        std::uint32_t number = 0;
        if (!name.starts_with(prefix)) continue;
        const auto parsed = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
        if (parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size()) numbers.push_back(number);
    }
    return numbers;
}

}  // namespace

Result<void> make_pin_root(const std::string& root) {
    if (::mkdir(root.c_str(), 0700) != 0 && errno != EEXIST) return system_error("mkdir", root, errno);
    struct statfs info {};
    if (::statfs(root.c_str(), &info) != 0) return system_error("statfs", root, errno);
    if (info.f_type != BPF_FS_MAGIC)
        return Error{ErrorCode::unsupported,
                     root + " is not in a BPF file system: mount one (type bpf) there", "bpf.pin", 0};
    return {};
}

Result<Fd> open_pin(const std::string& path) {
    Fd fd{bpf_obj_get(path.c_str())};
    if (fd) return fd;
    const int err = errno;
    auto error = system_error("open", path, err);
    if (err == ENOENT) error.code = ErrorCode::not_found;
    return error;
}

std::string load_directory(const std::string& root, std::uint32_t load) {
    return root + '/' + std::string(load_prefix) + std::to_string(load);
}
std::string link_path(const std::string& root, std::uint32_t ifindex) {
    return root + '/' + std::string(link_prefix) + std::to_string(ifindex);
}
std::vector<std::uint32_t> pinned_loads(const std::string& root) { return numbered(root, load_prefix); }
std::vector<std::uint32_t> pinned_links(const std::string& root) { return numbered(root, link_prefix); }

}  // namespace weft::agent::bpf
