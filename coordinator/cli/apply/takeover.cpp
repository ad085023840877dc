// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/takeover.h"

#include <algorithm>

#include "coordinator/cli/apply/plan_attachment.h"
#include "coordinator/cli/names.h"

namespace weft::cli {
namespace {

using schema::Value;
using Keys = std::vector<std::string>;

bool contains(const Keys& keys, const std::string& key) { return std::ranges::find(keys, key) != keys.end(); }

Keys standbys_there(const Universe& universe, const Value& record) {
    Keys out;
    if (const auto* standbys = record.find("standbys"); standbys && standbys->get<Value::List>())
        for (const auto& id : *standbys->get<Value::List>())
            out.push_back(universe.key_of(*id.get<std::string>()));
    return out;
}

// Those of the document; where it does not say, those there are.
Keys standbys_wanted(const Document& document, const Universe& universe, const std::string& key,
                     const Keys& there) {
    for (const auto& one : document) {
        const auto* standbys = one.references.find("standbys");
        if (one.kind != Kind::record || key != one.partition + '/' + one.name || !standbys) continue;
        Keys out;
        for (const auto& ref : *standbys->get<Value::List>())
            if (auto known = universe.resolve(Kind::instance, *ref.get<std::string>(), {}, ref.position))
                out.push_back(std::move(*known));
        return out;
    }
    return there;
}

}  // namespace

std::optional<Takeover> taken_over(const Document& document, const Present& present, const Universe& universe,
                                   const Value& record, const std::string& key, const std::string& instance) {
    const auto there = standbys_there(universe, record);
    if (!contains(there, instance)) return std::nullopt;
    auto wanted = standbys_wanted(document, universe, key, there);
    Takeover out;
    if (const auto found = present.find(Kind::attachment); found != present.end())
        for (const auto& attachment : found->second)
            if (text_of(attachment, "record") == text_of(record, "id") && !leaving(attachment))
                out.attachment = &attachment;
    if (out.attachment == nullptr && text_of(record, "failover").empty()) return std::nullopt;
    if (out.attachment != nullptr) {
        out.instance = universe.key_of(text_of(*out.attachment, "instance"));
        if (out.instance == instance || (wanted != there && !contains(wanted, out.instance)))
            return std::nullopt;
        std::erase(wanted, out.instance);
    }
    if (!contains(wanted, instance)) wanted.push_back(instance);
    out.standbys = std::ranges::is_permutation(wanted, there) ? there : wanted;
    return out;
}

std::map<std::string, std::string> instances_wanted(const Document& document, const Universe& universe) {
    std::map<std::string, std::string> out;
    const auto key = [&](const Wanted& one, Kind kind, std::string_view field) {
        const auto& ref = *one.references.find(field);
        return universe.resolve(kind, *ref.get<std::string>(), {}, ref.position);
    };
    for (const auto& one : document) {
        if (one.kind != Kind::attachment) continue;
        const auto record = key(one, Kind::record, "record");
        const auto instance = key(one, Kind::instance, "instance");
        if (record && instance) out[*record] = *instance;
    }
    return out;
}

}  // namespace weft::cli
