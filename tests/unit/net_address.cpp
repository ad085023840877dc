// SPDX-License-Identifier: Apache-2.0
#include "weft/net/address.h"

#include <doctest/doctest.h>

#include "weft/net/mac.h"
#include "weft/net/prefix.h"

using weft::Address;
using weft::Mac;
using weft::Prefix;

namespace {

Address address(const char* text) { return Address::parse(text).value(); }
Prefix prefix(const char* text) { return Prefix::parse(text).value(); }

}  // namespace

TEST_CASE("[5.6/text] addresses read and print in their canonical form (RFC 5952)") {
    CHECK(to_string(address("10.1.2.30")) == "10.1.2.30");
    CHECK(to_string(address("2001:DB8:0:0:0:0:0:1")) == "2001:db8::1");
    CHECK(to_string(address("2001:db8::1:0:0:1")) == "2001:db8::1:0:0:1");
    CHECK(to_string(Address{}).empty());
    for (const char* bad : {"", "10.1.2", "10.1.2.256", "010.1.2.3", "10.1.2.3/24", "2001:db8:::1",
                            " 10.1.2.3", "fe80::1%eth0", "host"})
        CHECK_MESSAGE(!Address::parse(bad).has_value(), bad);
    CHECK_FALSE(Address::parse(std::string_view("10.1.2.3\0x", 10)).has_value());
}

TEST_CASE("[5.6/mapped] an IPv4 address is held v4-mapped (RFC 4291, 2.5.5.2) and stays IPv4") {
    const auto v4 = address("10.1.2.3");
    const std::array<std::uint8_t, 16> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3};
    CHECK(v4.mapped() == mapped);
    CHECK(v4.bits() == 32);
    CHECK(v4.bytes().size() == 4);
    CHECK(v4.v4_value() == 0x0a010203U);
    CHECK(Address::v4(0x0a010203U) == v4);
    CHECK(address("::1").bits() == 128);
    CHECK(Address{}.bits() == 0);
    CHECK(address("0.0.0.0") != Address{});
    const std::array<std::uint8_t, 5> five{};
    CHECK_FALSE(Address::from_bytes(five).has_value());
}

TEST_CASE("[1.2/next] counting on carries through bytes") {
    CHECK(address("10.1.2.255").plus(1) == address("10.1.3.0"));
    CHECK(address("2001:db8::ffff:ffff:ffff:ffff").plus(1) == address("2001:db8:0:1::"));
    CHECK(address("2001:db8::fe").plus(0x102) == address("2001:db8::200"));
}

TEST_CASE("[1.12/special] multicast, loopback, unspecified and broadcast are nobody's own address") {
    for (const char* special :
         {"0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "ff02::1", "::ffff:10.1.2.3"})
        CHECK_MESSAGE(address(special).is_special(), special);
    for (const char* plain : {"10.0.0.1", "223.255.255.255", "2001:db8::1", "fe80::1", "::2"})
        CHECK_MESSAGE(!address(plain).is_special(), plain);
}

TEST_CASE("[1.14/cidr] a CIDR has no host bits, and contains what it should") {
    CHECK_FALSE(Prefix::parse("10.1.2.1/24").has_value());
    CHECK_FALSE(Prefix::parse("10.1.2.0/33").has_value());
    CHECK_FALSE(Prefix::parse("10.1.2.0/").has_value());
    CHECK_FALSE(Prefix::parse("10.1.2.0/2x").has_value());
    CHECK_FALSE(Prefix::parse("2001:db8::/129").has_value());
    CHECK(prefix("10.1.2.3") == prefix("10.1.2.3/32"));
    const auto net = prefix("10.1.2.0/23");
    CHECK(net.contains(address("10.1.3.255")));
    CHECK(!net.contains(address("10.1.4.0")));
    CHECK(!net.contains(address("::ffff:10.1.2.3")));
    CHECK(net.contains(prefix("10.1.3.0/24")));
    CHECK(!net.contains(prefix("10.1.0.0/16")));
    CHECK(net.overlaps(prefix("10.1.0.0/16")));
    CHECK(!net.overlaps(prefix("10.1.4.0/24")));
    CHECK(prefix("0.0.0.0/0").contains(address("203.0.113.1")));
    CHECK(!prefix("0.0.0.0/0").contains(address("2001:db8::1")));
    CHECK(to_string(prefix("2001:DB8::/32")) == "2001:db8::/32");
}

TEST_CASE("[5.1/router] the first address of a range is the router's, the last IPv4 one its broadcast") {
    CHECK(prefix("10.1.2.0/24").router() == address("10.1.2.1"));
    CHECK(prefix("2001:db8::/64").router() == address("2001:db8::1"));
    CHECK(prefix("10.1.2.0/23").broadcast() == address("10.1.3.255"));
    CHECK(prefix("10.1.2.0/31").broadcast() == Address{});
    CHECK(prefix("2001:db8::/64").broadcast() == Address{});
    CHECK(prefix("10.1.2.0/24").size() == 256);
    CHECK(prefix("2001:db8::/32").size() == std::uint64_t{1} << 63);
}

TEST_CASE("[1.12/mac] a MAC address is six pairs of hex digits, and unicast") {
    CHECK(to_string(Mac::parse("02:00:5E:10:20:30").value()) == "02:00:5e:10:20:30");
    for (const char* bad :
         {"", "02:00:5e:10:20", "02-00-5e-10-20-30", "01:00:5e:00:00:01", "00:00:00:00:00:00",
          "ff:ff:ff:ff:ff:ff", "02:00:5e:10:20:3g", "02:00:5e:10:20:300", "2:00:5e:10:20:300"})
        CHECK_MESSAGE(!Mac::parse(bad).has_value(), bad);
    CHECK(to_string(Mac::local(0x123456789abcULL)) == "02:34:56:78:9a:bc");
}
