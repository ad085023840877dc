// SPDX-License-Identifier: Apache-2.0
// The records of pools.
#include "coordinator/model/cloud.h"

namespace weft::coordinator {

std::vector<Id> Cloud::records_of_pool(Id pool) const {
    std::vector<Id> found;
    for (auto at = index_.records_by_pool.lower_bound({pool.value, 0});
         at != index_.records_by_pool.end() && at->first == pool.value; ++at)
        found.push_back({Kind::record, at->second});
    return found;
}

Ptr<schema::Record> Cloud::record_of_pool(Id pool, std::uint64_t after, const Fits& fits) const {
    const auto search = [&](std::uint64_t from, std::uint64_t to) -> Ptr<schema::Record> {
        const auto end = index_.records_by_pool.upper_bound({pool.value, to});
        for (auto at = index_.records_by_pool.lower_bound({pool.value, from}); at != end; ++at)
            if (auto record = find<schema::Record>({Kind::record, at->second}); record && fits(*record))
                return record;
        return nullptr;
    };
    if (auto found = search(after + 1, ~std::uint64_t{0})) return found;
    return search(0, after);
}

}  // namespace weft::coordinator
