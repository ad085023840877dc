// SPDX-License-Identifier: Apache-2.0
#include "coordinator/negotiation/select.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft::coordinator::negotiation {

namespace {

bool has(const Party& party, const Framework& framework) {
    return std::find(party.capabilities.begin(), party.capabilities.end(), framework.text()) !=
           party.capabilities.end();
}

Error nothing_in_common(const Party& sender, const Party& receiver) {
    const auto set = [](const Party& party) {
        return party.capabilities.empty()
                   ? party.name + " has reported none yet"
                   : fmt::format("{} has {}", party.name, fmt::join(party.capabilities, ", "));
    };
    return {ErrorCode::unsupported, fmt::format("no framework in common: {}; {}", set(sender), set(receiver)),
            "capabilities", 0};
}

std::string explain(const std::vector<Framework>& common, const Framework& chosen) {
    std::string text = chosen.text() + ": highest common version";
    std::vector<std::string_view> others;
    for (const auto& framework : common)
        if (framework.name != chosen.name &&
            std::find(others.begin(), others.end(), framework.name) == others.end())
            others.push_back(framework.name);
    if (!others.empty()) text += fmt::format(", preferred to {}", fmt::join(others, ", "));
    return text;
}

}  // namespace

Result<Selection> select(const Party& sender, const Party& receiver) {
    std::vector<Framework> common;
    for (const auto& framework : known_frameworks())
        if (has(sender, framework) && has(receiver, framework)) common.push_back(framework);
    if (common.empty()) return nothing_in_common(sender, receiver);
    Framework chosen = common.front();
    for (const auto& framework : common)
        if (framework.name == chosen.name && framework.version > chosen.version) chosen = framework;
    return Selection{chosen, explain(common, chosen)};
}

}  // namespace weft::coordinator::negotiation
