// SPDX-License-Identifier: Apache-2.0
// Which sampled packets somebody wants to see. Pure.
#pragma once

#include <optional>

#include "agent/reconcile/watched.h"
#include "weft/abi/event.h"
#include "weft/net/prefix.h"
#include "weft/wire/message/status.h"

namespace weft::agent {

class EventFilter {
public:
    // Errors name the field: a record that is no id, a reason that is not listed, a remote that is no prefix,
    // a protocol that has no such name, a direction other than rx and tx.
    [[nodiscard]] static Result<EventFilter> make(const wire::MonitorRequest& request);

    [[nodiscard]] bool matches(const weft_event& event) const;
    // Whether more than drops.
    [[nodiscard]] bool verdicts() const { return verdicts_; }
    // Adds the records and directions whose verdicts can match.
    void add_to(Watched& watched) const;

private:
    [[nodiscard]] bool matches_packet(const weft_event& event) const;

    bool verdicts_{false};
    std::uint64_t record_{0};  // 0, here and below: any
    std::uint32_t reason_{0};
    std::uint32_t direction_{0};
    std::uint32_t gni_{0};
    std::uint32_t port_{0};
    std::optional<Prefix> remote_;
    std::optional<std::uint8_t> protocol_;
};

}  // namespace weft::agent
