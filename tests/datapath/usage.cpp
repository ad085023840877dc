// SPDX-License-Identifier: Apache-2.0
// Lives of counters in the real maps: no count is lost or told twice, whenever the process dies.
#include <bpf/bpf.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/maps.h"
#include "agent/datapath/bpf/pin.h"
#include "agent/reconcile/bytes.h"
#include "tests/datapath/sandbox.h"
#include "weft/abi/counter.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Sandbox;

namespace {

struct Used {
    Sandbox sandbox;
    Result<bpf::Load> load{
        bpf::Load::make(sandbox.pin(), weft::test::objects_directory(), sandbox.config().sizes)};
    bpf::Maps maps{bpf::Maps::open(sandbox.pin()).value()};
    const Entry record{to_bytes(std::uint64_t{77}), {}};

    void restart() { maps = bpf::Maps::open(sandbox.pin()).value(); }
    void put() { REQUIRE(maps.put(MapId::counter, {&record, 1}).empty()); }
    void erase() { REQUIRE(maps.erase(MapId::counter, {&record.key, 1}).empty()); }
    // As packets would: on one CPU.
    void count(std::uint64_t packets) {
        const auto fd = bpf::open_pin(sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_COUNTER_MAP)).value();
        std::vector<weft_counter> values(bpf::possible_cpus());
        values.back() = {packets, packets * 10, 2, 20, 3, 4};
        REQUIRE(bpf_map_update_elem(fd.get(), record.key.data(), values.data(), BPF_EXIST) == 0);
    }
    // What a process writes just before the counter goes.
    void keep(std::uint64_t life, std::uint64_t packets) {
        const auto fd = bpf::open_pin(sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_USAGE_MAP)).value();
        const weft_usage value{77, {packets, packets * 10, 2, 20, 3, 4}};
        REQUIRE(bpf_map_update_elem(fd.get(), &life, &value, BPF_ANY) == 0);
    }
    UsageCounter only() {
        const auto usage = maps.usage().value();
        REQUIRE(usage.counters.size() == 1);
        return usage.counters.front();
    }
    static RecordCounter counted(std::uint64_t packets) { return {77, packets, packets * 10, 2, 20, 3, 4}; }
};

}  // namespace

TEST_CASE_FIXTURE(Used, "[8.4/life] a counter keeps its life and its counts across a restart of the agent") {
    put();
    count(5);
    const auto before = only();
    CHECK(before.life != 0);
    CHECK(!before.gone);
    CHECK(before.counts == counted(5));
    const auto incarnation = maps.usage()->incarnation;
    CHECK(incarnation != 0);
    restart();
    put();
    CHECK(only() == before);
    CHECK(maps.usage()->incarnation == incarnation);
}

TEST_CASE_FIXTURE(Used, "[8.4/life] what a record counted that left is kept until it is forgotten") {
    put();
    count(5);
    const auto before = only();
    erase();
    restart();
    const UsageCounter gone{before.life, counted(5), true};
    CHECK(only() == gone);
    put();  // it is back
    count(9);
    const auto both = maps.usage()->counters;
    REQUIRE(both.size() == 2);
    CHECK(both[0].counts == counted(9));
    CHECK(both[0].life != before.life);
    CHECK(both[1] == gone);
    const std::vector<std::uint64_t> lives{before.life, both[0].life, 12345};
    maps.forget_usage(lives);
    CHECK(only() == both[0]);  // not gone: not forgotten
}

TEST_CASE_FIXTURE(Used, "[8.4/life] a process that dies while a record leaves has told nothing twice") {
    put();
    count(5);
    const auto before = only();
    keep(before.life, 5);
    restart();
    CHECK(only() == before);  // it is still there, and not gone
    count(8);
    erase();
    CHECK(only() == UsageCounter{before.life, counted(8), true});
}

TEST_CASE_FIXTURE(Used, "[8.4/life] another load of the programs, and other maps after a reboot") {
    put();
    count(5);
    const auto before = only();
    const auto incarnation = maps.usage()->incarnation;
    load = bpf::Load::make(sandbox.pin(), weft::test::objects_directory(), sandbox.config().sizes);
    REQUIRE(load.has_value());
    restart();
    CHECK(only() == before);
    for (const char* name : {WEFT_MAP_NAME(WEFT_LIFE_MAP), WEFT_MAP_NAME(WEFT_USAGE_MAP)})
        CHECK(::unlink((sandbox.pin() + '/' + name).c_str()) == 0);
    restart();
    CHECK(maps.usage()->incarnation != incarnation);
    CHECK(only().life != before.life);
    CHECK(only().counts == before.counts);
}
