// SPDX-License-Identifier: Apache-2.0
// Random rules, random packets near their edges: what the maps say is what the rules say.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "tests/unit/policy_reader.h"

using namespace weft;
using namespace weft::agent::policy;
using weft::test::flat;
using weft::test::match;
using weft::test::Packet;
using weft::test::read;
using weft::test::same;

namespace {

template <class T>
T pick(T low, T high) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high));
}
template <class T>
T pick(const std::vector<T>& values) {
    return values[pick<std::size_t>(0, values.size())];
}

constexpr std::uint64_t groups = 5;
Id group(std::uint64_t value) { return {Kind::security_group, value}; }

// No packet has an IPv6 address that stands for an IPv4 one.
Address on_wire(const Address& address) {
    return Prefix::parse("::ffff:0:0/96")->contains(address) ? *Address::parse("::") : address;
}

// An address whose bits are few words repeated, so that prefixes nest, touch and miss by one bit.
Address any_address() {
    if (pick(0, 2) == 0) {
        const auto base = pick<std::uint32_t>({0, 0x0a000000, 0x0a0000ff, 0x0a010000, 0xffffffff});
        return Address::v4(base ^ (pick(0, 3) == 0 ? 1U << pick(0U, 32U) : 0U));
    }
    auto bytes = Address::parse(pick<std::string>({"::", "2001:db8::", "2001:db8::ff", "::fffe:a00:0",
                                                   "::1:0:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}))
                     ->mapped();
    if (pick(0, 2) == 0) {
        const auto bit = pick<std::size_t>(0, 128);
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (0x80U >> bit % 8));
    }
    return on_wire(*Address::from_bytes(bytes));
}

// The prefix of this length around the address.
Prefix around(const Address& address, unsigned length) {
    std::vector<std::uint8_t> bytes(address.bytes().begin(), address.bytes().end());
    for (std::size_t bit = length; bit < bytes.size() * 8; ++bit)
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] & ~(0x80U >> bit % 8));
    return *Prefix::make(*Address::from_bytes(bytes), length);
}

Prefix any_prefix() {
    const auto address = any_address();
    const auto length = address.is_v4() ? pick<unsigned>({0, 1, 8, 15, 24, 31, 32})
                                        : pick<unsigned>({0, 1, 32, 64, 79, 80, 81, 95, 96, 97, 127, 128});
    const auto prefix = around(address, length);
    return Prefix::parse("::ffff:0:0/96")->contains(prefix) ? *Prefix::parse("::/0") : prefix;
}

const std::vector<std::uint8_t> protocols{1, 6, 17, 47, 58};

Rule any_rule(std::uint32_t position, bool acl) {
    Rule rule;
    rule.origin = group(acl ? 1 : pick<std::uint64_t>(1, groups + 1));
    rule.position = position;
    rule.direction = pick(0, 2) == 0 ? WEFT_TX : WEFT_RX;
    if (pick(0, 5) > 0) rule.protocol = pick(protocols);
    if (rule.protocol != 0 && pick(0, 4) > 0) {
        const auto a = pick<std::uint16_t>({0, 1, 8 << 8, 80, 443, 1023, 1024, 32768, 65534, 65535});
        const auto b = pick(0, 2) == 0 ? a : pick<std::uint16_t>(0, 65535);
        rule.port_low = std::min(a, b);
        rule.port_high = std::max(a, b);
        if (rule.protocol == 1 || rule.protocol == 58) rule.port_high |= 0xff;  // any code of the last type
    }
    switch (pick(0, acl ? 3 : 4)) {
        case 0: break;  // any
        case 3: rule.group = group(pick<std::uint64_t>(1, groups + 1)); break;
        default: rule.remote = any_prefix(); break;
    }
    rule.allow = !acl || pick(0, 2) == 0;
    return rule;
}

Policy any_policy(bool acl) {
    Policy policy;
    policy.ordered = acl;
    for (int i = pick(0, 24), position = 0; position < i; ++position)
        policy.rules.push_back(any_rule(static_cast<std::uint32_t>(position), acl));
    return policy;
}

Groups any_groups() {
    Groups out;
    for (int i = pick(0, 4); i > 0; --i) out.insert(group(pick<std::uint64_t>(1, groups + 1)));
    return out;
}

Tags any_tags() {
    Tags tags;
    for (std::uint32_t i = pick(0U, 5U); i > 0; --i) tags[i] = any_groups();
    return tags;
}

// In, at the edge of, or right beside what some rule matches.
Packet any_packet(const Policy& policy, const Tags& tags) {
    Packet packet{pick(0, 2) == 0 ? WEFT_TX : WEFT_RX, any_address(), {}, 0, pick(protocols),
                  pick<std::uint16_t>(0, 65535)};
    if (!policy.rules.empty() && pick(0, 6) > 0) {
        const auto& rule = pick(policy.rules);
        packet.direction = rule.direction;
        if (rule.protocol != 0) packet.protocol = rule.protocol;
        const auto edge = pick(0, 2) == 0 ? rule.port_low : rule.port_high;
        packet.port = static_cast<std::uint16_t>(edge + pick(-1, 2));
        if (rule.remote) {
            const auto first = rule.remote.address();
            packet.remote = on_wire(first.plus(pick(0, 2) == 0 ? 0 : rule.remote.size() - pick(0U, 2U)));
            if (pick(0, 4) == 0) packet.remote = pick(policy.rules).remote.address();
            if (!packet.remote) packet.remote = any_address();
        }
    }
    if (!tags.empty() && pick(0, 3) > 0) {
        packet.tag = pick(0U, static_cast<std::uint32_t>(tags.size() + 1));
        if (const auto found = tags.find(packet.tag); found != tags.end())
            packet.remote_groups = found->second;
    }
    return packet;
}

void says_what_the_rules_say(bool acl) {
    const auto policy = any_policy(acl);
    const auto tags = acl ? Tags{} : any_tags();
    const auto table = Table::compile(policy, tags, {});
    RC_ASSERT(table.has_value());
    const auto entries = table->entries();
    RC_ASSERT(table->size() == 1 + flat(entries).size());
    const auto all = flat(entries);
    RC_ASSERT(test::Installed(all.begin(), all.end()).size() == all.size());
    for (int i = 0; i < 100; ++i) {
        const auto packet = any_packet(policy, tags);
        const auto expected = match(policy.rules, packet);
        const auto found = read(entries, table->id(), packet);
        RC_ASSERT(same(found.by_address, expected.by_address));
        RC_ASSERT(same(found.by_tag, expected.by_tag));
    }
}

}  // namespace

TEST_CASE("[4.1/match] groups' entries name the first rule that allows, by address and by tag") {
    CHECK(rc::check("as a linear matcher", [] { says_what_the_rules_say(false); }));
}

TEST_CASE("[4.2/match] an ordered ACL's entries allow and deny as its first matching rule") {
    CHECK(rc::check("as a linear matcher", [] { says_what_the_rules_say(true); }));
}

TEST_CASE("[4.1/tag] tags that come and go leave what a whole compile gives") {
    CHECK(rc::check("step by step", [] {
        const auto policy = any_policy(false);
        Tags tags;
        auto table = *Table::compile(policy, tags, {});
        const auto start = flat(table.entries());
        test::Installed installed(start.begin(), start.end());
        for (int i = pick(0, 12); i > 0; --i) {
            const auto tag = pick(1U, 5U);
            if (tags.erase(tag) > 0) {
                for (const auto& [key, value] : flat(table.remove_tag(tag)))
                    RC_ASSERT(installed.erase(key) == 1);
            } else {
                tags[tag] = any_groups();
                const auto added = table.add_tag(tag, tags[tag]);
                RC_ASSERT(added.has_value());
                for (const auto& entry : flat(*added)) RC_ASSERT(installed.insert(entry).second);
            }
            const auto whole = Table::compile(policy, tags, {});
            const auto expected = flat(whole->entries());
            RC_ASSERT(installed == test::Installed(expected.begin(), expected.end()));
            RC_ASSERT(whole->size() == table.size());
        }
    }));
}

TEST_CASE("[4.1/id] rules in another order are the same policy, other rules are another one") {
    CHECK(rc::check("by content alone", [] {
        auto policy = any_policy(false);
        const auto table = Table::compile(policy, {}, {});
        std::ranges::reverse(policy.rules);
        RC_ASSERT(Table::compile(policy, {}, {})->id() == table->id());
        policy.keep = true;
        RC_ASSERT(Table::compile(policy, {}, {})->id() != table->id());
        policy.keep = false;
        policy.rules.push_back(any_rule(99, false));
        RC_ASSERT(Table::compile(policy, {}, {})->id() != table->id());
    }));
}
