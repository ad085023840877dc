// SPDX-License-Identifier: Apache-2.0
#include "agent/report/metrics.h"

#include <algorithm>
#include <map>

#include "agent/report/drop_reason.h"
#include "weft/abi/counter.h"
#include "weft/abi/drop_reason.h"
#include "weft/base/version.h"

namespace weft::agent {
namespace {

using metrics::Exposition;

std::string_view direction_name(std::uint32_t direction) {
    return direction == WEFT_TX ? "tx" : direction == WEFT_RX ? "rx" : "none";
}

void add_traffic(Exposition& out, const std::vector<RecordCounter>& counters, const FormerCounts& former) {
    RecordCounter sum = former.packets;
    for (const auto& counter : counters) {
        sum.tx_packets += counter.tx_packets;
        sum.tx_bytes += counter.tx_bytes;
        sum.rx_packets += counter.rx_packets;
        sum.rx_bytes += counter.rx_bytes;
    }
    auto& packets =
        out.counter("weft_agent_packets_total", "Packets that the instances sent (tx) and got (rx).");
    packets.add({{"direction", "tx"}}, sum.tx_packets);
    packets.add({{"direction", "rx"}}, sum.rx_packets);
    auto& bytes = out.counter("weft_agent_bytes_total", "Bytes of their Ethernet frames.");
    bytes.add({{"direction", "tx"}}, sum.tx_bytes);
    bytes.add({{"direction", "rx"}}, sum.rx_bytes);
}

// Every reason is there from the start, so that the first drop is a rise.
void add_drops(Exposition& out, const std::vector<DropCounter>& drops) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> packets;
#define WEFT_NO_DROPS(number, name, text) packets[{number, WEFT_TX}] = packets[{number, WEFT_RX}] = 0;
    WEFT_DROP_REASONS(WEFT_NO_DROPS)
#undef WEFT_NO_DROPS
    for (const auto& drop : drops)
        if (drop.record == 0) packets[{drop.reason, drop.direction}] = drop.packets;
    auto& family = out.counter("weft_agent_dropped_packets_total", "Packets dropped on this host.");
    for (const auto& [key, count] : packets)
        family.add({{"reason", drop_reason(key.first).name}, {"direction", direction_name(key.second)}},
                   count);
}

void add_records(Exposition& out, const std::vector<RecordCounter>& counters,
                 const std::vector<DropCounter>& drops) {
    auto& packets = out.counter("weft_agent_record_packets_total", "Packets of one record.");
    auto& bytes = out.counter("weft_agent_record_bytes_total", "Bytes of one record's Ethernet frames.");
    for (const auto& counter : counters) {
        const auto record = to_string(Id{Kind::record, counter.record});
        packets.add({{"record", record}, {"direction", "tx"}}, counter.tx_packets);
        packets.add({{"record", record}, {"direction", "rx"}}, counter.rx_packets);
        bytes.add({{"record", record}, {"direction", "tx"}}, counter.tx_bytes);
        bytes.add({{"record", record}, {"direction", "rx"}}, counter.rx_bytes);
    }
    auto& dropped = out.counter("weft_agent_record_dropped_packets_total", "Packets of one record dropped.");
    for (const auto& drop : drops)
        if (drop.record != 0)
            dropped.add({{"record", to_string(Id{Kind::record, drop.record})},
                         {"reason", drop_reason(drop.reason).name},
                         {"direction", direction_name(drop.direction)}},
                        drop.packets);
}

// Returns the entries of the flow table.
std::uint64_t add_flows(Exposition& out, const std::vector<FlowUse>& uses, const FormerCounts& former) {
    FlowUse sum = former.flows;
    std::uint64_t entries = 0;
    for (const auto& use : uses) {
        sum.added += use.added;
        sum.refused += use.refused;
        entries += use.added - std::min(use.added, use.removed);
    }
    out.counter("weft_agent_flows_added_total", "Connections that were tracked.").add({}, sum.added);
    out.counter("weft_agent_flows_refused_total", "New connections refused at a record's quota.")
        .add({}, sum.refused);
    return entries;
}

bool can_fill(MapId map) { return map != MapId::own && map != MapId::config; }

void add_maps(Exposition& out, Datapath& datapath, const Reconciler& reconciler, std::uint64_t flows) {
    auto& entries = out.gauge("weft_agent_map_entries", "Entries of a table of the packet path.");
    auto& capacity = out.gauge("weft_agent_map_capacity_entries", "Entries that the table has room for.");
    entries.add({{"map", "flow"}}, flows);
    capacity.add({{"map", "flow"}}, std::uint64_t{datapath.flow_capacity()});
    for (std::size_t i = 0; i < map_count; ++i) {
        const auto map = static_cast<MapId>(i);
        if (!can_fill(map)) continue;
        entries.add({{"map", map_names[i]}}, std::uint64_t{reconciler.entries(map)});
        capacity.add({{"map", map_names[i]}}, std::uint64_t{datapath.map_room(map)});
    }
}

void add_objects(Exposition& out, const Reconciler& reconciler) {
    const auto outcome = reconciler.outcome();
    out.gauge("weft_agent_desired_revision", "The coordinator's revision that this host shall be at.")
        .add({}, reconciler.desired_revision());
    out.gauge("weft_agent_installed_revision", "The revision that is installed.")
        .add({}, reconciler.installed().revision);
    out.gauge("weft_agent_objects", "Objects that this host shall hold.")
        .add({}, std::uint64_t{reconciler.desired().size()});
    out.gauge("weft_agent_objects_failed", "Objects that could not be installed.")
        .add({}, std::uint64_t{outcome.failed.size()});
    out.gauge("weft_agent_objects_waiting", "Objects that wait for a device, a namespace or a route.")
        .add({}, std::uint64_t{outcome.waiting.size()});
    out.gauge("weft_agent_needs_confirmation", "1 while a snapshot is held back until it is confirmed.")
        .add({}, std::uint64_t{!outcome.needs_confirmation.empty()});
    const auto& compiling = reconciler.compiling();
    out.summary("weft_agent_policy_compile_seconds", "Compiling the rules of a policy.")
        .add_sum(compiling.count, std::chrono::duration<double>(compiling.time).count());
}

void add_services(Exposition& out, const ServiceCounts& services) {
    auto& family = out.counter("weft_agent_dhcp_messages_total", "DHCP messages of instances.");
    family.add({{"outcome", "answered"}}, services.answered);
    family.add({{"outcome", "ignored"}}, services.ignored);
    family.add({{"outcome", "refused"}}, services.refused);
}

void add_lost_samples(Exposition& out, Datapath& datapath) {
    auto& family =
        out.counter("weft_agent_event_samples_lost_total", "Packets that no monitor could be shown.");
    for (const auto& [sort, name] :
         {std::pair{WEFT_EVENT_DROPS, "dropped"}, {WEFT_EVENT_VERDICTS, "passed"}}) {
        const auto lost = datapath.lost_events(sort);
        family.add({{"packets", name}}, lost.rate + lost.ring);
    }
}

}  // namespace

Exposition agent_metrics(Datapath& datapath, const Reconciler& reconciler, const SessionFigures& session,
                         const ServiceCounts& services, bool records) {
    Exposition out;
    out.gauge("weft_agent_build_info", "Always 1; its label says what runs.")
        .add({{"version", version}}, std::uint64_t{1});
    const auto former = datapath.former_counts();
    const auto counters = datapath.counters();
    const auto drops = datapath.drops();
    if (counters) add_traffic(out, *counters, former);
    if (drops) add_drops(out, *drops);
    if (records && counters && drops) add_records(out, *counters, *drops);
    const auto flows = add_flows(out, datapath.flow_uses(), former);
    add_maps(out, datapath, reconciler, flows);
    add_objects(out, reconciler);
    out.gauge("weft_agent_session_connected", "1 while there is a session with a coordinator.")
        .add({}, std::uint64_t{session.connected});
    out.counter("weft_agent_sessions_total", "Sessions opened since the agent started.")
        .add({}, session.opened);
    out.gauge("weft_agent_usage_report_age_seconds",
              "Since the coordinator acknowledged a report of usage, or the agent started.")
        .add({}, session.usage_age);
    add_lost_samples(out, datapath);
    add_services(out, services);
    return out;
}

}  // namespace weft::agent
