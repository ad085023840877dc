// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/groups.h"

#include <algorithm>

namespace weft::coordinator {
namespace {

using schema::SecurityTag;

constexpr std::size_t most_object_bytes = 60'000;

// The tag with the highest number keeps it from being given again: without records it stands for nothing.
void retire(Draft& draft, SecurityTag tag) {
    tag.partition = {};
    tag.groups.clear();
    draft.put(std::move(tag));
}

Result<std::uint32_t> new_tag(Draft& draft, Id partition, const std::vector<Id>& groups) {
    SecurityTag tag;
    tag.id = new_id(Kind::tag);
    tag.number = 1;
    tag.partition = partition;
    tag.groups = groups;
    if (const auto highest = draft.cloud().highest_tag()) {
        if (highest->number == schema::max_tag)
            return Error{ErrorCode::exhausted, "no security tag is left", "security-groups", 0};
        tag.number = highest->number + 1;
        if (highest->groups.empty()) draft.erase(highest->id);
    }
    for (const Id group : groups) draft.rely(group);
    const auto number = tag.number;
    draft.put(std::move(tag));
    return number;
}

}  // namespace

schema::SecurityGroup default_group(const schema::Partition& partition) {
    schema::SecurityGroup group;
    group.id = new_id(Kind::security_group);
    group.name = default_group_name;
    group.description = "for records that are created without groups";
    group.partition = partition.id;
    schema::SecurityRule out;
    out.direction = schema::Direction::egress;
    schema::SecurityRule in;
    in.group = group.id;
    group.rules = {out, in};
    return group;
}

Result<void> check_size(const Object& object, std::string_view field) {
    WEFT_TRY(const auto bytes, encode_object(object));
    if (bytes.size() <= most_object_bytes) return {};
    return invalid(std::string(field), "they need " + std::to_string(bytes.size()) + " bytes, of at most " +
                                           std::to_string(most_object_bytes) + ": shorten the descriptions");
}

Result<void> enter_groups(Draft& draft, schema::Record& record) {
    const auto& cloud = draft.cloud();
    if (record.security_groups.empty()) {
        const auto group = cloud.group(record.partition, default_group_name);
        if (!group) return not_found("the partition has no group " + std::string(default_group_name));
        record.security_groups = {group->id};
    }
    auto set = record.security_groups;
    std::sort(set.begin(), set.end());
    for (std::size_t i = 0; i < set.size(); ++i) {
        const auto group = cloud.find<schema::SecurityGroup>(set[i]);
        if (!group || group->partition != record.partition)
            return invalid("security-groups",
                           "its partition has no group " + (set[i] ? to_string(set[i]) : "''"));
        if (i > 0 && set[i] == set[i - 1]) return invalid("security-groups", group->name + " is given twice");
    }
    if (const auto tag = cloud.tag_of(set)) {
        draft.rely(tag->id);
        record.tag = tag->number;
        return {};
    }
    WEFT_TRY(record.tag, new_tag(draft, record.partition, set));
    return {};
}

void leave_groups(Draft& draft, const schema::Record& before) {
    const auto tag = draft.cloud().tag(before.tag);
    if (!tag) return;
    const auto carries = [&](Id id) {
        const auto record = draft.find<schema::Record>(id);
        return record && record->tag == tag->number;
    };
    // A draft changes a record or two, so few have to be looked at before one is found that stays.
    const auto records = draft.cloud().records_of_tag(tag->number, 8);
    if (std::any_of(records.begin(), records.end(), carries)) return;
    draft.unused(ClaimKind::tag_use, std::to_string(tag->number));
    const auto record = draft.find<schema::Record>(before.id);
    const bool higher = record && record->tag > tag->number;
    if (draft.cloud().highest_tag()->number == tag->number && !higher)
        retire(draft, *tag);
    else
        draft.erase(tag->id);
}

}  // namespace weft::coordinator
