// SPDX-License-Identifier: Apache-2.0
// What was counted of a record's packets (row 1.1, monitoring).
#pragma once

#include "weft/schema/field.h"

namespace weft::schema {

// Since its hosts began to count, as they last said. Bytes are those of Ethernet frames as the instance sees
// them, without checksum.
struct TrafficCounts {
    std::uint64_t tx_packets{0};
    std::uint64_t tx_bytes{0};
    std::uint64_t rx_packets{0};
    std::uint64_t rx_bytes{0};
    std::uint64_t tx_drops{0};
    std::uint64_t rx_drops{0};
    std::uint64_t time{0};

    friend bool operator==(const TrafficCounts&, const TrafficCounts&) = default;
};

template <>
struct Schema<TrafficCounts> {
    static constexpr std::string_view name = "monitoring";
    static constexpr auto fields = Fields{
        Field{1, "tx-packets", &TrafficCounts::tx_packets, "from its instances, accepted"},
        Field{2, "tx-bytes", &TrafficCounts::tx_bytes, "of their Ethernet frames"},
        Field{3, "rx-packets", &TrafficCounts::rx_packets, "delivered to its instances"},
        Field{4, "rx-bytes", &TrafficCounts::rx_bytes, "of their Ethernet frames"},
        Field{5, "tx-drops", &TrafficCounts::tx_drops, "packets of its instances dropped"},
        Field{6, "rx-drops", &TrafficCounts::rx_drops, "packets for its instances dropped"},
        Field{7, "time", &TrafficCounts::time, "when its hosts last said so, the oldest of them",
              settable | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(TrafficCounts);

}  // namespace weft::schema
