// SPDX-License-Identifier: Apache-2.0
// What runs, what is installed, what was counted and dropped. Layout of each: its table; values as in
// attribute.h.
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"
#include "weft/schema/host.h"

namespace weft::wire {

using schema::Bytes;
using schema::Tags;

// One host's session.
struct HostStatus {
    Id host;
    std::string name;
    schema::SessionState session{schema::SessionState::never};
    std::uint64_t installed{0};
    std::uint64_t convergence_us{0};
    std::vector<std::string> failed;
    std::vector<std::string> waiting;
    std::string problem;

    friend bool operator==(const HostStatus&, const HostStatus&) = default;
};

// The coordinator's or one agent's.
struct Status {
    std::string program;
    std::uint64_t cluster{0};
    std::uint64_t epoch{0};
    std::uint64_t revision{0};
    std::vector<HostStatus> hosts;
    std::vector<std::string> operations;
    Tags facts;

    friend bool operator==(const Status&, const Status&) = default;
};

// Drops for one reason.
struct ReasonCount {
    std::uint32_t reason{0};
    std::string name;
    std::uint64_t packets{0};

    friend bool operator==(const ReasonCount&, const ReasonCount&) = default;
};

// Absolute counters of one record on one host.
struct RecordCounters {
    Id record;
    std::string name;
    std::string host;
    std::uint64_t tx_packets{0};
    std::uint64_t tx_bytes{0};
    std::uint64_t rx_packets{0};
    std::uint64_t rx_bytes{0};
    std::vector<ReasonCount> drops;

    friend bool operator==(const RecordCounters&, const RecordCounters&) = default;
};

// Counters of one record, or of all.
struct CountersRequest {
    std::string record;

    friend bool operator==(const CountersRequest&, const CountersRequest&) = default;
};

// The answer; also an agent's report.
struct Counters {
    std::vector<RecordCounters> records;
    std::vector<std::string> missing_hosts;

    friend bool operator==(const Counters&, const Counters&) = default;
};

// What became of a packet.
enum class PacketVerdict : std::uint8_t {
    dropped = 0,
    sent = 1,
    delivered = 2,
    answered = 3,
    to_agent = 4,
    lost = 5,  // no packet: events were lost
};

// Packets of one agent as they are dropped and, with `verdicts`, as they pass. Empty or 0: any.
struct MonitorRequest {
    std::string record;
    std::string reason;
    bool verdicts{false};
    std::string remote;
    std::string proto;
    std::uint32_t port{0};
    std::string direction;
    std::uint32_t gni{0};

    friend bool operator==(const MonitorRequest&, const MonitorRequest&) = default;
};

// One packet, sampled.
struct PacketEvent {
    std::uint64_t time_us{0};
    std::uint32_t reason{0};
    std::string name;
    std::string text;
    Id record;
    std::string device;
    std::string packet;
    std::uint64_t lost{0};
    PacketVerdict verdict{PacketVerdict::dropped};
    std::string direction;
    std::uint32_t gni{0};
    std::string flow;
    Id rule_of;
    std::uint32_t rule{0};
    Id peer;
    std::string framework;
    std::uint64_t lost_rate{0};
    std::uint64_t lost_ring{0};
    std::uint64_t lost_reader{0};

    friend bool operator==(const PacketEvent&, const PacketEvent&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
inline constexpr auto enum_names<wire::PacketVerdict> = std::array{
    std::pair{wire::PacketVerdict::dropped, std::string_view{"dropped"}},
    std::pair{wire::PacketVerdict::sent, std::string_view{"sent"}},
    std::pair{wire::PacketVerdict::delivered, std::string_view{"delivered"}},
    std::pair{wire::PacketVerdict::answered, std::string_view{"answered"}},
    std::pair{wire::PacketVerdict::to_agent, std::string_view{"to-agent"}},
    std::pair{wire::PacketVerdict::lost, std::string_view{"lost"}},
};

template <>
struct Schema<wire::HostStatus> {
    static constexpr std::string_view name = "HostStatus";
    static constexpr auto fields = Fields{
        Field{1, "host", &wire::HostStatus::host, "the host", required},
        Field{2, "name", &wire::HostStatus::name, "its name"},
        Field{3, "session", &wire::HostStatus::session, "state of its session"},
        Field{4, "installed", &wire::HostStatus::installed, "newest revision installed"},
        Field{5, "convergence-us", &wire::HostStatus::convergence_us,
              "last commit to installed, microseconds"},
        Field{6, "failed", &wire::HostStatus::failed, "objects not installed, with reasons", settable, 0,
              256},
        Field{7, "waiting", &wire::HostStatus::waiting, "objects waiting for a device", settable, 0, 256},
        Field{8, "problem", &wire::HostStatus::problem, "why it is not used", settable, 0, 4096},
    };
};
WEFT_SCHEMA_COMPLETE(wire::HostStatus);

template <>
struct Schema<wire::Status> {
    static constexpr std::string_view name = "Status";
    static constexpr auto fields = Fields{
        Field{1, "program", &wire::Status::program, "program and version"},
        Field{2, "cluster", &wire::Status::cluster, "cluster id"},
        Field{3, "epoch", &wire::Status::epoch, "store epoch"},
        Field{4, "revision", &wire::Status::revision, "newest revision (agent: installed)"},
        Field{5, "hosts", &wire::Status::hosts, "one an entry", settable, 0, 1000},
        Field{6, "operations", &wire::Status::operations, "running operations, in words", settable, 0, 256},
        Field{7, "facts", &wire::Status::facts, "further NAME=VALUE facts", settable, 0, 64},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Status);

template <>
struct Schema<wire::ReasonCount> {
    static constexpr std::string_view name = "ReasonCount";
    static constexpr auto fields = Fields{
        Field{1, "reason", &wire::ReasonCount::reason, "number in abi/drop_reason.h"},
        Field{2, "name", &wire::ReasonCount::name, "its name"},
        Field{3, "packets", &wire::ReasonCount::packets, "dropped"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::ReasonCount);

template <>
struct Schema<wire::RecordCounters> {
    static constexpr std::string_view name = "RecordCounters";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::RecordCounters::record,
              "the record; none: packets that belong to no record"},
        Field{2, "name", &wire::RecordCounters::name, "its name"},
        Field{3, "host", &wire::RecordCounters::host, "the host's name"},
        Field{4, "tx-packets", &wire::RecordCounters::tx_packets, "from the instance, accepted"},
        Field{5, "tx-bytes", &wire::RecordCounters::tx_bytes, ""},
        Field{6, "rx-packets", &wire::RecordCounters::rx_packets, "delivered to the instance"},
        Field{7, "rx-bytes", &wire::RecordCounters::rx_bytes, ""},
        Field{8, "drops", &wire::RecordCounters::drops, "by reason", settable, 0, 256},
    };
};
WEFT_SCHEMA_COMPLETE(wire::RecordCounters);

template <>
struct Schema<wire::CountersRequest> {
    static constexpr std::string_view name = "CountersRequest";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::CountersRequest::record, "id or name; empty: all", settable, 0, 511},
    };
};
WEFT_SCHEMA_COMPLETE(wire::CountersRequest);

template <>
struct Schema<wire::Counters> {
    static constexpr std::string_view name = "Counters";
    static constexpr auto fields = Fields{
        Field{1, "records", &wire::Counters::records, "one a record and host", settable, 0, 2000},
        Field{2, "missing-hosts", &wire::Counters::missing_hosts, "hosts that did not answer in time",
              settable, 0, 1000},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Counters);

template <>
struct Schema<wire::MonitorRequest> {
    static constexpr std::string_view name = "MonitorRequest";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::MonitorRequest::record, "only this record's; empty: all", settable, 0, 511},
        Field{2, "reason", &wire::MonitorRequest::reason, "only this reason; empty: all", settable, 0, 64},
        Field{3, "verdicts", &wire::MonitorRequest::verdicts, "what passes too"},
        Field{4, "remote", &wire::MonitorRequest::remote, "only with this remote address or prefix", settable,
              0, 64},
        Field{5, "proto", &wire::MonitorRequest::proto, "only this protocol, by name or number", settable, 0,
              16},
        Field{6, "port", &wire::MonitorRequest::port, "only with this port at either end", settable, 0,
              65535},
        Field{7, "direction", &wire::MonitorRequest::direction, "tx: from the instance, rx: to it", settable,
              0, 2},
        Field{8, "gni", &wire::MonitorRequest::gni, "only of this partition", settable, 0, 0xffffff},
    };
};
WEFT_SCHEMA_COMPLETE(wire::MonitorRequest);

template <>
struct Schema<wire::PacketEvent> {
    static constexpr std::string_view name = "PacketEvent";
    static constexpr auto fields = Fields{
        Field{1, "time-us", &wire::PacketEvent::time_us, "microseconds since 1970 UTC"},
        Field{2, "reason", &wire::PacketEvent::reason, "number in abi/drop_reason.h"},
        Field{3, "name", &wire::PacketEvent::name, "its name"},
        Field{4, "text", &wire::PacketEvent::text, "its text"},
        Field{5, "record", &wire::PacketEvent::record, "the record; none: not known"},
        Field{6, "device", &wire::PacketEvent::device, "where it happened"},
        Field{7, "packet", &wire::PacketEvent::packet, "the packet in words", settable, 0, 1024},
        Field{8, "lost", &wire::PacketEvent::lost, "events lost since the last one"},
        Field{9, "verdict", &wire::PacketEvent::verdict, "what became of it"},
        Field{10, "direction", &wire::PacketEvent::direction, "tx: from the instance, rx: to it"},
        Field{11, "gni", &wire::PacketEvent::gni, "guest network identifier; 0: not known"},
        Field{12, "flow", &wire::PacketEvent::flow,
              "new, established, related or fragment; empty: not tracked"},
        Field{13, "rule-of", &wire::PacketEvent::rule_of, "the group with the rule that allowed its flow"},
        Field{14, "rule", &wire::PacketEvent::rule, "place of that rule in it, from 0"},
        Field{15, "peer", &wire::PacketEvent::peer, "the host it went to or came from"},
        Field{16, "framework", &wire::PacketEvent::framework, "the framework it went or came in"},
        Field{17, "lost-rate", &wire::PacketEvent::lost_rate, "of the lost: more than may be sampled"},
        Field{18, "lost-ring", &wire::PacketEvent::lost_ring, "of the lost: the ring buffer was full"},
        Field{19, "lost-reader", &wire::PacketEvent::lost_reader, "of the lost: the reader was too slow"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::PacketEvent);

}  // namespace weft::schema
