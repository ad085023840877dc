// SPDX-License-Identifier: Apache-2.0
// Security groups, tags and ACLs on their way to the maps: what is written when, and what a port waits for.
#include <doctest/doctest.h>

#include <algorithm>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/reconciler.h"
#include "tests/harness/fake_datapath.h"
#include "weft/abi/local.h"
#include "weft/abi/policy.h"
#include "weft/abi/port.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Crash;
using weft::test::FakeDatapath;

namespace {

constexpr Installed identity{11, 22, 1, 1};

Id group_id(std::uint64_t value) { return {Kind::security_group, value}; }

schema::SecurityRule rule(std::uint16_t port, const char* remote = "") {
    schema::SecurityRule out;
    out.protocol = schema::Protocol::tcp;
    out.ports = *PortRange::make(port, port);
    if (*remote != '\0') out.remote = *Prefix::parse(remote);
    return out;
}

schema::SecurityRule rule_from(std::uint16_t port, std::uint64_t group) {
    auto out = rule(port);
    out.group = group_id(group);
    return out;
}

schema::Group group(std::uint64_t id, std::vector<schema::SecurityRule> rules, bool keep = false) {
    return {group_id(id), 42, keep, std::move(rules)};
}

schema::Tag tag(std::uint32_t number, std::vector<std::uint64_t> groups) {
    schema::Tag out{42, number, {}};
    for (const auto id : groups) out.groups.push_back(group_id(id));
    return out;
}

schema::Acl acl(std::uint64_t id, std::uint16_t port) {
    schema::AclRule only;
    only.number = 100;
    only.protocol = schema::Protocol::tcp;
    only.ports = *PortRange::make(port, port);
    return {{Kind::network_acl, id}, {only}};
}

schema::Port port(std::uint64_t attachment, std::uint32_t number, std::uint64_t acl_id = 0) {
    schema::Port out;
    out.attachment = {Kind::attachment, attachment};
    out.record = {Kind::record, attachment + 100};
    out.gni = 42;
    out.mac.bytes[5] = static_cast<std::uint8_t>(attachment);
    out.device = "tap" + std::to_string(attachment);
    out.addresses = {Address::v4(0x0a000000 + static_cast<std::uint32_t>(attachment))};
    out.tag = number;
    if (acl_id != 0) out.acl = {Kind::network_acl, acl_id};
    return out;
}

struct World {
    FakeDatapath datapath;
    std::optional<Reconciler> agent;
    std::uint64_t revision{1};

    World() {
        for (std::uint32_t i = 1; i < 4; ++i) datapath.add_device("tap" + std::to_string(i), 10 + i);
        start();
    }
    void start() {
        agent.emplace(datapath);
        REQUIRE(agent->adopt().has_value());
    }
    template <class... T>
    Outcome snapshot(T... objects) {
        DesiredSet set;
        (set.put(objects), ...);
        return agent->snapshot(set, identity);
    }
    template <class... T>
    Outcome put(T... objects) {
        datapath.writes.clear();
        return agent->delta({{objects...}, {}}, ++revision);
    }
    template <class T>
    Outcome remove(const T& object) {
        datapath.writes.clear();
        return agent->delta({{}, {key_of(object)}}, ++revision);
    }
    void repairs(int count) {
        for (int i = 0; i < count; ++i) (void)agent->repair();
    }

    [[nodiscard]] std::optional<weft_port> sending(std::uint32_t number) {
        weft_port_key key{};
        key.ifindex = 10 + number;
        const auto found = datapath.map(MapId::port).find(to_bytes(key));
        if (found == datapath.map(MapId::port).end()) return std::nullopt;
        return from_bytes<weft_port>(found->second);
    }
    [[nodiscard]] std::size_t count(MapId map, std::uint32_t policy) {
        return static_cast<std::size_t>(std::ranges::count_if(
            datapath.map(map), [&](const auto& entry) { return policy_id_of(map, entry.first) == policy; }));
    }
    [[nodiscard]] std::size_t entries(std::uint32_t policy) {
        std::size_t all = 0;
        for (const auto map : policy_maps) all += count(map, policy);
        return all;
    }
    // Writes to maps, by place: the last one into a policy's, the first one of a port's.
    [[nodiscard]] std::ptrdiff_t last(std::uint32_t policy) {
        std::ptrdiff_t place = -1;
        for (std::size_t i = 0; i < datapath.writes.size(); ++i) {
            const auto& [map, key, was_put] = datapath.writes[i];
            if (std::ranges::find(policy_maps, map) != policy_maps.end() && policy_id_of(map, key) == policy)
                place = static_cast<std::ptrdiff_t>(i);
        }
        return place;
    }
    [[nodiscard]] std::ptrdiff_t first(MapId map) {
        return std::ranges::find(datapath.writes, map, &FakeDatapath::Write::map) - datapath.writes.begin();
    }
};

std::string reason(const std::vector<Report>& reports, const schema::Port& of) {
    const auto found = std::ranges::find(reports, key_of(of), &Report::object);
    return found == reports.end() ? "" : found->reason;
}

}  // namespace

TEST_CASE("[4.1/install] a port opens with the policy of its groups, which is whole before") {
    World world;
    const auto outcome = world.snapshot(group(1, {rule(80, "10.0.0.0/8"), rule_from(443, 2)}, true),
                                        group(2, {}), tag(7, {1}), tag(8, {2}), acl(5, 80), port(1, 7, 5));
    CHECK(outcome.failed.empty());
    CHECK(outcome.waiting.empty());
    const auto sending = world.sending(1);
    REQUIRE(sending.has_value());
    CHECK(sending->policy != 0);
    CHECK(sending->acl != 0);
    CHECK(sending->acl != sending->policy);
    CHECK(sending->tag == 7);
    const auto local = from_bytes<weft_local>(world.datapath.map(MapId::local).begin()->second);
    CHECK(local.policy == sending->policy);
    CHECK(local.acl == sending->acl);
    CHECK(local.tag == 7);
    CHECK(from_bytes<weft_policy>(world.datapath.map(MapId::policy).at(to_bytes(sending->policy))).flags ==
          WEFT_POLICY_KEEP);
    CHECK(world.count(MapId::rule_address, sending->policy) == 1);
    CHECK(world.count(MapId::rule_tag, sending->policy) == 1);
    CHECK(world.count(MapId::rule_port, sending->policy) == 2);
    CHECK(from_bytes<weft_policy>(world.datapath.map(MapId::policy).at(to_bytes(sending->acl))).flags == 0);
    CHECK(world.last(sending->policy) < world.first(MapId::local));
    CHECK(world.last(sending->acl) < world.first(MapId::local));
    CHECK(world.first(MapId::local) < world.first(MapId::port));
    CHECK(world.last(sending->policy) >= 0);
}

TEST_CASE("[4.1/waiting] a port is not opened before its tag, all groups and its ACL are there") {
    World world;
    const auto waits = port(1, 7, 5);
    CHECK(reason(world.snapshot(tag(8, {}), waits, port(2, 8)).waiting, waits) ==
          "the rules of acl-00000000000000005 are not known here yet");
    CHECK_FALSE(world.sending(1).has_value());
    CHECK(world.sending(2).has_value());
    CHECK(reason(world.put(acl(5, 80)).waiting, waits) ==
          "the security groups of tag 7 are not known here yet");
    CHECK(reason(world.put(tag(7, {1, 2})).waiting, waits) ==
          "the rules of sg-00000000000000001 are not known here yet");
    CHECK(reason(world.put(group(1, {})).waiting, waits) ==
          "the rules of sg-00000000000000002 are not known here yet");
    CHECK_FALSE(world.sending(1).has_value());
    CHECK(world.put(group(2, {})).waiting.empty());
    CHECK(world.sending(1).has_value());
    CHECK(reason(world.remove(group(2, {})).waiting, waits) ==
          "the rules of sg-00000000000000002 are not known here yet");
    CHECK_FALSE(world.sending(1).has_value());
}

TEST_CASE("[4.1/change] changed rules are a new policy: whole, then switched to; the former one goes later") {
    World world;
    world.snapshot(group(1, {rule(80)}), group(2, {rule(22)}), tag(7, {1}), tag(8, {2}), port(1, 7),
                   port(2, 8));
    const auto before = world.sending(1)->policy;
    const auto other = world.sending(2)->policy;
    CHECK(world.put(group(1, {rule(81)})).failed.empty());
    const auto after = world.sending(1)->policy;
    CHECK(after != before);
    CHECK(world.sending(2)->policy == other);
    CHECK(world.last(after) >= 0);
    CHECK(world.last(after) < world.first(MapId::local));
    CHECK(world.last(after) < world.first(MapId::port));
    CHECK(world.last(other) == -1);
    CHECK(world.entries(before) == 3);  // a packet may hold its id

    world.repairs(1);
    CHECK(world.entries(before) == 3);
    world.repairs(2);
    CHECK(world.entries(before) == 0);
    CHECK(world.entries(after) == 3);

    // What comes back in time stays.
    world.put(group(1, {rule(80)}));
    world.repairs(1);
    world.put(group(1, {rule(81)}));
    CHECK(world.sending(1)->policy == after);
    world.repairs(5);
    CHECK(world.entries(after) == 3);
    CHECK(world.datapath.map(MapId::policy).size() == 2);
}

TEST_CASE("[4.1/membership] a tag touches its own entries, a record that comes or goes none") {
    World world;
    world.snapshot(group(1, {rule_from(80, 2), rule_from(443, 3)}), tag(7, {1}), tag(20, {2}), port(1, 7));
    const auto policy = world.sending(1)->policy;
    CHECK(world.entries(policy) == 3);
    CHECK(world.put(tag(21, {2, 9})).failed.empty());
    REQUIRE(world.datapath.writes.size() == 2);  // the other one is the revision
    CHECK(world.datapath.writes[0].map == MapId::rule_tag);
    CHECK(from_bytes<weft_rule_tag>(world.datapath.writes[0].key).tag == 21);
    world.put(tag(22, {2, 3}));
    CHECK(world.count(MapId::rule_tag, policy) == 3);
    CHECK(world.count(MapId::rule_port, policy) == 3);  // a class of its own
    CHECK(world.first(MapId::rule_port) < world.first(MapId::rule_tag));
    world.remove(tag(22, {2, 3}));
    CHECK(world.datapath.writes.size() == 4);
    CHECK(world.first(MapId::rule_tag) < world.first(MapId::rule_port));
    world.remove(tag(20, {2}));
    CHECK(world.datapath.writes.size() == 2);
    CHECK(world.count(MapId::rule_port, policy) == 1);
    world.put(tag(30, {9}));
    CHECK(world.datapath.writes.size() == 1);

    const schema::Mapping member{42, *Prefix::parse("10.0.0.9/32"), {Kind::host, 2}, {Kind::record, 1}, {},
                                 21};
    world.put(member);
    for (const auto& write : world.datapath.writes)
        CHECK(std::ranges::find(policy_maps, write.map) == policy_maps.end());
    CHECK(world.sending(1)->policy == policy);
}

TEST_CASE("[4.1/failed] rules that cannot be compiled close their ports with the reason, and no others") {
    World world;
    auto both = rule_from(80, 2);
    both.remote = *Prefix::parse("10.0.0.0/8");
    const auto bad = port(1, 7);
    const auto outcome =
        world.snapshot(group(1, {rule(22), both}), group(2, {}), tag(7, {1}), tag(8, {2}), bad, port(2, 8));
    CHECK(reason(outcome.failed, bad) ==
          "rule 1 of sg-00000000000000001 has both a remote CIDR and a remote group");
    CHECK(outcome.failed.size() == 1);
    CHECK_FALSE(world.sending(1).has_value());
    CHECK(world.sending(2).has_value());
    CHECK(world.put(group(1, {rule(22)})).failed.empty());
    CHECK(world.sending(1).has_value());
}

TEST_CASE("[4.1/closed] a port without a tag, as an old coordinator gives it, stays closed and says why") {
    World world;
    const auto outcome = world.snapshot(acl(5, 80), port(1, 0), port(2, 0, 5));
    REQUIRE(outcome.failed.size() == 2);
    CHECK(outcome.failed[0].reason == "no security groups: its coordinator is too old to tell");
    CHECK_FALSE(world.sending(1));
    CHECK_FALSE(world.sending(2));
    CHECK(world.datapath.map(MapId::local).empty());
    SUBCASE("opened as soon as it has one") {
        CHECK(world.put(tag(7, {}), port(1, 7)).failed.size() == 1);
        CHECK(world.sending(1));
    }
}

TEST_CASE("[4.1/full] a policy that does not fit into the maps is not used before it is there as a whole") {
    World world;
    world.datapath.capacity[static_cast<std::size_t>(MapId::rule_port)] = 3;
    const auto second = port(2, 8);
    const auto outcome = world.snapshot(group(1, {rule(80, "10.0.0.0/8"), rule(81, "10.0.0.0/8")}),
                                        group(2, {rule(82, "10.0.0.0/8"), rule(83, "10.0.0.0/8")}),
                                        tag(7, {1}), tag(8, {2}), port(1, 7), second);
    REQUIRE(outcome.failed.size() == 1);
    CHECK(outcome.failed[0].reason.find("the map is full") != std::string::npos);
    CHECK(world.sending(1).has_value() != world.sending(2).has_value());
    world.datapath.capacity[static_cast<std::size_t>(MapId::rule_port)] = 4;
    world.repairs(1);
    CHECK(world.agent->outcome().failed.empty());
    CHECK(world.sending(1).has_value());
    CHECK(world.sending(2).has_value());
}

TEST_CASE("[8.5/adopt] a restarted agent adopts its policies and writes nothing that is there") {
    World world;
    const auto begin = [&world] {
        return world.snapshot(group(1, {rule(80, "10.0.0.0/8"), rule_from(443, 2)}), group(2, {rule(1)}),
                              tag(7, {2, 1}), tag(8, {2}), acl(5, 80), port(1, 7, 5), port(2, 8, 5));
    };
    CHECK(begin().waiting.empty());
    const auto before = world.datapath.maps;
    world.start();
    world.datapath.writes.clear();
    CHECK(begin().waiting.empty());
    for (const auto& write : world.datapath.writes) CHECK(write.map == MapId::config);
    CHECK(world.datapath.maps == before);
}

TEST_CASE("[4.1/crash] at every death during a change of rules a port has a whole policy") {
    for (std::size_t writes = 0; writes < 12; ++writes) {
        CAPTURE(writes);
        World world;
        world.snapshot(group(1, {rule(80)}), tag(7, {1}), port(1, 7));
        const auto before = world.sending(1)->policy;
        world.datapath.writes_until_crash = writes;
        try {
            world.put(group(1, {rule(81), rule(82)}));
        } catch (const Crash&) {
        }
        const auto now = world.sending(1)->policy;
        CHECK(world.entries(now) == (now == before ? 3 : 4));
        const auto local = from_bytes<weft_local>(world.datapath.map(MapId::local).begin()->second);
        CHECK(world.entries(local.policy) == (local.policy == before ? 3 : 4));

        world.datapath.writes_until_crash = std::numeric_limits<std::size_t>::max();
        world.start();
        world.snapshot(group(1, {rule(81), rule(82)}), tag(7, {1}), port(1, 7));
        CHECK(world.entries(before) == 3);  // still within its time
        CHECK(world.entries(world.sending(1)->policy) == 4);
        world.repairs(3);
        CHECK(world.entries(before) == 0);
        CHECK(world.entries(world.sending(1)->policy) == 4);
        CHECK(world.datapath.map(MapId::policy).size() == 1);
    }
}

TEST_CASE("[3.3/narrow] an attachment's rules are a policy of its own, whole before the port names it") {
    World world;
    auto narrowed = port(1, 7);
    narrowed.rules = {rule(443, "10.0.0.0/8")};
    CHECK(world.snapshot(group(1, {rule(80)}), tag(7, {1}), narrowed, port(2, 7)).failed.empty());
    const auto before = *world.sending(1);
    CHECK(before.narrow != 0);
    CHECK(before.narrow != before.policy);
    CHECK(world.sending(2)->narrow == 0);
    CHECK(world.sending(2)->policy == before.policy);
    CHECK(world.count(MapId::rule_address, before.narrow) == 1);
    CHECK(world.last(before.narrow) < world.first(MapId::local));
    for (const auto& [key, value] : world.datapath.map(MapId::local)) {
        const auto local = from_bytes<weft_local>(value);
        CHECK(local.narrow == (local.attachment == 1 ? before.narrow : 0));
    }
    for (const auto& [key, value] : world.datapath.map(MapId::rule_port))
        if (policy_id_of(MapId::rule_port, key) == before.narrow)
            CHECK(from_bytes<weft_rule>(value).origin == 1);
    SUBCASE("other rules are another one, and the groups' stays") {
        narrowed.rules.push_back(rule(80));
        CHECK(world.put(narrowed).failed.empty());
        const auto after = *world.sending(1);
        CHECK(after.narrow != before.narrow);
        CHECK(after.policy == before.policy);
        CHECK(world.last(after.narrow) < world.first(MapId::local));
    }
    SUBCASE("without them nothing is narrowed") {
        narrowed.rules.clear();
        CHECK(world.put(narrowed).failed.empty());
        CHECK(world.sending(1)->narrow == 0);
        world.repairs(4);
        CHECK(world.entries(before.narrow) == 0);
    }
    SUBCASE("another port with the same rules has its own: flow entries and traces tell them apart") {
        auto second = port(2, 7);
        second.rules = narrowed.rules;
        CHECK(world.put(second).failed.empty());
        CHECK(world.sending(2)->narrow != 0);
        CHECK(world.sending(2)->narrow != before.narrow);
    }
}
