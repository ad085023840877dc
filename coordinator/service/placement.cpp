// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/placement.h"

#include <algorithm>

namespace weft::coordinator {

Result<void> check_placement(const Cloud& cloud, const schema::Record& record, const schema::Host& host) {
    if (!record.zone.empty() && record.zone != host.zone)
        return conflict("host", "host " + host.name + " is in zone '" + host.zone + "', record " +
                                    record.name + " in '" + record.zone + "'");
    const auto partition = cloud.find<schema::Partition>(record.partition);
    if (partition && !partition->dedicated_hosts.empty() &&
        std::count(partition->dedicated_hosts.begin(), partition->dedicated_hosts.end(), host.id) == 0)
        return conflict("host", "host " + host.name + " is not among the dedicated hosts of partition " +
                                    partition->name);
    if (!record.exclusive && host.foreign)
        return conflict("host", "host " + host.name + " runs no agent, which an instance of record " +
                                    record.name + ", one of several, needs");
    return {};
}

std::string unusable(const Acknowledgements& hosts, const schema::Host& host) {
    if (auto problem = hosts.problem(host.id); !problem.empty()) return problem;
    // Reported capabilities are stored: only a host that never had a session has none.
    if (host.capabilities.empty() && !answers(hosts.session(host.id)))
        return "its agent has not reported yet";
    return {};
}

bool is_on(const schema::Instance& instance, Id host) {
    return instance.host == host || std::ranges::find(instance.hosts, host) != instance.hosts.end();
}

bool takes_ports(const schema::Instance& instance) {
    return instance.host && (instance.state == schema::InstanceState::running ||
                             instance.state == schema::InstanceState::booting);
}

bool is_moving(const Cloud& cloud, const schema::Instance& instance) {
    return std::ranges::any_of(cloud.attachments_of_instance(instance.id), [&](const auto& attachment) {
        const auto current = cloud.find<schema::Operation>(attachment->operation);
        return current && current->kind == schema::OperationKind::move;
    });
}

}  // namespace weft::coordinator
