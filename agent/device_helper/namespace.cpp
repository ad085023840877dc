// SPDX-License-Identifier: Apache-2.0
#include "agent/device_helper/namespace.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include "weft/base/log.h"

namespace weft::agent {

Result<Namespace> Namespace::open(const std::string& name) {
    if (name == "." || name == ".." || name.find('/') != std::string::npos)
        return invalid("netns", "'" + name + "' is not the name of a network namespace");
    const auto path = name.empty() ? std::string("/proc/thread-self/ns/net") : "/run/netns/" + name;
    Fd target{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!target && errno == ENOENT) return not_found("network namespace '" + name + "' does not exist");
    if (!target) return system_error("open", path, errno);
    Fd own{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
    if (!own) return system_error("open", "/proc/thread-self/ns/net", errno);
    Namespace out{name, std::move(target), std::move(own)};
    WEFT_CHECK(out.inside([] { return Result<void>{}; }));
    return out;
}

Result<void> Namespace::inside(const std::function<Result<void>()>& fn) const {
    if (::setns(target_.get(), CLONE_NEWNET) != 0) {
        if (errno == EINVAL) return not_found("network namespace '" + name_ + "' is not mounted");
        return system_error("enter", "network namespace " + name_, errno);
    }
    auto outcome = fn();
    if (::setns(own_.get(), CLONE_NEWNET) != 0) {
        log_error("device-helper", "cannot leave network namespace {}", name_);
        std::abort();
    }
    return outcome;
}

Result<netlink::Socket> Namespace::socket() const {
    std::optional<netlink::Socket> socket;
    WEFT_CHECK(inside([&]() -> Result<void> {
        WEFT_TRY(socket, netlink::Socket::open());
        return {};
    }));
    return std::move(*socket);
}

}  // namespace weft::agent
