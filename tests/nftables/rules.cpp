// SPDX-License-Identifier: Apache-2.0
#include "tests/nftables/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/net/prefix.h"

namespace weft::test {

using agent::policy::Policy;
using agent::policy::Rule;

namespace {

constexpr std::uint8_t icmp = 1;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;
constexpr std::uint8_t icmp6 = 58;
constexpr unsigned most_rules = 16;

const std::vector<std::string> prefixes4{"0.0.0.0/0",       "10.0.0.0/8",      "10.2.0.0/16", "10.2.0.0/17",
                                         "10.2.128.0/17",   "10.2.3.0/24",     "10.2.3.4/32", "10.2.3.4/31",
                                         "198.51.100.0/24", "198.51.100.7/32", "128.0.0.0/1"};
const std::vector<std::string> prefixes6{"::/0",
                                         "2001:db8::/32",
                                         "2001:db8:20::/44",
                                         "2001:db8:22::/48",
                                         "2001:db8:22:8000::/49",
                                         "2001:db8:22::4/128",
                                         "2001:db8:22::4/127",
                                         "8000::/1",
                                         "fd00:1::/64"};
const std::vector<std::uint16_t> edges{0, 1, 53, 80, 81, 443, 1023, 1024, 8080, 32767, 32768, 65534, 65535};

void random_ports(Random& random, Rule& rule) {
    const auto a = pick(random, edges);
    const auto b = below(random, 2) == 0 ? a : pick(random, edges);
    rule.port_low = std::min(a, b);
    rule.port_high = std::max(a, b);
}

// One type with any code, or with one code.
void random_type(Random& random, Rule& rule) {
    const auto type = rule.protocol == icmp ? pick<std::uint16_t>(random, {8, 13, 0})
                                            : pick<std::uint16_t>(random, {128, 129});
    const bool any_code = below(random, 2) == 0;
    rule.port_low = static_cast<std::uint16_t>(type << 8U);
    rule.port_high = static_cast<std::uint16_t>(rule.port_low | (any_code ? 0xffU : 0U));
}

Rule random_rule(Random& random, bool ordered) {
    Rule rule;
    rule.direction = below(random, 2) == 0 ? WEFT_TX : WEFT_RX;
    rule.protocol = pick<std::uint8_t>(random, {0, icmp, tcp, tcp, udp, udp, icmp6});
    if (rule.protocol == icmp || rule.protocol == icmp6) {
        if (below(random, 3) > 0) random_type(random, rule);
    } else if (rule.protocol != 0 && below(random, 4) > 0) {
        random_ports(random, rule);
    }
    if (below(random, 4) > 0)
        rule.remote = *Prefix::parse(pick(random, below(random, 2) == 0 ? prefixes4 : prefixes6));
    if (ordered) rule.allow = below(random, 3) > 0;
    return rule;
}

// nft takes no range of one.
std::string range(const Rule& rule) {
    if (rule.port_low == rule.port_high) return fmt::format("{} ", rule.port_low);
    return fmt::format("{}-{} ", rule.port_low, rule.port_high);
}

std::string in_nft(const Rule& rule) {
    const bool sends = rule.direction == WEFT_TX;
    std::string text = fmt::format("iifname \"{}\" ", sends ? "inside" : "outside");
    if (rule.remote) {
        const auto family = rule.remote.address().is_v4() ? "ip" : "ip6";
        const auto length = rule.remote.length();
        text += fmt::format("meta nfproto {} ", rule.remote.address().is_v4() ? "ipv4" : "ipv6");
        if (length > 0)
            text += fmt::format("{} {} {}/{} ", family, sends ? "daddr" : "saddr",
                                to_string(rule.remote.address()), length);
    }
    if (rule.protocol != 0) text += fmt::format("meta l4proto {} ", rule.protocol);
    if (rule.protocol == icmp || rule.protocol == icmp6) {
        // Type and code are the first two bytes behind the IP header.
        if (rule.port_low != 0 || rule.port_high != 0xffff) text += "@th,0,16 " + range(rule);
    } else if (rule.protocol != 0) {
        text += "th dport " + range(rule);
    }
    return text + (rule.allow ? "accept\n" : "drop\n");
}

}  // namespace

const std::vector<std::string>& remote_addresses(bool ipv6) {
    static const std::vector<std::string> v4{"10.2.3.4",     "10.2.3.5", "10.2.3.6",     "10.2.4.4",
                                             "10.2.128.1",   "10.3.0.1", "198.51.100.7", "198.51.100.8",
                                             "198.51.101.7", "11.0.0.1", "126.255.255.1"};
    static const std::vector<std::string> v6{
        "2001:db8:22::4", "2001:db8:22::5", "2001:db8:22::6", "2001:db8:22:8000::1", "2001:db8:23::1",
        "2001:db8:30::1", "2001:db9::1",    "fd00:1::1",      "fd00:1:0:1::1",       "7fff::1"};
    return ipv6 ? v6 : v4;
}

Policy random_policy(Random& random, bool ordered) {
    Policy policy;
    policy.ordered = ordered;
    const auto count = below(random, most_rules + 1);
    for (std::uint32_t i = 0; i < count; ++i) {
        auto rule = random_rule(random, ordered);
        rule.origin = {ordered ? Kind::network_acl : Kind::security_group, 1};
        rule.position = i;
        policy.rules.push_back(rule);
    }
    return policy;
}

std::string as_nft(const Policy& policy, unsigned zone) {
    std::string text =
        "flush ruleset\n"
        "table inet weft {\n"
        "chain before { type filter hook prerouting priority raw;\n";
    // A zone of its own: nothing is left of the round before.
    text += policy.ordered ? "notrack\n" : fmt::format("ct zone set {}\n", zone);
    text +=
        "}\n"
        "chain forward { type filter hook forward priority filter; policy drop;\n"
        "udp sport 9 udp dport 9 accept\n";  // the end of a round
    if (!policy.ordered)
        text +=
            "ct state established,related accept\n"
            // Of no connection: weft drops them whatever the rules say.
            "ct state invalid meta l4proto tcp drop\n"
            "ct state invalid icmp type { 3, 4, 5, 11, 12 } drop\n"
            "ct state invalid icmpv6 type { 1, 2, 3, 4 } drop\n";
    for (const auto& rule : policy.rules) text += in_nft(rule);
    return text + "}\n}\n";
}

}  // namespace weft::test
