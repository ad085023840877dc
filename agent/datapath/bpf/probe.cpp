// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/probe.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "agent/datapath/bpf/log.h"
#include "weft/abi/framework.h"

namespace weft::agent::bpf {
namespace {

struct FrameworkPort {
    std::string_view name;
    std::uint16_t port;
};

constexpr FrameworkPort frameworks[] = {{"geneve/1", WEFT_GENEVE_PORT}, {"vxlan/1", WEFT_VXLAN_PORT}};

#define WEFT_COUNT_FRAMEWORK(number, name, version, overhead4, overhead6) +1
static_assert(std::size(frameworks) == WEFT_FRAMEWORKS(WEFT_COUNT_FRAMEWORK), "a framework has no port here");
#undef WEFT_COUNT_FRAMEWORK

}  // namespace

// Lines look like "  12: 00000000:17C1 00000000:0000 07 ...": slot, local address and port, ...
bool port_in_use(const std::string& sockets, std::uint16_t port) {
    std::istringstream lines{sockets};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string slot;
        std::string local;
        if (!(words >> slot >> local)) continue;
        const auto colon = local.rfind(':');
        if (colon == std::string::npos) continue;
        unsigned found = 0;
        const auto* end = local.data() + local.size();
        const auto parsed = std::from_chars(local.data() + colon + 1, end, found, 16);
        if (parsed.ec == std::errc{} && parsed.ptr == end && found == port) return true;
    }
    return false;
}

std::string udp_sockets() {
    std::ostringstream out;
    for (const char* path : {"/proc/thread-self/net/udp", "/proc/thread-self/net/udp6"})
        if (std::ifstream file{path}) out << file.rdbuf() << '\n';
    return out.str();
}

void probe_frameworks(HostReport& report, const std::string& sockets) {
    for (const auto& [name, port] : frameworks) {
        if (port_in_use(sockets, port))
            report.problems.push_back(fmt::format(
                "{} is not available: another socket on this host is bound to UDP port {}", name, port));
        else
            report.capabilities.emplace_back(name);
    }
}

void probe_kernel(HostReport& report) {
    const Log quiet;
    if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_redirect_peer, nullptr) == 1)
        report.capabilities.emplace_back("redirect-peer");
}

}  // namespace weft::agent::bpf
