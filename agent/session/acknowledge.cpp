// SPDX-License-Identifier: Apache-2.0
#include "agent/session/acknowledge.h"

namespace weft::agent {
namespace {

constexpr std::size_t most_items = 256;
constexpr std::size_t most_bytes = 48U << 10;  // of a list; an attribute has 64 KiB
constexpr std::size_t most_reason = 1024;
constexpr std::size_t item_overhead = 32;

}  // namespace

wire::Installed acknowledge(const Outcome& outcome) {
    wire::Installed message;
    message.revision = outcome.revision;
    message.needs_confirmation = !outcome.needs_confirmation.empty();
    message.problem = outcome.needs_confirmation.substr(0, most_reason);

    std::size_t bytes = 0;
    for (const auto& [object, reason] : outcome.failed) {
        bytes += item_overhead + object.key.size() + std::min(reason.size(), most_reason);
        if (message.failed.size() == most_items || bytes > most_bytes) break;
        message.failed.push_back({object.kind, object.key, reason.substr(0, most_reason)});
    }
    bytes = 0;
    for (const auto& [object, reason] : outcome.waiting) {
        bytes += item_overhead + object.key.size();
        if (message.waiting.size() == most_items || bytes > most_bytes) break;
        message.waiting.push_back(object.key);
    }
    for (const auto& object : outcome.lost)
        if (message.lost.size() < most_items) message.lost.push_back(object.key);
    const auto left_out =
        outcome.failed.size() - message.failed.size() + outcome.waiting.size() - message.waiting.size();
    if (left_out != 0)
        message.problem +=
            (message.problem.empty() ? "" : "; ") + std::to_string(left_out) + " more objects failed or wait";
    return message;
}

}  // namespace weft::agent
