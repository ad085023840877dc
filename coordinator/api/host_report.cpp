// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/host_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/base/log.h"

namespace weft::coordinator::api {

Result<void> check_underlay(const schema::Host& host, const std::vector<Address>& reported) {
    std::vector<std::string> missing, present;
    for (const auto& address : reported) present.push_back(to_string(address));
    for (const auto& address : host.underlay)
        if (std::ranges::find(reported, address) == reported.end()) missing.push_back(to_string(address));
    if (missing.empty()) return {};
    return refused(
        fmt::format("underlay addresses do not match: declared {}, which the host does not have ({})",
                    fmt::join(missing, ", "), fmt::join(present, ", ")));
}

void take_report(Backend& backend, Id id, const wire::Report& report) {
    const auto host = backend.cloud().find<schema::Host>(id);
    if (!host) return;
    const auto match = check_underlay(*host, report.underlay);
    backend.table.set_report(id, report.problem.empty() && !match ? match.error().text : report.problem);
    if (host->capabilities == report.capabilities && host->underlay_mtu == report.underlay_mtu &&
        host->nics == report.nics)
        return;
    backend.service.update_host(
        id,
        [report](schema::Host& object) {
            object.capabilities = report.capabilities;
            object.underlay_mtu = report.underlay_mtu;
            object.nics = report.nics;
        },
        [name = host->name](const Result<Revision>& result) {
            if (!result) log_error("api", "host {}: {}", name, result.error().message());
        });
}

}  // namespace weft::coordinator::api
