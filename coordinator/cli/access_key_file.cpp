// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/access_key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <sstream>

#include "weft/base/fd.h"
#include "weft/base/id.h"

namespace weft::cli {

Result<wire::LoginRequest> read_access_key(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (!file || ::fstat(file.get(), &facts) != 0) return system_error("open", path, errno);
    if (!S_ISREG(facts.st_mode)) return invalid(path, "is not a file");
    if ((facts.st_mode & 077U) != 0)
        return Error{ErrorCode::refused, "others may read this access key: chmod 600", path, 0};
    std::array<char, 512> bytes{};
    const auto size = ::read(file.get(), bytes.data(), bytes.size());
    if (size < 0) return system_error("read", path, errno);
    std::istringstream words(std::string(bytes.data(), static_cast<std::size_t>(size)));
    wire::LoginRequest login;
    std::string more;
    words >> login.key >> login.secret;
    const auto id = parse_id(login.key);
    if (!id || id->kind != Kind::access_key || login.secret.empty() || words >> more)
        return invalid(path, "expected one line with the id and the secret of an access key");
    return login;
}

}  // namespace weft::cli
