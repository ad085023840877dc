// SPDX-License-Identifier: Apache-2.0
// Loading: maps are made once and kept, programs are new each time, failures say why.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <doctest/doctest.h>
#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/maps.h"
#include "agent/datapath/bpf/pin.h"
#include "tests/datapath/sandbox.h"
#include "weft/abi/chain.h"
#include "weft/abi/flow.h"
#include "weft/abi/peer.h"

using namespace weft;
using namespace weft::agent;
using weft::test::objects_directory;
using weft::test::Sandbox;

namespace {

Result<bpf::Load> load(const Sandbox& sandbox) {
    return bpf::Load::make(sandbox.pin(), objects_directory(), sandbox.config().sizes);
}

std::uint32_t size_of(const Sandbox& sandbox, const char* map) {
    const auto fd = bpf::open_pin(sandbox.pin() + '/' + map);
    REQUIRE(fd.has_value());
    bpf_map_info info{};
    __u32 length = sizeof(info);
    REQUIRE(bpf_obj_get_info_by_fd(fd->get(), &info, &length) == 0);
    return info.max_entries;
}

// The first instruction of the first program in section "tc" becomes r0 = r5, which nobody has set.
void spoil(const std::string& from, const std::string& to) {
    std::ifstream in{from, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    Elf64_Ehdr header{};
    std::memcpy(&header, bytes.data(), sizeof(header));
    const auto section = [&](std::size_t index) {
        Elf64_Shdr out{};
        std::memcpy(&out, bytes.data() + header.e_shoff + index * sizeof(out), sizeof(out));
        return out;
    };
    const auto strings = section(header.e_shstrndx);
    for (std::size_t i = 0; i < header.e_shnum; ++i)
        if (std::string(bytes.data() + strings.sh_offset + section(i).sh_name) == "tc")
            bytes.replace(section(i).sh_offset, 8, std::string("\xbf\x50\0\0\0\0\0\0", 8));
    std::ofstream{to, std::ios::binary} << bytes;
}

}  // namespace

TEST_CASE(
    "[8.5/load] the programs load, their maps are pinned with the sizes asked for, the chain is filled") {
    const Sandbox sandbox;
    const auto first = load(sandbox);
    REQUIRE_MESSAGE(first.has_value(), first.error().message());
    CHECK(size_of(sandbox, WEFT_MAP_NAME(WEFT_PEER_MAP)) == 100);
    CHECK(bpf::Maps::open(sandbox.pin()).has_value());
    const auto chain =
        bpf::open_pin(bpf::load_directory(sandbox.pin(), 1) + '/' + WEFT_MAP_NAME(WEFT_CHAIN_MAP));
    REQUIRE(chain.has_value());
    for (const std::uint32_t slot : {WEFT_CHAIN_OUT, WEFT_CHAIN_SERVICE, WEFT_CHAIN_ICMP_ERROR}) {
        std::uint32_t program = 0;
        CHECK(bpf_map_lookup_elem(chain->get(), &slot, &program) == 0);
    }
}

TEST_CASE("[8.5/upgrade] a second load has its own programs and the same maps; the first one is removed") {
    const Sandbox sandbox;
    const auto first = load(sandbox);
    REQUIRE(first.has_value());
    const std::uint64_t host = 5;
    const weft_peer peer{};
    const auto pinned = bpf::open_pin(sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_PEER_MAP));
    REQUIRE(bpf_map_update_elem(pinned->get(), &host, &peer, BPF_ANY) == 0);

    auto second = load(sandbox);
    REQUIRE_MESSAGE(second.has_value(), second.error().message());
    CHECK(size_of(sandbox, WEFT_MAP_NAME(WEFT_PEER_MAP)) == 100);
    CHECK(second->instance_tx().id != first->instance_tx().id);
    CHECK(bpf::Maps::open(sandbox.pin())->dump(MapId::peer)->size() == 1);
    CHECK(bpf::pinned_loads(sandbox.pin()).size() == 2);
    REQUIRE(second->settle().has_value());
    CHECK(bpf::pinned_loads(sandbox.pin()) == std::vector<std::uint32_t>{2});
}

TEST_CASE("a program that the verifier refuses is an error with the verifier's words") {
    const Sandbox sandbox;
    for (const char* name : {"instance_tx.bpf.o", "fabric_rx.bpf.o", "fabric_rx_xdp.bpf.o"})
        sandbox.run("cp " + objects_directory() + '/' + name + ' ' + sandbox.files().path());
    spoil(objects_directory() + "/instance_tx.bpf.o", sandbox.files() / "instance_tx.bpf.o");
    const auto refused = bpf::Load::make(sandbox.pin(), sandbox.files().path(), {});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().text.find("R5 !read_ok") != std::string::npos);
    CHECK(bpf::pinned_loads(sandbox.pin()).empty());
}

TEST_CASE("a missing or damaged object and a place that is no bpffs are named") {
    const Sandbox sandbox;
    const auto missing = bpf::Load::make(sandbox.pin(), sandbox.files() / "nowhere", {});
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().message().find("nowhere/instance_tx.bpf.o") != std::string::npos);

    std::ofstream{sandbox.files() / "instance_tx.bpf.o"} << "not an object";
    const auto damaged = bpf::Load::make(sandbox.pin(), sandbox.files().path(), {});
    REQUIRE_FALSE(damaged.has_value());
    CHECK(damaged.error().message().find("instance_tx.bpf.o") != std::string::npos);

    const auto elsewhere = bpf::Load::make(sandbox.files() / "plain", objects_directory(), {});
    REQUIRE_FALSE(elsewhere.has_value());
    CHECK(elsewhere.error().code == ErrorCode::unsupported);
    CHECK(elsewhere.error().message().find("is not in a BPF file system") != std::string::npos);
}

TEST_CASE("a pinned map of another layout is refused by name and left alone") {
    const Sandbox sandbox;
    REQUIRE(bpf::make_pin_root(sandbox.pin()).has_value());
    const Fd other{bpf_map_create(BPF_MAP_TYPE_HASH, "other", 8, 4, 10, nullptr)};
    const auto path = sandbox.pin() + '/' + WEFT_MAP_NAME(WEFT_PEER_MAP);
    REQUIRE(bpf_obj_pin(other.get(), path.c_str()) == 0);
    const auto refused = load(sandbox);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message().find("weft_peer_v1 has another layout") != std::string::npos);
    CHECK(bpf::open_pin(path).has_value());
}
