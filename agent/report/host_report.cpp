// SPDX-License-Identifier: Apache-2.0
#include "agent/report/host_report.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace weft::agent {

wire::Report host_report(const HostReport& report, const std::vector<std::string>& frameworks) {
    constexpr std::size_t longest_problem = 4096;
    wire::Report message;
    for (const auto& capability : report.capabilities) {
        const bool is_framework = capability.find('/') != std::string::npos;
        if (!is_framework || frameworks.empty() ||
            std::ranges::find(frameworks, capability) != frameworks.end())
            message.capabilities.push_back(capability);
    }
    message.capabilities.emplace_back("lease");
    message.underlay = report.underlay;
    message.underlay_mtu = report.underlay_mtu;
    message.nics = report.nics;
    message.problem = fmt::format("{}", fmt::join(report.problems, "; ")).substr(0, longest_problem);
    return message;
}

}  // namespace weft::agent
