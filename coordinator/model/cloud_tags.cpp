// SPDX-License-Identifier: Apache-2.0
// Security tags, and where they are.
#include "coordinator/model/cloud.h"

namespace weft::coordinator {
namespace {

using schema::SecurityTag;

// The second members of the pairs that begin with `first`.
template <class Pairs, class Fn>
void each_second(const Pairs& pairs, std::uint64_t first, Fn&& fn) {
    for (auto at = pairs.lower_bound({first, 0}); at != pairs.end(); ++at) {
        std::pair<std::uint64_t, std::uint64_t> pair;
        if constexpr (requires { at->first.first; })
            pair = at->first;
        else
            pair = *at;
        if (pair.first != first || !fn(pair.second)) return;
    }
}

}  // namespace

Ptr<SecurityTag> Cloud::tag(std::uint32_t number) const {
    const auto at = index_.tags_by_number.find(number);
    return at == index_.tags_by_number.end() ? nullptr : find<SecurityTag>({Kind::tag, at->second});
}

Ptr<SecurityTag> Cloud::highest_tag() const {
    return index_.tags_by_number.empty() ? nullptr : tag(index_.tags_by_number.rbegin()->first);
}

Ptr<SecurityTag> Cloud::tag_of(const std::vector<Id>& groups) const {
    const auto at = index_.tags_by_set.find(groups);
    return at == index_.tags_by_set.end() ? nullptr : find<SecurityTag>({Kind::tag, at->second});
}

std::vector<Ptr<SecurityTag>> Cloud::tags(Id partition) const {
    std::vector<Ptr<SecurityTag>> found;
    each_second(index_.tags_by_partition, partition.value, [&](std::uint64_t number) {
        found.push_back(tag(static_cast<std::uint32_t>(number)));
        return true;
    });
    return found;
}

std::vector<Ptr<SecurityTag>> Cloud::tags_of_group(Id group) const {
    std::vector<Ptr<SecurityTag>> found;
    each_second(index_.tags_by_group, group.value, [&](std::uint64_t number) {
        found.push_back(tag(static_cast<std::uint32_t>(number)));
        return true;
    });
    return found;
}

std::vector<Id> Cloud::records_of_tag(std::uint32_t number, std::size_t most) const {
    std::vector<Id> found;
    each_second(index_.records_by_tag, number, [&](std::uint64_t id) {
        if (found.size() < most) found.push_back({Kind::record, id});
        return found.size() < most;
    });
    return found;
}

std::vector<Id> Cloud::hosts_of_tag(std::uint32_t number) const {
    std::vector<Id> found;
    each_second(index_.tag_hosts, number, [&](std::uint64_t host) {
        found.push_back({Kind::host, host});
        return true;
    });
    return found;
}

std::vector<std::uint32_t> Cloud::tags_on_host(Id host) const {
    std::vector<std::uint32_t> found;
    each_second(index_.host_tags, host.value, [&](std::uint64_t number) {
        found.push_back(static_cast<std::uint32_t>(number));
        return true;
    });
    return found;
}

}  // namespace weft::coordinator
