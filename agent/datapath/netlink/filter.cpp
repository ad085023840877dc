// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/netlink/filter.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <cerrno>

namespace weft::agent::netlink {
namespace {

constexpr std::uint32_t priority = 87;  // before what is added with no priority (49152 and down)
constexpr std::uint32_t handle = 0x57454654;
const std::string mark = "weft:";  // before the program's name

tcmsg header(std::uint32_t ifindex) {
    tcmsg out{};
    out.tcm_ifindex = static_cast<int>(ifindex);
    out.tcm_handle = handle;
    out.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
    out.tcm_info = TC_H_MAKE(priority << 16, htons(ETH_P_ALL));
    return out;
}

std::string on(const char* what, std::uint32_t ifindex) {
    return std::string(what) + " device " + std::to_string(ifindex);
}

Result<void> ensure_clsact(Socket& socket, std::uint32_t ifindex) {
    tcmsg qdisc{};
    qdisc.tcm_ifindex = static_cast<int>(ifindex);
    qdisc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
    qdisc.tcm_parent = TC_H_CLSACT;
    Message message{RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, qdisc};
    message.put(TCA_KIND, std::string("clsact"));
    auto done = socket.request(message, on("add clsact to", ifindex));
    if (!done && done.error().sys_errno == EEXIST) return {};
    return done;
}

}  // namespace

Result<std::optional<Filter>> find_filter(Socket& socket, std::uint32_t ifindex) {
    Message message{RTM_GETTFILTER, 0, header(ifindex)};
    message.put(TCA_KIND, std::string("bpf"));
    std::optional<Filter> found;
    const auto done = socket.request(message, on("find the filter of", ifindex), [&](const nlmsghdr* answer) {
        const auto options = nested(attributes<tcmsg>(answer, TCA_MAX)[TCA_OPTIONS], TCA_BPF_MAX);
        found = Filter{text(options[TCA_BPF_NAME]), number(options[TCA_BPF_ID])};
    });
    // EINVAL: there is no clsact either.
    if (!done && done.error().sys_errno != ENOENT && done.error().sys_errno != EINVAL) return done.error();
    if (!found) return std::optional<Filter>{};
    if (!found->name.starts_with(mark))
        return conflict("", on("somebody else's filter has weft's priority and handle on", ifindex));
    found->name.erase(0, mark.size());
    return found;
}

Result<void> put_filter(Socket& socket, std::uint32_t ifindex, int program, const std::string& name) {
    WEFT_TRY(const auto present, find_filter(socket, ifindex));
    if (!present) WEFT_CHECK(ensure_clsact(socket, ifindex));
    Message message{RTM_NEWTFILTER, NLM_F_CREATE | (present ? NLM_F_REPLACE : NLM_F_EXCL), header(ifindex)};
    message.put(TCA_KIND, std::string("bpf")).nest(TCA_OPTIONS, [&] {
        message.put(TCA_BPF_FD, static_cast<std::uint32_t>(program))
            .put(TCA_BPF_NAME, mark + name)
            .put(TCA_BPF_FLAGS, std::uint32_t{TCA_BPF_FLAG_ACT_DIRECT});
    });
    return socket.request(message, on(("attach " + name + " to").c_str(), ifindex));
}

Result<void> remove_filter(Socket& socket, std::uint32_t ifindex) {
    WEFT_TRY(const auto present, find_filter(socket, ifindex));
    if (!present) return {};
    Message message{RTM_DELTFILTER, 0, header(ifindex)};
    message.put(TCA_KIND, std::string("bpf"));
    return socket.request(message, on("detach from", ifindex));
}

}  // namespace weft::agent::netlink
