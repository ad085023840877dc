// SPDX-License-Identifier: Apache-2.0
#include "coordinator/pki/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "weft/base/fd.h"

namespace weft::coordinator::pki {

namespace {

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return system_error("open", path, errno);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Result<void> write_new(const std::string& path, const std::string& text, mode_t mode) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file && errno == EEXIST) return conflict({}, path + " exists already and is not overwritten");
    if (!file) return system_error("create", path, errno);
    const auto written = ::write(file.get(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || ::fsync(file.get()) != 0)
        return system_error("write", path, errno);
    return {};
}

// The key first: a certificate in its place means that the pair is complete.
Result<void> write_pair(const std::string& directory, const std::string& name, const std::string& certificate,
                        const std::string& key) {
    const auto base = (std::filesystem::path(directory) / name).string();
    if (::access((base + ".pem").c_str(), F_OK) == 0)
        return conflict({}, base + ".pem exists already and is not overwritten");
    WEFT_CHECK(write_new(base + ".key", key, 0600));
    return write_new(base + ".pem", certificate, 0644);
}

}  // namespace

Result<void> init_ca(const std::string& directory) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return system_error("make", directory, errno);
    WEFT_TRY(const auto authority, Authority::create());
    return write_pair(directory, "ca", authority.certificate_pem(), authority.key_pem());
}

Result<void> issue_coordinator(const std::string& directory, const std::string& name,
                               const std::vector<std::string>& addresses) {
    WEFT_TRY(const auto authority, load_authority(directory));
    WEFT_TRY(const auto made, authority.issue_coordinator(name, addresses));
    return write_pair(directory, "coordinator", made.issued.certificate, made.key);
}

Result<void> issue_user(const std::string& directory, const std::string& name) {
    if (name == "ca" || name == "coordinator")
        return invalid("name", "'" + name + "' is taken by the files of the CA and the coordinator");
    WEFT_TRY(const auto authority, load_authority(directory));
    WEFT_TRY(const auto made, authority.issue_user(name));
    return write_pair(directory, name, made.issued.certificate, made.key);
}

Result<Authority> load_authority(const std::string& directory) {
    const auto base = (std::filesystem::path(directory) / "ca").string();
    WEFT_TRY(const auto certificate, read_file(base + ".pem"));
    WEFT_TRY(const auto key, read_file(base + ".key"));
    return Authority::from_pem(certificate, key);
}

}  // namespace weft::coordinator::pki
