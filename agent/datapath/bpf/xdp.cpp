// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/xdp.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <unistd.h>

#include <cerrno>

#include "agent/datapath/bpf/log.h"
#include "agent/datapath/bpf/pin.h"

namespace weft::agent::bpf {
namespace {

// Whether the link still holds its device: a device that went took the program with it.
bool in_force(const Fd& link, std::uint32_t ifindex) {
    bpf_link_info info{};
    __u32 length = sizeof(info);
    return bpf_obj_get_info_by_fd(link.get(), &info, &length) == 0 && info.type == BPF_LINK_TYPE_XDP &&
           info.xdp.ifindex == ifindex;
}

Error attach_error(const Log& log, std::uint32_t ifindex, int err) {
    auto error = log.error("attach XDP to device", std::to_string(ifindex), err);
    if (err == EBUSY || err == EEXIST) error.code = ErrorCode::conflict;
    if (err == EOPNOTSUPP || err == EINVAL || err == ERANGE) error.code = ErrorCode::unsupported;
    return error;
}

}  // namespace

Result<void> attach_xdp(const std::string& root, std::uint32_t ifindex, const Program& program,
                        bool generic) {
    const Log log;
    const auto path = link_path(root, ifindex);
    const auto pinned = open_pin(path);
    if (!pinned && pinned.error().code != ErrorCode::not_found) return pinned.error();
    if (pinned && in_force(*pinned, ifindex)) {
        if (bpf_link_update(pinned->get(), program.fd, nullptr) == 0) return {};
        return attach_error(log, ifindex, errno);
    }
    if (pinned) (void)::unlink(path.c_str());
    bpf_link_create_opts options{};
    options.sz = sizeof(options);
    options.flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
    const Fd link{bpf_link_create(program.fd, static_cast<int>(ifindex), BPF_XDP, &options)};
    if (!link) return attach_error(log, ifindex, errno);
    if (bpf_obj_pin(link.get(), path.c_str()) != 0) return system_error("pin", path, errno);
    return {};
}

Result<void> detach_xdp(const std::string& root, std::uint32_t ifindex) {
    const auto path = link_path(root, ifindex);
    const auto link = open_pin(path);
    if (!link) return link.error().code == ErrorCode::not_found ? Result<void>{} : link.error();
    if (bpf_link_detach(link->get()) != 0 && errno != ENOLINK) return system_error("detach", path, errno);
    if (::unlink(path.c_str()) != 0) return system_error("unlink", path, errno);
    return {};
}

}  // namespace weft::agent::bpf
