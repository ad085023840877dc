// SPDX-License-Identifier: Apache-2.0
// The same rules and packets, judged by nftables and by weft.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "agent/policy/table.h"
#include "tests/harness/bpf/world.h"
#include "tests/harness/skip.h"
#include "tests/nftables/netfilter.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr std::size_t rounds = 200;
constexpr std::size_t packets = 200;
constexpr auto longest = std::chrono::seconds(30);

// a of the world, to and from which everything is routed.
class Weft {
public:
    Weft() {
        world_.add_route(blue_table, "::", 0, WEFT_ROUTE_LOCAL);
        weft_overlay_prefix everywhere{};
        everywhere.prefixlen = WEFT_GNI_BITS;
        everywhere.gni = blue;
        weft_mapping mapping{};
        mapping.host = peer_host;
        world_.put(WEFT_MAP_NAME(WEFT_MAPPING_PREFIX_MAP), everywhere, mapping);
        weft_any_source_key any{};
        any.host = peer_host;
        any.gni = blue;
        world_.put(WEFT_MAP_NAME(WEFT_ANY_SOURCE_MAP), any, weft_any_source{});
        world_.change<weft_quota>(WEFT_MAP_NAME(WEFT_QUOTA_MAP), record_a,
                                  [](weft_quota& quota) { quota.flows = packets + 1; });
    }

    void load(const agent::policy::Policy& policy) {
        for (const auto* map : {WEFT_MAP_NAME(WEFT_FLOW_MAP), WEFT_MAP_NAME(WEFT_POLICY_MAP),
                                WEFT_MAP_NAME(WEFT_RULE_ADDRESS_MAP), WEFT_MAP_NAME(WEFT_RULE_PORT_MAP)})
            world_.programs.clear_map(map);
        world_.put(WEFT_MAP_NAME(WEFT_FLOW_USE_MAP), record_a, weft_flow_use{});
        const auto table = agent::policy::Table::compile(policy, {}, {open_policy});
        REQUIRE(table.has_value());
        world_.put(WEFT_MAP_NAME(WEFT_POLICY_MAP), table->id(), table->value());
        world_.put(WEFT_MAP_NAME(WEFT_POLICY_MAP), open_policy, weft_policy{});
        const auto entries = table->entries();
        for (const auto& e : entries.addresses)
            world_.put(WEFT_MAP_NAME(WEFT_RULE_ADDRESS_MAP), e.key, e.class_id);
        for (const auto& e : entries.ports) world_.put(WEFT_MAP_NAME(WEFT_RULE_PORT_MAP), e.key, e.value);
        for (const auto direction : {WEFT_TX, WEFT_RX}) {
            world_.allow_address(open_policy, direction, "::", 0, 1);
            world_.allow_ports(open_policy, direction, 1);
        }
        const auto use = [&](auto& entry) {
            entry.policy = policy.ordered ? open_policy : table->id();
            entry.acl = policy.ordered ? table->id() : 0;
        };
        world_.change_port(world_.i1, use);
        for (const auto* address : {"10.1.2.30", "2001:db8:12::30"}) world_.change_local(blue, address, use);
    }

    bool passes(const Sent& sent) {
        const auto type = sent.ipv6 ? ethertype_ipv6 : ethertype_ipv4;
        if (sent.by_instance)
            return world_.programs.send(ethernet(mac_router, mac_a, type, sent.packet), world_.i1).verdict ==
                   redirect;
        return world_.programs.receive(arriving(ethernet(mac_a, mac_b, type, sent.packet))).verdict ==
               redirect;
    }

private:
    World world_;
};

std::uint64_t seed() {
    const auto* given = std::getenv("WEFT_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
}

// What went before between the same two ends.
std::string list(const std::vector<Sent>& sent, std::size_t last) {
    std::string text;
    for (std::size_t i = 0; i <= last; ++i)
        if (sent[i].remote == sent[last].remote) text += fmt::format("{:4} {}\n", i, sent[i].words);
    return text;
}

std::string in_words(bool passes) { return passes ? "passes" : "drops"; }

void compare(bool ordered) {
    if (std::system("nft --version >/dev/null 2>&1") != 0) return skip("nft is not installed");
    const auto number = seed();
    Random random(number);
    Weft weft;
    Netfilter netfilter;
    const auto until = std::chrono::steady_clock::now() + longest;
    std::size_t round = 0, judged = 0, passed = 0;
    for (; round < rounds && std::chrono::steady_clock::now() < until; ++round) {
        const auto policy = random_policy(random, ordered);
        const auto rules = as_nft(policy, static_cast<unsigned>(round + 1));
        const auto sent = random_traffic(random, packets, ordered);
        weft.load(policy);
        netfilter.load(rules);
        const auto theirs = netfilter.judge(sent);
        for (std::size_t i = 0; i < sent.size(); ++i) {
            const bool ours = weft.passes(sent[i]);
            judged++;
            if (ours) passed++;
            if (ours == theirs[i]) continue;
            FAIL("seed ", number, ", round ", round, ": nftables ", in_words(theirs[i]), ", weft ",
                 in_words(ours), " packet ", i, " ", to_hex(sent[i].packet), " of\n", rules, list(sent, i));
        }
    }
    std::printf("nftables agrees on %zu packets, %zu of which passed, in %zu rounds; seed %llu\n", judged,
                passed, round, static_cast<unsigned long long>(number));
    CHECK(round >= 10);
    CHECK(passed > judged / 20);
    CHECK(passed < judged - judged / 20);
}

}  // namespace

TEST_CASE("[4.1/nftables] [4.6/nftables] groups and connection tracking judge as nftables does") {
    compare(false);
}

TEST_CASE("[4.2/nftables] ACLs judge as nftables without connection tracking does") { compare(true); }
