// SPDX-License-Identifier: Apache-2.0
// Pinned maps that get another size keep what is in them, whenever the agent dies in between.
#include <bpf/bpf.h>
#include <doctest/doctest.h>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/maps.h"
#include "agent/datapath/bpf/pin.h"
#include "tests/datapath/sandbox.h"
#include "weft/abi/counter.h"
#include "weft/abi/flow.h"
#include "weft/abi/peer.h"

using namespace weft;
using namespace weft::agent;
using weft::test::objects_directory;
using weft::test::Sandbox;

namespace {

const std::string flow_name = WEFT_MAP_NAME(WEFT_FLOW_MAP);
const std::string peer_name = WEFT_MAP_NAME(WEFT_PEER_MAP);
constexpr int flows = 1000;

struct Resized : Sandbox {
    Resized() {
        REQUIRE(make({{"flow", 1024}, {"peer", 100}, {"counter", 64}}).settle().has_value());
        const auto flow = pinned(flow_name);
        for (int i = 0; i < flows; ++i) put(flow, i, 7);
        const std::uint64_t host = 5;
        weft_peer peer{};
        peer.ifindex = 9;
        REQUIRE(bpf_map_update_elem(pinned(peer_name).get(), &host, &peer, BPF_ANY) == 0);
    }
    bpf::Load make(const std::map<std::string, std::uint32_t>& sizes) const {
        auto load = bpf::Load::make(pin(), objects_directory(), sizes);
        REQUIRE_MESSAGE(load.has_value(), load.error().message());
        return std::move(*load);
    }
    Fd pinned(const std::string& name) const {
        auto fd = bpf::open_pin(pin() + '/' + name);
        REQUIRE_MESSAGE(fd.has_value(), name);
        return std::move(*fd);
    }
    bool is_pinned(const std::string& name) const { return bpf::open_pin(pin() + '/' + name).has_value(); }
    std::uint32_t size_of(const std::string& name) const {
        bpf_map_info info{};
        __u32 length = sizeof(info);
        REQUIRE(bpf_obj_get_info_by_fd(pinned(name).get(), &info, &length) == 0);
        return info.max_entries;
    }
    static weft_flow_key key(int i) {
        weft_flow_key key{};
        key.record = 1;
        key.local_port = static_cast<__be16>(i);
        return key;
    }
    static void put(const Fd& map, int i, std::uint64_t created) {
        weft_flow flow{};
        flow.created = created;
        const auto at = key(i);
        REQUIRE(bpf_map_update_elem(map.get(), &at, &flow, BPF_ANY) == 0);
    }
    // When the flow was made; 0: there is none.
    static std::uint64_t created(const Fd& map, int i) {
        weft_flow flow{};
        const auto at = key(i);
        return bpf_map_lookup_elem(map.get(), &at, &flow) == 0 ? flow.created : 0;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Resized, "[8.5/resize] a map that the agent writes has its entries in another size") {
    const auto load = make({{"peer", 300}});
    CHECK(size_of(peer_name) == 300);
    CHECK_FALSE(is_pinned(peer_name + "-new"));
    const std::uint64_t host = 5;
    weft_peer peer{};
    REQUIRE(bpf_map_lookup_elem(pinned(peer_name).get(), &host, &peer) == 0);
    CHECK(peer.ifindex == 9);
}

TEST_CASE_FIXTURE(Resized, "[4.6/resize] flows move when the former programs are gone, younger ones stay") {
    const auto former = pinned(flow_name);
    auto load = make({{"flow", 4096}});
    CHECK(size_of(flow_name) == 4096);
    CHECK(is_pinned(flow_name + "-former"));
    CHECK(created(pinned(flow_name), 3) == 0);
    put(pinned(flow_name), 3, 8);  // moved by the packet path, and changed since
    put(former, flows, 7);         // made by the former programs, which are still attached
    REQUIRE(load.settle().has_value());
    const auto now = pinned(flow_name);
    CHECK(created(now, 3) == 8);
    int found = 0;
    for (int i = 0; i <= flows; ++i) found += created(now, i) == 7;
    CHECK(found == flows);
    CHECK(created(former, 5) == 0);  // the programs still ask it
    CHECK_FALSE(is_pinned(flow_name + "-former"));
}

TEST_CASE_FIXTURE(Resized, "[4.6/resize] an agent that died in between goes on, once or twice") {
    { const auto died = make({{"flow", 4096}}); }
    CHECK(is_pinned(flow_name + "-former"));
    {
        const auto again = make({{"flow", 8192}});  // one at a time
        CHECK(size_of(flow_name) == 4096);
    }
    auto third = make({{"flow", 4096}});
    REQUIRE(third.settle().has_value());
    CHECK(created(pinned(flow_name), 999) == 7);
    CHECK_FALSE(is_pinned(flow_name + "-former"));

    // Died with the new map made and the former pinned, but before the one took the other's place.
    const auto flow = pinned(flow_name);
    REQUIRE(bpf_obj_pin(flow.get(), (pin() + '/' + flow_name + "-former").c_str()) == 0);
    const Fd left{bpf_map_create(BPF_MAP_TYPE_HASH, "left", 8, 4, 10, nullptr)};
    REQUIRE(bpf_obj_pin(left.get(), (pin() + '/' + flow_name + "-new").c_str()) == 0);
    auto fourth = make({{"flow", 2048}});
    REQUIRE(fourth.settle().has_value());
    CHECK(size_of(flow_name) == 2048);
    CHECK(created(pinned(flow_name), 0) == 7);
}

TEST_CASE_FIXTURE(Resized, "[8.5/resize] what would not fit, and what counts, keeps its size") {
    const auto reject = size_of(WEFT_MAP_NAME(WEFT_REJECT_MAP));
    auto load = make({{"flow", 999}, {"counter", 128}, {"reject", 128}});
    REQUIRE(load.settle().has_value());
    CHECK(size_of(flow_name) == 1024);
    CHECK(size_of(WEFT_MAP_NAME(WEFT_COUNTER_MAP)) == 64);
    CHECK(size_of(WEFT_MAP_NAME(WEFT_REJECT_MAP)) == reject);
    CHECK(created(pinned(flow_name), 999) == 7);
}
