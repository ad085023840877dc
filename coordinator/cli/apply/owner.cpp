// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/owner.h"

#include <algorithm>

namespace weft::cli {
namespace {

using schema::Value;

const Value* tag_of(const Value* tags, const std::string& key) { return tags ? tags->find(key) : nullptr; }

// As the coordinator gives them back.
void sort(Value& tags) { std::ranges::sort(std::get<Value::Map>(tags.data), {}, &Value::Entry::key); }

}  // namespace

Result<Owner> read_owner(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
        return invalid("--owner-label", "expected KEY=VALUE, got '" + text + "'");
    return Owner{text.substr(0, equals), text.substr(equals + 1)};
}

bool carries(const Owner& owner, const Value& object) {
    const auto* value = tag_of(object.find("tags"), owner.key);
    return value && *value == Value{owner.value};
}

Result<void> label(const Owner& owner, Wanted& wanted, const std::string& key, const Value* present) {
    const auto* given = wanted.fields.find("tags");
    const auto* there = present ? present->find("tags") : nullptr;
    for (const auto* tags : {given, there}) {
        const auto* value = tag_of(tags, owner.key);
        if (!value || *value == Value{owner.value}) continue;
        auto error = wrong(wanted.position, "",
                           std::string(to_string(wanted.kind)) + ' ' + key + " is another owner's: its tag " +
                               owner.key + " is " + describe(*value));
        error.code = ErrorCode::conflict;
        return error;
    }
    Value tags = given ? *given : there ? *there : Value{Value::Map{}};
    tags.set(owner.key, {owner.value});
    sort(tags);
    wanted.fields.set("tags", std::move(tags));
    return {};
}

}  // namespace weft::cli
