// SPDX-License-Identifier: Apache-2.0
#include "agent/state/desired_set.h"

namespace weft::agent {

void DesiredSet::remove(const ObjectKey& key) {
    schema::with_desired(key.kind, [&]<class T>(std::type_identity<T>) { remove<T>(key.key); });
}

bool DesiredSet::holds(const ObjectKey& key) const {
    bool held = false;
    schema::with_desired(key.kind,
                         [&]<class T>(std::type_identity<T>) { held = find<T>(key.key) != nullptr; });
    return held;
}

std::size_t DesiredSet::size() const {
    return std::apply([](const auto&... objects) { return (objects.size() + ...); }, objects_);
}

}  // namespace weft::agent
