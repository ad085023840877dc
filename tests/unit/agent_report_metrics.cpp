// SPDX-License-Identifier: Apache-2.0
// What the agent exposes of a known state.
#include <doctest/doctest.h>

#include "agent/report/metrics.h"
#include "tests/harness/fake_datapath.h"
#include "tests/harness/http.h"
#include "weft/abi/counter.h"
#include "weft/abi/drop_reason.h"

using namespace weft;
using namespace weft::agent;
using weft::test::FakeDatapath;
using weft::test::value_of;

namespace {

struct World {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};

    World() {
        datapath.record_counters = {{5, 1, 100, 2, 200, 3, 0}, {6, 10, 1000, 20, 2000, 0, 4}};
        datapath.drop_counters = {{0, WEFT_DROP_source_mac, WEFT_TX, 7, 700},
                                  {0, WEFT_DROP_flow_quota, WEFT_TX, 8, 800},
                                  {0, WEFT_DROP_flow_quota, WEFT_RX, 9, 900},
                                  {5, WEFT_DROP_source_mac, WEFT_TX, 3, 300}};
        datapath.former = {{0, 100, 10000, 200, 20000, 0, 0}, {0, 50, 0, 6}};
    }
    std::string text(bool records = false) {
        return '\n' + agent_metrics(datapath, reconciler, {true, 3, 61}, {4, 5, 6}, records).text();
    }
};

}  // namespace

TEST_CASE_FIXTURE(World,
                  "[8.3/metrics] the host's packets and bytes are those of all records, also former ones") {
    const auto said = text();
    CHECK(value_of(said, "weft_agent_packets_total{direction=\"tx\"}") == "111");
    CHECK(value_of(said, "weft_agent_packets_total{direction=\"rx\"}") == "222");
    CHECK(value_of(said, "weft_agent_bytes_total{direction=\"tx\"}") == "11100");
    CHECK(value_of(said, "weft_agent_bytes_total{direction=\"rx\"}") == "22200");
}

TEST_CASE_FIXTURE(World, "[8.3/metrics] drops are told by reason and direction, those that never were as 0") {
    const auto said = text();
    const auto dropped = [&](const std::string& labels) {
        return value_of(said, "weft_agent_dropped_packets_total{" + labels + "}");
    };
    CHECK(dropped("reason=\"source_mac\",direction=\"tx\"") == "7");
    CHECK(dropped("reason=\"source_mac\",direction=\"rx\"") == "0");
    CHECK(dropped("reason=\"flow_quota\",direction=\"tx\"") == "8");
    CHECK(dropped("reason=\"flow_quota\",direction=\"rx\"") == "9");
    CHECK(dropped("reason=\"ttl_exceeded\",direction=\"tx\"") == "0");
}

TEST_CASE_FIXTURE(World, "[8.3/metrics] single records are told only when that is asked for") {
    CHECK(text().find("weft_agent_record_") == std::string::npos);
    const auto said = text(true);
    const std::string five = "record=\"rec-00000000000000005\",";
    CHECK(value_of(said, "weft_agent_record_packets_total{" + five + "direction=\"rx\"}") == "2");
    CHECK(value_of(said, "weft_agent_record_bytes_total{" + five + "direction=\"tx\"}") == "100");
    CHECK(value_of(said, "weft_agent_record_dropped_packets_total{" + five +
                             "reason=\"source_mac\",direction=\"tx\"}") == "3");
}

TEST_CASE_FIXTURE(World,
                  "[8.3/metrics] flows are counted over all records, the table's entries over present ones") {
    datapath.flows_added = {{5, 30}, {6, 12}};
    datapath.flow_room = 1000;
    const auto said = text();
    std::uint64_t added = 50;
    std::uint64_t in_use = 0;
    for (const auto& use : datapath.flow_uses()) {
        added += use.added;
        in_use += use.added - use.removed;
    }
    CHECK(value_of(said, "weft_agent_flows_added_total") == std::to_string(added));
    CHECK(value_of(said, "weft_agent_flows_refused_total") == "6");
    CHECK(value_of(said, "weft_agent_map_entries{map=\"flow\"}") == std::to_string(in_use));
    CHECK(value_of(said, "weft_agent_map_capacity_entries{map=\"flow\"}") == "1000");
}

TEST_CASE_FIXTURE(World, "[8.3/metrics] tables say how full they are, objects what became of them") {
    datapath.capacity[static_cast<std::size_t>(MapId::mapping)] = 2;
    datapath.paths[*Address::parse("192.0.2.2")] = {3, *Address::parse("192.0.2.2"), 1500};
    DesiredSet desired;
    for (unsigned i = 0; i < 3; ++i)
        desired.put(schema::Mapping{
            42, Prefix::host(Address::v4(0x0a000000 + i)), {Kind::host, 2}, {Kind::record, 1000 + i}, {}, 0});
    static_cast<void>(reconciler.adopt());
    static_cast<void>(reconciler.snapshot(std::move(desired), {11, 22, 100, 1}));
    auto said = text();
    CHECK(value_of(said, "weft_agent_map_entries{map=\"mapping\"}") == "2");
    CHECK(value_of(said, "weft_agent_map_capacity_entries{map=\"mapping\"}") == "2");
    CHECK(value_of(said, "weft_agent_objects") == "3");
    CHECK(value_of(said, "weft_agent_objects_failed") == "1");
    CHECK(value_of(said, "weft_agent_installed_revision") == "100");
    CHECK(value_of(said, "weft_agent_desired_revision") == "100");
    CHECK(value_of(said, "weft_agent_needs_confirmation") == "0");

    static_cast<void>(reconciler.snapshot({}, {12, 22, 200, 1}));  // another cluster
    said = text();
    CHECK(value_of(said, "weft_agent_installed_revision") == "100");
    CHECK(value_of(said, "weft_agent_desired_revision") == "200");
    CHECK(value_of(said, "weft_agent_needs_confirmation") == "1");
}

TEST_CASE_FIXTURE(World, "[8.3/metrics] session, services and version are told") {
    const auto said = text();
    CHECK(value_of(said, "weft_agent_session_connected") == "1");
    CHECK(value_of(said, "weft_agent_sessions_total") == "3");
    CHECK(value_of(said, "weft_agent_event_samples_lost_total{packets=\"dropped\"}") == "0");
    CHECK(value_of(said, "weft_agent_dhcp_messages_total{outcome=\"answered\"}") == "4");
    CHECK(value_of(said, "weft_agent_dhcp_messages_total{outcome=\"ignored\"}") == "5");
    CHECK(value_of(said, "weft_agent_dhcp_messages_total{outcome=\"refused\"}") == "6");
    CHECK(value_of(said, "weft_agent_build_info{version=\"0.1.0\"}") == "1");
}
