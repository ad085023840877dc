// SPDX-License-Identifier: Apache-2.0
// What records used (row 8.4): the agents' absolute counts, and what a ledger says about a period. Layout of
// each: its table; values as in attribute.h.
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::wire {

// What one counter of one host has counted since it was made; a record that comes back has another one.
struct UsageCount {
    std::uint64_t life{0};
    Id record;
    std::uint64_t tx_packets{0};
    std::uint64_t tx_bytes{0};
    std::uint64_t rx_packets{0};
    std::uint64_t rx_bytes{0};
    std::uint64_t tx_drops{0};
    std::uint64_t rx_drops{0};
    bool gone{false};

    friend bool operator==(const UsageCount&, const UsageCount&) = default;
};

// Of an agent: all its counters at the begin of a session, then those that changed. Repeating one is no harm.
struct UsageReport {
    std::uint64_t number{0};
    std::uint64_t incarnation{0};
    std::uint32_t interval{0};
    std::vector<UsageCount> counts;

    friend bool operator==(const UsageReport&, const UsageReport&) = default;
};

// The report is durable: counters that were gone in it may be forgotten.
struct UsageAck {
    std::uint64_t number{0};

    friend bool operator==(const UsageAck&, const UsageAck&) = default;
};

struct UsageRequest {
    std::string record;
    std::string account;
    std::string partition;
    std::uint64_t from{0};
    std::uint64_t to{0};

    friend bool operator==(const UsageRequest&, const UsageRequest&) = default;
};

// One record, existing or deleted, while it was on one account. Bytes are those of Ethernet frames as the
// instance sees them, without checksum.
struct RecordUsage {
    Id record;
    std::string name;
    Id partition;
    std::string partition_name;
    std::string owner;
    std::string account;
    std::uint64_t record_seconds{0};
    std::uint64_t attached_seconds{0};
    std::uint64_t tx_packets{0};
    std::uint64_t tx_bytes{0};
    std::uint64_t rx_packets{0};
    std::uint64_t rx_bytes{0};
    std::uint64_t tx_drops{0};
    std::uint64_t rx_drops{0};
    bool estimated{false};

    friend bool operator==(const RecordUsage&, const RecordUsage&) = default;
};

struct Usage {
    std::vector<RecordUsage> records;

    friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::UsageCount> {
    static constexpr std::string_view name = "UsageCount";
    static constexpr auto fields = Fields{
        Field{1, "life", &wire::UsageCount::life, "the counter: a random number of its own", required},
        Field{2, "record", &wire::UsageCount::record, "whose it is", required},
        Field{3, "tx-packets", &wire::UsageCount::tx_packets, "from the instance, accepted"},
        Field{4, "tx-bytes", &wire::UsageCount::tx_bytes, ""},
        Field{5, "rx-packets", &wire::UsageCount::rx_packets, "delivered to the instance"},
        Field{6, "rx-bytes", &wire::UsageCount::rx_bytes, ""},
        Field{7, "tx-drops", &wire::UsageCount::tx_drops, "packets of the instance dropped"},
        Field{8, "rx-drops", &wire::UsageCount::rx_drops, "packets for the instance dropped"},
        Field{9, "gone", &wire::UsageCount::gone, "these are its last values"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::UsageCount);

template <>
struct Schema<wire::UsageReport> {
    static constexpr std::string_view name = "UsageReport";
    static constexpr auto fields = Fields{
        Field{1, "number", &wire::UsageReport::number, "counts the reports of this agent", required},
        Field{2, "incarnation", &wire::UsageReport::incarnation,
              "of the host's counters: another one, and those from before are lost", required},
        Field{3, "interval", &wire::UsageReport::interval, "seconds between reports", required, 1, 3600},
        Field{4, "counts", &wire::UsageReport::counts, "one a counter", settable, 0, 1000},
    };
};
WEFT_SCHEMA_COMPLETE(wire::UsageReport);

template <>
struct Schema<wire::UsageAck> {
    static constexpr std::string_view name = "UsageAck";
    static constexpr auto fields = Fields{
        Field{1, "number", &wire::UsageAck::number, "of the report", required},
    };
};
WEFT_SCHEMA_COMPLETE(wire::UsageAck);

template <>
struct Schema<wire::UsageRequest> {
    static constexpr std::string_view name = "UsageRequest";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::UsageRequest::record, "id or name; empty: all", settable, 0, 511},
        Field{2, "account", &wire::UsageRequest::account, "billing account; empty: all", settable, 0, 255},
        Field{3, "partition", &wire::UsageRequest::partition, "id or name; empty: all", settable, 0, 255},
        Field{4, "from", &wire::UsageRequest::from, "a whole hour; 0: from the begin", settable | timestamp},
        Field{5, "to", &wire::UsageRequest::to, "a whole hour, not included; 0: until now",
              settable | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(wire::UsageRequest);

template <>
struct Schema<wire::RecordUsage> {
    static constexpr std::string_view name = "RecordUsage";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::RecordUsage::record, "the record"},
        Field{2, "name", &wire::RecordUsage::name, "its last name"},
        Field{3, "partition", &wire::RecordUsage::partition, "its partition"},
        Field{4, "partition-name", &wire::RecordUsage::partition_name, "the partition's name"},
        Field{5, "owner", &wire::RecordUsage::owner, "principal that owns it"},
        Field{6, "account", &wire::RecordUsage::account, "billing account"},
        Field{7, "record-seconds", &wire::RecordUsage::record_seconds, "that it existed"},
        Field{8, "attached-seconds", &wire::RecordUsage::attached_seconds,
              "that it was attached, of all its attachments"},
        Field{9, "tx-packets", &wire::RecordUsage::tx_packets, "from its instances, accepted"},
        Field{10, "tx-bytes", &wire::RecordUsage::tx_bytes, "of their Ethernet frames"},
        Field{11, "rx-packets", &wire::RecordUsage::rx_packets, "delivered to its instances"},
        Field{12, "rx-bytes", &wire::RecordUsage::rx_bytes, "of their Ethernet frames"},
        Field{13, "tx-drops", &wire::RecordUsage::tx_drops, "packets of its instances dropped"},
        Field{14, "rx-drops", &wire::RecordUsage::rx_drops, "packets for its instances dropped"},
        Field{15, "estimated", &wire::RecordUsage::estimated,
              "a host was lost, and with it at most its last interval"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::RecordUsage);

template <>
struct Schema<wire::Usage> {
    static constexpr std::string_view name = "Usage";
    static constexpr auto fields = Fields{
        Field{1, "records", &wire::Usage::records, "one a record and account", settable, 0, 2000},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Usage);

}  // namespace weft::schema
