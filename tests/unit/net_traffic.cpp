// SPDX-License-Identifier: Apache-2.0
// Ports, ICMP types, and what a rule may say of them together.
#include <doctest/doctest.h>

#include "weft/schema/traffic.h"

using namespace weft;
using schema::Protocol;

TEST_CASE("[4.1/text] ports read as one or as a range, and print so") {
    CHECK(PortRange::parse("443").value() == PortRange{443, 443});
    CHECK(PortRange::parse("8000-8999").value() == PortRange{8000, 8999});
    CHECK(PortRange::parse("0-65535").value() == PortRange{0, 65535});
    CHECK(to_string(PortRange{443, 443}) == "443");
    CHECK(to_string(PortRange{8000, 8999}) == "8000-8999");
    CHECK(to_string(PortRange{}).empty());
    CHECK_FALSE(PortRange{});
    for (const char* bad :
         {"", "0", "0-0", "-1", "1-", "65536", "1-65536", "9-8", "1-2-3", "http", " 1", "1 "})
        CHECK_MESSAGE(!PortRange::parse(bad).has_value(), bad);
    const PortRange range{8000, 8999};
    CHECK(range.contains(8000));
    CHECK(range.contains(8999));
    CHECK_FALSE(range.contains(7999));
    CHECK_FALSE(range.contains(9000));
}

TEST_CASE("[4.1/text] an ICMP type reads with or without a code; type 0 is not the unset one") {
    CHECK(Icmp::parse("8").value() == Icmp{8, std::nullopt});
    CHECK(Icmp::parse("0/0").value() == Icmp{0, 0});
    CHECK(Icmp::parse("0").value());
    CHECK(to_string(Icmp{3, 4}) == "3/4");
    CHECK(to_string(Icmp{0, std::nullopt}) == "0");
    CHECK(to_string(Icmp{}).empty());
    for (const char* bad : {"", "/", "8/", "/0", "256", "8/256", "echo", "8/0/0", "-1"})
        CHECK_MESSAGE(!Icmp::parse(bad).has_value(), bad);
}

TEST_CASE("[1.12/rule] ports are for tcp, udp and sctp, ICMP types for ICMP of the remote's family") {
    const PortRange ports{443, 443};
    const Icmp echo{8, 0};
    const auto v4 = Prefix::parse("10.0.0.0/8").value();
    const auto v6 = Prefix::parse("2001:db8::/32").value();
    const auto field = [](const Result<void>& result) {
        return result ? std::string("none") : result.error().field;
    };
    for (const auto protocol : {Protocol::tcp, Protocol::udp, Protocol::sctp})
        CHECK(field(check_traffic(protocol, ports, {}, v6)) == "none");
    for (const auto protocol : {Protocol::any, Protocol::icmp, Protocol::gre, Protocol::udplite})
        CHECK(field(check_traffic(protocol, ports, {}, {})) == "ports");
    CHECK(field(check_traffic(Protocol::icmp, {}, echo, v4)) == "none");
    CHECK(field(check_traffic(Protocol::icmp6, {}, echo, v6)) == "none");
    for (const auto protocol : {Protocol::any, Protocol::tcp})
        CHECK(field(check_traffic(protocol, {}, echo, {})) == "icmp");
    CHECK(field(check_traffic(Protocol::icmp, {}, {}, v6)) == "remote");
    CHECK(field(check_traffic(Protocol::icmp6, {}, {}, v4)) == "remote");
    CHECK(field(check_traffic(Protocol::any, {}, {}, v6)) == "none");
}
