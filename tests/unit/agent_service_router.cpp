// SPDX-License-Identifier: Apache-2.0
// Router discovery byte for byte: messages written here from RFC 4861, 4.1, 4.2 and 4.6, and RFC 8106, 5.1.
#include <doctest/doctest.h>

#include "agent/service/advertiser.h"
#include "agent/service/router_advertisement.h"
#include "agent/service/router_solicitation.h"
#include "tests/harness/bpf/packet.h"

using namespace weft;
using namespace weft::agent;
using namespace std::chrono_literals;
using weft::test::from_hex;
using weft::test::to_hex;

namespace {

constexpr std::uint8_t solicitation = 133;
const auto instance_mac = test::mac("02:00:00:00:0a:01");
const auto router_mac = test::mac("02:00:00:00:00:fe");
const std::string mac_option = "0101020000000a01";

struct Question {
    const char* source{"fe80::ff:fe00:a01"};
    std::string options{mac_option};
    std::uint8_t type{solicitation};
    std::uint8_t code{0};
    std::uint8_t hops{255};
};

Bytes frame(const Question& q) {
    const test::Ipv6 header{.source = test::ip6(q.source),
                            .destination = test::ip6("ff02::2"),
                            .next = test::protocol_icmp6,
                            .hops = q.hops};
    return test::ethernet(router_mac, instance_mac, test::ethertype_ipv6,
                          test::ipv6(header, test::icmp6(header, q.type, q.code, 0, from_hex(q.options))));
}

Result<RouterSolicitation> parsed(const Bytes& bytes) {
    const auto packet = parse_packet(bytes);
    if (!packet) return refused("no packet");
    return parse_router_solicitation(*packet);
}

schema::Port port_a() {
    schema::Port port;
    port.attachment = {Kind::attachment, 7};
    port.mac = *Mac::parse("02:00:00:00:0a:01");
    port.router = *Address::parse("10.1.2.1");
    port.prefix_length = 24;
    port.router_mac = *Mac::parse("02:00:00:00:00:fe");
    port.router6 = *Address::parse("2001:db8:12::1");
    port.prefix_length6 = 64;
    port.dns = *Address::parse("2001:db8::53");
    port.mtu = 1420;
    port.transmit = true;
    return port;
}

// Hop limit 64, managed and other, 9000 s; the router's MAC.
const std::string start =
    "8600"
    "0000"
    "40"
    "c0"
    "2328"
    "00000000"
    "00000000"
    "0101"
    "0200000000fe";
const std::string mtu_option =
    "0501"
    "0000"
    "0000058c";
// /64, on the link and not autonomous, 30 and 7 days.
const std::string prefix =
    "0304"
    "40"
    "80"
    "00278d00"
    "00093a80"
    "00000000"
    "20010db8001200000000000000000000";
const std::string dns =
    "1903"
    "0000"
    "00000708"
    "20010db8000000000000000000000053";

const Advertiser::Time begin = Advertiser::Time{} + 1000h;

}  // namespace

TEST_CASE("[5.3/ra] a solicitation is read with and without the sender's MAC") {
    CHECK(to_string(parsed(frame({}))->source_mac) == "02:00:00:00:0a:01");
    CHECK(!parsed(frame({.source = "::", .options = ""}))->source_mac);
    CHECK(parsed(frame({.options = "0e01010203040506" + mac_option})).has_value());
}

TEST_CASE("[5.3/malformed] solicitations that RFC 4861, 6.1.1 calls invalid are refused") {
    CHECK(!parsed(frame({.hops = 254})).has_value());
    CHECK(!parsed(frame({.code = 1})).has_value());
    CHECK(!parsed(frame({.type = 134})).has_value());
    CHECK(!parsed(frame({.source = "::"})).has_value());
    CHECK(!parsed(frame({.options = "0000000000000000"})).has_value());
    CHECK(!parsed(frame({.options = "0e02010203040506"})).has_value());
    CHECK(!parsed(frame({.options = mac_option + "01"})).has_value());
    CHECK(!parsed(frame({.options = "0102020000000a010000000000000000"})).has_value());
    for (const std::size_t at : {56U, 57U, 61U, 66U}) {  // checksum, reserved, option
        auto wrong = frame({});
        wrong[at] ^= 1;
        CHECK(!parsed(wrong).has_value());
    }
    const auto whole = frame({});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        auto cut = test::slice(whole, 0, size);
        CHECK(!parsed(cut).has_value());
        if (size < 54) continue;
        cut[19] = static_cast<std::uint8_t>(size - 54);  // payload length
        CHECK(!parsed(cut).has_value());
    }
}

TEST_CASE(
    "[5.3/ra] an advertisement says router, MTU, prefix and DNS server, and that addresses come by DHCPv6") {
    auto port = port_a();
    CHECK(to_hex(router_advertisement(port)) == start + mtu_option + prefix + dns);
    port.dns = *Address::parse("10.0.0.53");
    CHECK(to_hex(router_advertisement(port)) == start + mtu_option + prefix);
    port.mtu = 1279;
    CHECK(to_hex(router_advertisement(port)) == start + prefix);
    port.prefix_length6 = 128;
    CHECK(to_hex(router_advertisement(port)) == start);
    port.prefix_length6 = 60;
    port.router6 = *Address::parse("2001:db8:12:ffff::1");
    CHECK(to_hex(router_advertisement(port)) == start +
                                                    "03043c80"
                                                    "00278d0000093a8000000000"
                                                    "20010db80012fff00000000000000000");
    port.router6 = {};
    CHECK(router_advertisement(port).empty());
    port.router = *Address::parse("2001:db8:12::1");
    port.prefix_length = 64;
    CHECK(to_hex(router_advertisement(port)) == start + prefix);
}

TEST_CASE(
    "[5.3/ra] it goes from the router's link-local address to the instance, or to all nodes of its device") {
    const auto port = port_a();
    const auto device = *Mac::parse("02:00:00:00:00:2a");
    const auto message = router_advertisement(port);
    for (const std::string to : {"fe80::ff:fe00:a01", "ff02::1"}) {
        const test::Ipv6 header{.source = test::ip6("fe80::ff:fe00:fe"),
                                .destination = test::ip6(to),
                                .next = test::protocol_icmp6,
                                .hops = 255};
        const auto body = test::icmp6(header, 134, 0, 0x40c02328, test::slice(message, 8));
        const auto expected = test::ethernet(test::mac("02:00:00:00:00:2a"), router_mac, test::ethertype_ipv6,
                                             test::ipv6(header, body));
        const auto destination = to == "ff02::1" ? Address{} : *Address::parse(to);
        CHECK(to_hex(to_frame(advertise(port, device, destination, message))) == to_hex(expected));
    }
}

TEST_CASE("[5.3/ra] a port is told at once, and again before the router's lifetime is a tenth over") {
    const auto port = port_a();
    Advertiser advertiser;
    REQUIRE(advertiser.due({{&port, 3}}, begin).size() == 1);
    CHECK(advertiser.due({{&port, 3}}, begin + 1s).empty());
    const auto next = advertiser.next(begin + 1s);
    CHECK(next <= begin + router_lifetime / 10);
    CHECK(next >= begin + 60s);
    CHECK(advertiser.due({{&port, 3}}, next - 1s).empty());
    CHECK(advertiser.due({{&port, 3}}, next).size() == 1);
    CHECK(advertiser.due({{&port, 3}}, next + 1s).empty());
    advertiser.forget();
    CHECK(advertiser.due({{&port, 3}}, next + 2s).size() == 1);
}

TEST_CASE("[5.3/ra] a change is told at once, but not more often than RFC 4861 allows") {
    auto port = port_a();
    Advertiser advertiser;
    REQUIRE(advertiser.due({{&port, 3}}, begin).size() == 1);
    port.mtu = 1400;
    CHECK(advertiser.due({{&port, 3}}, begin + 2s).empty());
    CHECK(advertiser.next(begin + 2s) == begin + 3s);
    const auto due = advertiser.due({{&port, 3}}, begin + 3s);
    REQUIRE(due.size() == 1);
    CHECK(due.front().message == router_advertisement(port));
    port.mtu = 1410;
    CHECK(advertiser.due({{&port, 3}}, begin + 60s).size() == 1);
    CHECK(advertiser.due({{&port, 4}}, begin + 61s).size() == 1);  // another device
}

TEST_CASE("[5.3/ra] who may not send is told nothing; who may again, at once") {
    auto port = port_a();
    Advertiser advertiser;
    REQUIRE(advertiser.due({{&port, 3}}, begin).size() == 1);
    SUBCASE("transmit off") { port.transmit = false; }
    SUBCASE("disabled") { port.disabled = true; }
    SUBCASE("in repair") { port.in_repair = true; }
    SUBCASE("no IPv6 range") { port.router6 = {}; }
    CHECK(advertiser.due({{&port, 3}}, begin + 1h).empty());
    CHECK(advertiser.due({}, begin + 2h).empty());
    port = port_a();
    CHECK(advertiser.due({{&port, 3}}, begin + 2h).size() == 1);
}
