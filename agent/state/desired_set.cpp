// SPDX-License-Identifier: Apache-2.0
#include "agent/state/desired_set.h"

namespace weft::agent {

void DesiredSet::remove(const ObjectKey& key) {
    switch (key.kind) {
        case schema::DesiredKind::peer: return remove<schema::Peer>(key.key);
        case schema::DesiredKind::route: return remove<schema::Route>(key.key);
        case schema::DesiredKind::mapping: return remove<schema::Mapping>(key.key);
        case schema::DesiredKind::source: return remove<schema::Source>(key.key);
        case schema::DesiredKind::port: return remove<schema::Port>(key.key);
    }
}

std::size_t DesiredSet::size() const {
    return std::apply([](const auto&... objects) { return (objects.size() + ...); }, objects_);
}

}  // namespace weft::agent
