// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/guard.h"

#include <fmt/format.h>

namespace weft::agent {
namespace {

constexpr std::size_t guarded_above = 100;
constexpr MapId guarded_maps[] = {MapId::peer,           MapId::route,  MapId::mapping,
                                  MapId::mapping_prefix, MapId::source, MapId::source_prefix,
                                  MapId::any_source,     MapId::port};

}  // namespace

std::string guard(const Dumps& dumps, const Installed& installed, const DesiredSet& desired,
                  const Installed& snapshot) {
    std::size_t objects = 0;
    std::size_t removed = 0;
    for (const auto map : guarded_maps)
        for (const auto& entry : dumps[static_cast<std::size_t>(map)])
            if (const auto object = object_of(map, entry, installed.host)) {
                ++objects;
                if (!desired.holds(*object)) ++removed;
            }
    if (objects == 0) return {};
    const bool recorded =
        installed.cluster != 0 || installed.epoch != 0;  // a first install may have been cut off
    if (recorded && installed.cluster != snapshot.cluster)
        return fmt::format("{} objects are installed from cluster {:016x}, the coordinator is of {:016x}",
                           objects, installed.cluster, snapshot.cluster);
    if (recorded && installed.epoch != snapshot.epoch)
        return fmt::format(
            "{} objects are installed from epoch {:016x}, the coordinator's store is at {:016x}", objects,
            installed.epoch, snapshot.epoch);
    if (objects > guarded_above && removed > objects / 2)
        return fmt::format("{} of {} installed objects would be removed", removed, objects);
    return {};
}

}  // namespace weft::agent
