// SPDX-License-Identifier: Apache-2.0
// Policies whose entries are known: families, ids that meet, rules that make no sense, and sizes.
#include <doctest/doctest.h>

#include <chrono>

#include "agent/policy/ids.h"
#include "tests/unit/policy_reader.h"

using namespace weft;
using namespace weft::agent::policy;
using weft::test::Packet;
using weft::test::read;

namespace {

constexpr std::uint8_t tcp = 6;

Rule rule(std::uint32_t position, const char* remote, std::uint16_t low, std::uint16_t high) {
    Rule out;
    out.origin = {Kind::security_group, 1};
    out.position = position;
    out.protocol = tcp;
    out.port_low = low;
    out.port_high = high;
    if (*remote != '\0') out.remote = *Prefix::parse(remote);
    return out;
}

bool allowed(const Table& table, const char* remote, std::uint16_t port) {
    const auto found =
        read(table.entries(), table.id(), {WEFT_RX, *Address::parse(remote), {}, 0, tcp, port});
    return found.by_address && found.by_address->verdict == WEFT_RULE_ALLOW;
}

std::string refusal(const Policy& policy) {
    const auto table = Table::compile(policy, {}, {});
    return table ? std::string{} : table.error().text;
}

Prefix block(std::uint32_t number, unsigned length) {
    return *Prefix::make(Address::v4(0x0a000000 + (number << (32 - length))), length);
}

// Compiles, prints what it cost, and gives the number of entries.
std::size_t entries_of(const std::string& what, const Policy& policy) {
    const auto begin = std::chrono::steady_clock::now();
    const auto table = Table::compile(policy, {}, {});
    const auto took = std::chrono::steady_clock::now() - begin;
    REQUIRE(table.has_value());
    MESSAGE(policy.rules.size(), " rules, ", what, ": ", table->size(), " entries in ",
            std::chrono::duration_cast<std::chrono::milliseconds>(took).count(), " ms");
    return table->size();
}

}  // namespace

TEST_CASE("[4.1/family] a rule for IPv6 addresses says nothing about IPv4 ones, and the other way") {
    for (const char* prefix : {"::/0", "::/1", "::/64", "::/80"}) {
        const auto table = Table::compile({false, false, {rule(0, prefix, 80, 80)}}, {}, {});
        CHECK(allowed(*table, "::1", 80));
        CHECK_FALSE(allowed(*table, "10.0.0.1", 80));
        CHECK_FALSE(allowed(*table, "0.0.0.0", 80));
        CHECK_FALSE(allowed(*table, "255.255.255.255", 80));
    }
    const auto v4 = Table::compile({false, false, {rule(0, "0.0.0.0/0", 80, 80)}}, {}, {});
    CHECK(allowed(*v4, "10.0.0.1", 80));
    CHECK_FALSE(allowed(*v4, "::1", 80));
    const auto any = Table::compile({false, false, {rule(0, "", 80, 80)}}, {}, {});
    CHECK(allowed(*any, "10.0.0.1", 80));
    CHECK(allowed(*any, "::1", 80));
    CHECK_FALSE(allowed(*any, "::1", 81));
}

TEST_CASE("[4.1/refused] rules that make no sense are named with what is wrong") {
    auto both = rule(3, "10.0.0.0/8", 80, 80);
    both.group = {Kind::security_group, 2};
    CHECK(refusal({false, false, {both}}) ==
          "rule 3 of sg-00000000000000001 has both a remote CIDR and a remote group");
    CHECK(refusal({false, false, {rule(0, "", 81, 80)}}) ==
          "rule 0 of sg-00000000000000001 has the ports 81 to 80");
    CHECK(refusal({false, false, {rule(0, "::ffff:10.0.0.0/104", 80, 80)}}) ==
          "rule 0 of sg-00000000000000001 has the remote ::ffff:10.0.0.0/104, which is IPv4: write it so");
    auto every = rule(0, "", 80, 80);
    every.protocol = 0;
    CHECK(refusal({false, false, {every}}) == "rule 0 of sg-00000000000000001 has ports but no protocol");
    auto deny = rule(0, "", 80, 80);
    deny.allow = false;
    CHECK(refusal({false, false, {deny}}) == "rule 0 of sg-00000000000000001 of a security group denies");
    CHECK(refusal({true, false, {deny}}).empty());
    auto group = rule(0, "", 80, 80);
    group.group = {Kind::security_group, 2};
    CHECK(refusal({true, false, {group}}) == "rule 0 of sg-00000000000000001 of an ACL has a remote group");
}

TEST_CASE("[4.1/id] an id that another policy has is not used again") {
    const Policy policy{false, false, {rule(0, "10.0.0.0/8", 80, 80)}};
    const auto first = Table::compile(policy, {}, {})->id();
    const auto second = Table::compile(policy, {}, {first});
    REQUIRE(second.has_value());
    CHECK(second->id() != first);
    CHECK(second->id() != 0);
    CHECK(allowed(*second, "10.1.2.3", 80));
}

TEST_CASE("[4.1/id] two classes that would share an id make the policy another one") {
    // Two sets of rules whose ids meet; with 2^18 sets there are about eight such pairs.
    constexpr std::uint32_t bits = 18;
    std::map<std::uint32_t, std::uint32_t> sets;
    std::pair<std::uint32_t, std::uint32_t> met;
    for (std::uint32_t set = 1; set < 1U << bits && met.second == 0; ++set) {
        std::vector<Index> rules;
        for (Index i = 0; i < bits; ++i)
            if ((set >> i & 1) != 0) rules.push_back(i);
        const auto [other, fresh] = sets.emplace(class_id(rules, 0), set);
        if (!fresh) met = {other->second, set};
    }
    REQUIRE(met.second != 0);
    Policy policy;
    Tags tags;
    for (Index i = 0; i < bits; ++i) {
        auto by_group =
            rule(i, "", static_cast<std::uint16_t>(1000 + i), static_cast<std::uint16_t>(1000 + i));
        by_group.group = {Kind::security_group, 100 + i};
        policy.rules.push_back(by_group);
        if ((met.first >> i & 1) != 0) tags[1].insert(by_group.group);
        if ((met.second >> i & 1) != 0) tags[2].insert(by_group.group);
    }
    auto table = *Table::compile(policy, {{1, tags[1]}}, {});
    const auto size = table.size();
    const auto refused = table.add_tag(2, tags[2]);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(table.size() == size);

    const auto whole = Table::compile(policy, tags, {});
    CHECK(whole->id() != table.id());
    for (Index i = 0; i < bits; ++i)
        for (std::uint32_t tag = 1; tag <= 2; ++tag) {
            const Packet packet{WEFT_RX, *Address::parse("10.0.0.1"),         {}, tag,
                                tcp,     static_cast<std::uint16_t>(1000 + i)};
            CHECK(read(whole->entries(), whole->id(), packet).by_tag.has_value() ==
                  tags[tag].contains({Kind::security_group, 100 + i}));
        }
}

TEST_CASE("[4.1/size] separate CIDRs cost two entries a rule, from 1 to 12500 rules") {
    for (const std::uint32_t count : {1U, 60U, 1000U, 12500U}) {
        Policy policy;
        for (std::uint32_t i = 0; i < count; ++i) {
            policy.rules.push_back(rule(i, "", 443, 443));
            policy.rules.back().remote = block(i, 28);
        }
        CHECK(entries_of("separate CIDRs", policy) == 1 + 2 * count);
    }
}

TEST_CASE("[4.1/size] CIDRs nested three deep and ports that overlap stay near their rules") {
    Policy nested;
    for (std::uint32_t i = 0; i < 12500; ++i) {
        nested.rules.push_back(rule(i, "", static_cast<std::uint16_t>(i), static_cast<std::uint16_t>(i)));
        nested.rules.back().remote = block((i / 3 * 16) >> (i % 3 * 2), 28 - i % 3 * 2);
    }
    CHECK(entries_of("nested three deep", nested) <= 4 * nested.rules.size());
    Policy ports;
    for (std::uint32_t i = 0; i < 12500; ++i) {
        const auto low = static_cast<std::uint16_t>(i * 7919 % 60000);
        ports.rules.push_back(rule(i, "10.0.0.0/8", low, static_cast<std::uint16_t>(low + i % 97)));
    }
    CHECK(entries_of("of one CIDR with overlapping ports", ports) <= 65536);
    Policy shadowed;  // each CIDR matches half of all the rules
    for (std::uint32_t i = 0; i < 12500; ++i) {
        shadowed.rules.push_back(rule(i, "", 0, 65535));
        if (i % 2 == 1) shadowed.rules.back().remote = block(i, 28);
    }
    CHECK(entries_of("shadowed by one for all", shadowed) == 1 + 2);
}

TEST_CASE("[4.2/size] an ACL of 12500 rules that take turns costs what its ranges do") {
    Policy acl;
    acl.ordered = true;
    for (std::uint32_t i = 0; i < 12500; ++i) {
        const auto port = static_cast<std::uint16_t>(2 * i);
        acl.rules.push_back(rule(i, "", port, port));
        acl.rules.back().allow = i % 2 == 0;
    }
    CHECK(entries_of("ACL of single ports", acl) == 1 + 1 + acl.rules.size());
}

TEST_CASE("[4.1/size] rules that would multiply are refused with the limit, soon") {
    Policy policy;  // 128 nested prefixes, each with all the ports of those around it
    for (std::uint32_t i = 0; i < 12500; ++i) {
        policy.rules.push_back(
            rule(i, "", static_cast<std::uint16_t>(2 * i), static_cast<std::uint16_t>(2 * i)));
        policy.rules.back().remote = *Prefix::make(*Address::parse("::"), i % 129);
    }
    const auto begin = std::chrono::steady_clock::now();
    CHECK(
        refusal(policy) ==
        "the 12500 rules need more than 262144 map entries: write fewer, or with fewer of them overlapping");
    MESSAGE("refused after ",
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin)
                .count(),
            " ms");
}
