// SPDX-License-Identifier: Apache-2.0
// Entries in and out of the real maps.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/maps.h"
#include "agent/reconcile/bytes.h"
#include "tests/datapath/sandbox.h"
#include "weft/abi/counter.h"
#include "weft/abi/flow.h"
#include "weft/abi/mapping.h"
#include "weft/abi/peer.h"
#include "weft/abi/policy.h"
#include "weft/abi/route.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Sandbox;

namespace {

struct Fixture {
    Sandbox sandbox;
    Result<bpf::Load> load{
        bpf::Load::make(sandbox.pin(), weft::test::objects_directory(), sandbox.config().sizes)};
    bpf::Maps maps{bpf::Maps::open(sandbox.pin()).value()};
};

std::vector<Entry> mappings(std::uint32_t first, std::uint32_t count) {
    std::vector<Entry> out;
    for (std::uint32_t i = first; i < first + count; ++i) {
        weft_mapping value{};
        value.record = i;
        out.push_back({to_bytes(weft_overlay_key{1, {{0, 0, 0, i}}}), to_bytes(value)});
    }
    return out;
}

std::vector<Entry> sorted(std::vector<Entry> entries) {
    std::ranges::sort(entries, {}, &Entry::key);
    return entries;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what is put is dumped, and what is erased is not") {
    const auto entries = mappings(0, 900);
    CHECK(maps.put(MapId::mapping, entries).empty());
    CHECK(sorted(maps.dump(MapId::mapping).value()) == sorted(entries));
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < 450; ++i) keys.push_back(entries[i].key);
    keys.push_back(mappings(5000, 1)[0].key);  // one that is not there
    CHECK(maps.erase(MapId::mapping, keys).empty());
    CHECK(sorted(maps.dump(MapId::mapping).value()) == sorted(mappings(450, 450)));
}

TEST_CASE_FIXTURE(Fixture, "a full map names itself and its size; everything that fits is in it") {
    const auto failures = maps.put(MapId::mapping, mappings(0, 1003));
    REQUIRE(failures.size() == 3);
    CHECK(failures[0].error.code == ErrorCode::exhausted);
    CHECK(failures[0].error.text == "map weft_mapping_v1 is full with 1000 entries");
    CHECK(maps.dump(MapId::mapping)->size() == 1000);
    // What is there can still be changed.
    CHECK(maps.put(MapId::mapping, maps.dump(MapId::mapping).value()).empty());
}

TEST_CASE_FIXTURE(Fixture, "prefixes and arrays are written like hashes") {
    const Entry route{to_bytes(weft_route_key{32 + 120, 1, {{0, 0, 0, 1}}}),
                      to_bytes(weft_route{1, 0, {}, 0})};
    CHECK(maps.put(MapId::route, {&route, 1}).empty());
    CHECK(maps.dump(MapId::route).value() == std::vector{route});
    CHECK(maps.erase(MapId::route, {&route.key, 1}).empty());
    CHECK(maps.erase(MapId::route, {&route.key, 1}).empty());
    CHECK(maps.dump(MapId::route)->empty());

    CHECK(maps.dump(MapId::own)->empty());
    weft_own value{};
    value.v4[0] = 1;
    const Entry own{to_bytes(std::uint32_t{0}), to_bytes(value)};
    CHECK(maps.put(MapId::own, {&own, 1}).empty());
    CHECK(maps.dump(MapId::own).value() == std::vector{own});
    CHECK(maps.erase(MapId::own, {&own.key, 1}).empty());
    CHECK(maps.dump(MapId::own)->empty());
}

TEST_CASE_FIXTURE(Fixture, "[8.3] counters are summed over the CPUs and survive being put again") {
    const Entry record{to_bytes(std::uint64_t{77}), {}};
    CHECK(maps.put(MapId::counter, {&record, 1}).empty());
    const auto counter = bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_COUNTER_MAP)).c_str());
    REQUIRE(counter >= 0);
    std::vector<weft_counter> values(bpf::possible_cpus(), weft_counter{1, 10, 2, 20, 3, 4});
    const std::uint64_t key = 77;
    REQUIRE(bpf_map_update_elem(counter, &key, values.data(), BPF_ANY) == 0);
    close(counter);
    CHECK(maps.put(MapId::counter, {&record, 1}).empty());
    const auto counters = maps.counters().value();
    REQUIRE(counters.size() == 1);
    const auto cpus = bpf::possible_cpus();
    CHECK(counters[0].record == 77);
    CHECK(counters[0].tx_packets == cpus);
    CHECK(counters[0].tx_bytes == 10 * cpus);
    CHECK(counters[0].rx_packets == 2 * cpus);
    CHECK(counters[0].rx_bytes == 20 * cpus);
    CHECK(counters[0].tx_drops == 3 * cpus);
    CHECK(counters[0].rx_drops == 4 * cpus);
}

TEST_CASE_FIXTURE(Fixture, "[8.3/metrics] what removed records counted stays in a sum of its own") {
    const std::vector<Entry> records{{to_bytes(std::uint64_t{77}), {}}, {to_bytes(std::uint64_t{78}), {}}};
    CHECK(maps.put(MapId::counter, records).empty());
    CHECK(maps.put(MapId::flow_use, records).empty());
    const auto counter = bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_COUNTER_MAP)).c_str());
    const auto flow_use = bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_FLOW_USE_MAP)).c_str());
    REQUIRE(counter >= 0);
    REQUIRE(flow_use >= 0);
    const std::vector<weft_counter> values(bpf::possible_cpus(), weft_counter{1, 10, 2, 20, 3, 4});
    const weft_flow_use use{100, 7, 0};
    for (const std::uint64_t key : {77U, 78U}) {
        REQUIRE(bpf_map_update_elem(counter, &key, values.data(), BPF_ANY) == 0);
        REQUIRE(bpf_map_update_elem(flow_use, &key, &use, BPF_ANY) == 0);
    }
    close(counter);
    close(flow_use);
    CHECK(maps.former_counts().packets.tx_packets == 0);
    for (const auto& record : records) {
        CHECK(maps.erase(MapId::counter, {&record.key, 1}).empty());
        CHECK(maps.erase(MapId::counter, {&record.key, 1}).empty());  // not there any more: nothing is added
        CHECK(maps.erase(MapId::flow_use, {&record.key, 1}).empty());
    }
    const auto cpus = bpf::possible_cpus();
    CHECK(maps.former_counts().packets.tx_packets == 2 * cpus);
    CHECK(maps.former_counts().packets.rx_bytes == 2 * 20 * cpus);
    CHECK(maps.former_counts().flows.added == 200);
    CHECK(maps.former_counts().flows.refused == 14);
    CHECK(maps.counters()->empty());
    CHECK(maps.dump(MapId::counter)->empty());
    CHECK(maps.dump(MapId::flow_use)->empty());
}

TEST_CASE_FIXTURE(Fixture, "[8.3] drops are summed by reason and record, and go with the record's counter") {
    const Entry record{to_bytes(std::uint64_t{77}), {}};
    CHECK(maps.put(MapId::counter, {&record, 1}).empty());
    const auto drops = bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_RECORD_DROP_MAP)).c_str());
    REQUIRE(drops >= 0);
    const std::vector<weft_drop> values(bpf::possible_cpus(), weft_drop{1, 100});
    for (const std::uint64_t owner : {77U, 78U}) {
        const weft_record_drop_key key{owner, 17, WEFT_TX};
        REQUIRE(bpf_map_update_elem(drops, &key, values.data(), BPF_ANY) == 0);
    }
    close(drops);
    CHECK(maps.drops()->size() == 2);
    CHECK(maps.drops()->front().packets == bpf::possible_cpus());
    CHECK(maps.drops()->front().reason == 17);
    CHECK(maps.erase(MapId::counter, {&record.key, 1}).empty());
    REQUIRE(maps.drops()->size() == 1);
    CHECK(maps.drops()->front().record == 78);
}

TEST_CASE_FIXTURE(Fixture, "[4.1] the four maps of policies take and give back the entries of many rules") {
    std::vector<Entry> addresses;
    std::vector<Entry> ports;
    std::vector<Entry> tags;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        addresses.push_back(
            {to_bytes(weft_rule_address{64 + 120, 7, WEFT_RX, {{0, 0, 0xffff0000, htonl(i << 8)}}}),
             to_bytes(i + 1)});
        ports.push_back({to_bytes(weft_rule_port{88 + 16, 7, i + 1, WEFT_RX, 6, 1, 187, {}}),
                         to_bytes(weft_rule{1, i, WEFT_RULE_ALLOW})});
        tags.push_back({to_bytes(weft_rule_tag{7, WEFT_RX, i}), to_bytes(i + 1)});
    }
    const std::vector policies{Entry{to_bytes(std::uint32_t{7}), to_bytes(weft_policy{WEFT_POLICY_KEEP})}};
    const std::vector<std::pair<MapId, std::vector<Entry>>> all{{MapId::rule_address, addresses},
                                                                {MapId::rule_port, ports},
                                                                {MapId::rule_tag, tags},
                                                                {MapId::policy, policies}};
    for (const auto& [map, entries] : all) {
        CHECK(maps.put(map, entries).empty());
        CHECK(sorted(maps.dump(map).value()) == sorted(entries));
        std::vector<std::string> keys;
        for (const auto& entry : entries) keys.push_back(entry.key);
        CHECK(maps.erase(map, keys).empty());
        CHECK(maps.dump(map)->empty());
    }
}

TEST_CASE_FIXTURE(Fixture, "[4.6] what flows are counted in survives that quotas are written again") {
    const Entry use{to_bytes(std::uint64_t{77}), {}};
    Entry quota{to_bytes(std::uint64_t{77}), to_bytes(weft_quota{0, 1000, 0, {1, 2, 3, 4, 5, 6, 7, 8}})};
    CHECK(maps.put(MapId::flow_use, {&use, 1}).empty());
    CHECK(maps.put(MapId::quota, {&quota, 1}).empty());
    const std::uint64_t key = 77;
    const Fd uses{bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_FLOW_USE_MAP)).c_str())};
    const Fd quotas{bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_QUOTA_MAP)).c_str())};
    weft_flow_use counted{5, 6, 7};
    REQUIRE(bpf_map_update_elem(uses.get(), &key, &counted, BPF_EXIST) == 0);
    auto present = from_bytes<weft_quota>(quota.value);
    present.removed = 4;
    REQUIRE(bpf_map_update_elem(quotas.get(), &key, &present, BPF_EXIST) == 0);
    CHECK(maps.dump(MapId::flow_use).value() == std::vector{use});
    CHECK(maps.dump(MapId::quota).value() == std::vector{quota});

    quota.value = to_bytes(weft_quota{0, 2000, 0, {}});
    CHECK(maps.put(MapId::flow_use, {&use, 1}).empty());
    CHECK(maps.put(MapId::quota, {&quota, 1}).empty());
    REQUIRE(bpf_map_lookup_elem(uses.get(), &key, &counted) == 0);
    CHECK(counted.added == 5);
    CHECK(counted.refused == 6);
    CHECK(counted.unlogged == 7);
    REQUIRE(bpf_map_lookup_elem(quotas.get(), &key, &present) == 0);
    CHECK(present.removed == 4);
    CHECK(present.flows == 2000);
}

TEST_CASE_FIXTURE(Fixture,
                  "[4.6] flows are read in batches to the end, and only those unused since then go") {
    const Fd table{bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_FLOW_MAP)).c_str())};
    const auto forever = ~std::uint64_t{0};
    for (std::uint64_t i = 0; i < 2000; ++i) {
        const weft_flow_key key{i % 2, {}, {}, static_cast<__be16>(i), 0, 6, {}};
        weft_flow value{};
        value.attachment = 9;
        value.expires = i < 500 ? 1 : forever;
        REQUIRE(bpf_map_update_elem(table.get(), &key, &value, BPF_NOEXIST) == 0);
    }
    const auto all = [this] {
        std::vector<Flow> out;
        std::string position;
        do std::ranges::copy(maps.flows(position).value(), std::back_inserter(out));
        while (!position.empty());
        return out;
    };
    auto flows = all();
    REQUIRE(flows.size() == 2000);
    CHECK(std::ranges::count(flows, true, &Flow::expired) == 500);
    CHECK(std::ranges::count(flows, 1U, &Flow::record) == 1000);
    CHECK(std::ranges::count(flows, 9U, &Flow::attachment) == 2000);

    auto used = *std::ranges::find(flows, true, &Flow::expired);
    used.expires = 0;  // it is not what it was when it was read
    CHECK_FALSE(maps.remove_flow(used));
    CHECK(all().size() == 2000);
    for (auto& flow : flows)
        if (flow.expired) CHECK(maps.remove_flow(flow));
    CHECK(all().size() == 1500);
    CHECK_FALSE(maps.remove_flow(used));  // already gone
    CHECK(maps.flow_capacity() == 1'048'576);

    const Entry use{to_bytes(std::uint64_t{1}), {}};
    const Entry quota{to_bytes(std::uint64_t{1}), to_bytes(weft_quota{0, 1000, 0, {}})};
    CHECK(maps.put(MapId::flow_use, {&use, 1}).empty());
    CHECK(maps.flow_uses().empty());  // without a quota nothing can be removed from it
    maps.set_removed_flows(1, 3);
    CHECK(maps.dump(MapId::quota)->empty());
    CHECK(maps.put(MapId::quota, {&quota, 1}).empty());
    maps.set_removed_flows(1, 3);
    REQUIRE(maps.flow_uses().size() == 1);
    CHECK(maps.flow_uses()[0].removed == 3);
    CHECK(maps.flow_use(1)->removed == 3);
    CHECK_FALSE(maps.flow_use(2).has_value());
    CHECK(maps.dump(MapId::quota).value() == std::vector{quota});
}

TEST_CASE_FIXTURE(Fixture,
                  "[8.3/flow-log] what flows and refused packets count is read, and read a last time") {
    const Fd flows{bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_FLOW_MAP)).c_str())};
    const Fd rejects{bpf_obj_get((sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_REJECT_MAP)).c_str())};
    weft_flow_key key{};
    key.record = 3;
    weft_flow value{};
    value.created = 4'000'000'000;
    value.timeout = 30;
    value.expires = 40'000'000'000;
    value.side[0].packets = 5;
    value.side[0].bytes = 500;
    value.side[1].packets = 6;
    value.side[1].bytes = 600;
    REQUIRE(bpf_map_update_elem(flows.get(), &key, &value, BPF_NOEXIST) == 0);
    std::string position;
    auto flow = maps.flows(position).value().at(0);
    CHECK(flow.created == 4'000'000'000);
    CHECK(flow.last == 10'000'000'000);
    CHECK(flow.packets == std::array<std::uint64_t, 2>{5, 6});
    CHECK(flow.bytes == std::array<std::uint64_t, 2>{500, 600});
    value.side[1].packets = 7;  // one more, in between
    REQUIRE(bpf_map_update_elem(flows.get(), &key, &value, BPF_EXIST) == 0);
    CHECK(maps.remove_flow(flow));
    CHECK(flow.packets == std::array<std::uint64_t, 2>{5, 7});

    const weft_reject_key refused{key, WEFT_RX, 0};
    weft_reject reject{3, 180, 1, 2};
    REQUIRE(bpf_map_update_elem(rejects.get(), &refused, &reject, BPF_NOEXIST) == 0);
    const auto read = maps.rejects().value();
    REQUIRE(read.size() == 1);
    CHECK(read[0].key == to_bytes(refused));
    CHECK(read[0].packets == 3);
    CHECK(read[0].bytes == 180);
    CHECK(read[0].first == 1);
    CHECK(read[0].last == 2);
    reject.packets = 4;
    REQUIRE(bpf_map_update_elem(rejects.get(), &refused, &reject, BPF_EXIST) == 0);
    CHECK(maps.remove_reject(read[0].key)->packets == 4);
    CHECK_FALSE(maps.remove_reject(read[0].key).has_value());
    CHECK(maps.rejects()->empty());
}
