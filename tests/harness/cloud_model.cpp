// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/cloud_model.h"

#include <algorithm>

namespace weft::test {

std::string to_string(const Request& request) {
    static constexpr const char* names[] = {"create", "describe", "readdress", "remove", "attach", "detach"};
    return std::string(names[static_cast<int>(request.verb)]) + ' ' + request.record + ' ' + request.address +
           request.instance + ' ' + request.mark;
}

std::string to_string(const CloudModel& model) {
    std::string text;
    for (const auto& [name, record] : model.records)
        text += "  " + name + ' ' + record.address + " \"" + record.mark + "\" on " + record.instance + '\n';
    return text;
}

std::optional<ErrorCode> CloudModel::apply(const Request& request) {
    using Verb = Request::Verb;
    const auto taken = [&] {
        return std::ranges::any_of(records, [&](const auto& entry) {
            return entry.first != request.record && entry.second.address == request.address;
        });
    };
    const auto at = records.find(request.record);
    if (request.verb == Verb::create) {
        if (at != records.end() || taken()) return ErrorCode::conflict;
        records[request.record] = {request.address, request.mark, {}};
        return {};
    }
    if (at == records.end()) return ErrorCode::not_found;
    auto& record = at->second;
    switch (request.verb) {
        case Verb::readdress:
            if (taken()) return ErrorCode::conflict;
            record.address = request.address;
            [[fallthrough]];
        case Verb::describe: record.mark = request.mark; return {};
        case Verb::remove:
            if (!record.instance.empty()) return ErrorCode::conflict;
            records.erase(at);
            return {};
        case Verb::attach:
            if (!record.instance.empty() && record.instance != request.instance) return ErrorCode::conflict;
            record.instance = request.instance;
            return {};
        case Verb::detach: record.instance.clear(); return {};
        case Verb::create: break;
    }
    return {};
}

}  // namespace weft::test
