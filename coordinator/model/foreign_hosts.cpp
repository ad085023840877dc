// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/foreign_hosts.h"

#include <limits>

namespace weft::coordinator {

bool ForeignHosts::is_foreign(Id host) const {
    const auto found = cloud_.find<schema::Host>(host);
    return found && found->foreign;
}

schema::SessionState ForeignHosts::session(Id host) const {
    return is_foreign(host) ? schema::SessionState::foreign : agents_.session(host);
}

Revision ForeignHosts::installed(Id host) const {
    return is_foreign(host) ? std::numeric_limits<Revision>::max() : agents_.installed(host);
}

std::optional<std::string> ForeignHosts::failure(Id host, Id attachment) const {
    return agents_.failure(host, attachment);
}

bool ForeignHosts::waiting(Id host, Id attachment) const { return agents_.waiting(host, attachment); }

std::vector<Id> ForeignHosts::lost(Id host) const { return agents_.lost(host); }

std::string ForeignHosts::problem(Id host) const { return agents_.problem(host); }

schema::TrafficCounts ForeignHosts::counted(Id host, Id record) const {
    return agents_.counted(host, record);
}

}  // namespace weft::coordinator
