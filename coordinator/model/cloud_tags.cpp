// SPDX-License-Identifier: Apache-2.0
// Security tags, and where they are.
#include "coordinator/model/cloud.h"
#include "coordinator/model/pairs.h"

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
    const auto at = tags_by_number_.find(number);
    return at == tags_by_number_.end() ? nullptr : find<SecurityTag>({Kind::tag, at->second});
}

Ptr<SecurityTag> Cloud::highest_tag() const {
    return tags_by_number_.empty() ? nullptr : tag(tags_by_number_.rbegin()->first);
}

Ptr<SecurityTag> Cloud::tag_of(const std::vector<Id>& groups) const {
    const auto at = tags_by_set_.find(groups);
    return at == tags_by_set_.end() ? nullptr : find<SecurityTag>({Kind::tag, at->second});
}

std::vector<Ptr<SecurityTag>> Cloud::tags(Id partition) const {
    std::vector<Ptr<SecurityTag>> found;
    each_second(tags_by_partition_, partition.value, [&](std::uint64_t number) {
        found.push_back(tag(static_cast<std::uint32_t>(number)));
        return true;
    });
    return found;
}

std::vector<Ptr<SecurityTag>> Cloud::tags_of_group(Id group) const {
    std::vector<Ptr<SecurityTag>> found;
    each_second(tags_by_group_, group.value, [&](std::uint64_t number) {
        found.push_back(tag(static_cast<std::uint32_t>(number)));
        return true;
    });
    return found;
}

std::vector<Id> Cloud::records_of_tag(std::uint32_t number, std::size_t most) const {
    std::vector<Id> found;
    each_second(records_by_tag_, number, [&](std::uint64_t id) {
        if (found.size() < most) found.push_back({Kind::record, id});
        return found.size() < most;
    });
    return found;
}

std::vector<Id> Cloud::hosts_of_tag(std::uint32_t number) const {
    std::vector<Id> found;
    each_second(tag_hosts_, number, [&](std::uint64_t host) {
        found.push_back({Kind::host, host});
        return true;
    });
    return found;
}

std::vector<std::uint32_t> Cloud::tags_on_host(Id host) const {
    std::vector<std::uint32_t> found;
    each_second(host_tags_, host.value, [&](std::uint64_t number) {
        found.push_back(static_cast<std::uint32_t>(number));
        return true;
    });
    return found;
}

void Cloud::index(const SecurityTag& tag, bool on) {
    if (on)
        tags_by_number_[tag.number] = tag.id.value;
    else
        tags_by_number_.erase(tag.number);
    if (tag.groups.empty()) return;
    if (on)
        tags_by_set_[tag.groups] = tag.id.value;
    else
        tags_by_set_.erase(tag.groups);
    set_pair(tags_by_partition_, tag.partition.value, tag.number, on);
    for (const Id group : tag.groups) set_pair(tags_by_group_, group.value, tag.number, on);
}

void Cloud::index_tag(const schema::Attachment& attachment, std::uint32_t tag, bool on) {
    if (tag == 0 || !attachment.host) return;
    count_pair(tag_hosts_, tag, attachment.host.value, on);
    count_pair(host_tags_, attachment.host.value, tag, on);
}

}  // namespace weft::coordinator
