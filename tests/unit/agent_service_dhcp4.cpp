// SPDX-License-Identifier: Apache-2.0
// DHCP byte for byte: messages written here field by field from RFC 2131, figure 1, and RFC 2132.
#include <doctest/doctest.h>

#include <string>

#include "agent/service/datagram.h"
#include "agent/service/dhcp4_server.h"
#include "tests/harness/bpf/bytes.h"

using namespace weft;
using namespace weft::agent;
using weft::test::from_hex;
using weft::test::to_hex;

namespace {

const std::string mac_hex = "020000000a01";
const std::string me = "0a01021e";      // 10.1.2.30
const std::string router = "0a010201";  // 10.1.2.1
const std::string nobody = "00000000";

// op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file, cookie.
std::string bootp(const std::string& op, const std::string& flags, const std::string& client,
                  const std::string& yours, const std::string& relay = nobody,
                  const std::string& mac = mac_hex) {
    return op + "010600" + "39d1f00d" + "0000" + flags + client + yours + nobody + relay + mac +
           std::string(20, '0') + std::string(384, '0') + "63825363";
}

// What a client sends; `options` without the end.
std::string sent(const std::string& options, const std::string& client = nobody,
                 const std::string& flags = "0000") {
    return bootp("01", flags, client, nobody) + options + "ff";
}

// What a server sends: at least 300 bytes.
std::string padded(std::string hex) {
    hex += "ff";
    if (hex.size() < 600) hex.resize(600, '0');
    return hex;
}

// Netmask, router, DNS server, MTU of the port below.
const std::string configuration =
    "0104ffffff00"
    "03040a010201"
    "06040a000035"
    "1a02058c";
const std::string times = "330400000e10";  // 3600 s; renewed after half, by anybody after seven eighths
const std::string renewals =
    "3a0400000708"
    "3b0400000c4e";

schema::Port port_a() {
    schema::Port port;
    port.addresses = {*Address::parse("2001:db8:12::30"), *Address::parse("10.1.2.30")};
    port.prefix_length = 24;
    port.mac = *Mac::parse("02:00:00:00:0a:01");
    port.router = *Address::parse("10.1.2.1");
    port.dns = *Address::parse("10.0.0.53");
    port.mtu = 1420;
    return port;
}

Result<std::optional<dhcp4::Message>> ask(const std::string& hex, const schema::Port& port = port_a()) {
    WEFT_TRY(const auto message, dhcp4::parse(from_hex(hex)));
    return dhcp4::answer(message, port, 3600);
}

std::string told(const std::string& hex, const schema::Port& port = port_a()) {
    const auto reply = ask(hex, port);
    REQUIRE(reply.has_value());
    return *reply ? to_hex(dhcp4::to_bytes(**reply)) : "nothing";
}

std::string refusal(const std::string& hex, const schema::Port& port = port_a()) {
    const auto reply = ask(hex, port);
    REQUIRE(!reply.has_value());
    return reply.error().message();
}

std::string goes_to(const std::string& hex) {
    const auto reply = ask(hex);
    REQUIRE(reply.has_value());
    REQUIRE(*reply);
    return to_string(dhcp4::destination(**reply));
}

}  // namespace

TEST_CASE("[5.3/dhcp4] DISCOVER is offered the record's address, router, DNS server and MTU") {
    const std::string id = "3d0701" + mac_hex;  // echoed: RFC 6842
    CHECK(told(sent("350101" + id + "370601031c060f1a")) ==
          padded(bootp("02", "0000", nobody, me) + configuration.substr(0, 12) + configuration.substr(12) +
                 times + "350102" + "36040a010201" + renewals + id));
}

TEST_CASE("[5.3/dhcp4] REQUEST is acknowledged in every state of the client, another address is not") {
    const auto ack = [](const std::string& client) {
        return padded(bootp("02", "0000", client, me) + configuration + times + "350105" + "3604" + router +
                      renewals);
    };
    const auto nak = padded(bootp("02", "0000", nobody, nobody) + "350106" + "3604" + router);
    SUBCASE("selecting") { CHECK(told(sent("3501033604" + router + "3204" + me)) == ack(nobody)); }
    SUBCASE("selecting another server") { CHECK(told(sent("35010336040a0102fe3204" + me)) == "nothing"); }
    SUBCASE("after a reboot") { CHECK(told(sent("3501033204" + me)) == ack(nobody)); }
    SUBCASE("renewing and rebinding") { CHECK(told(sent("350103", me)) == ack(me)); }
    SUBCASE("a former address, after a reboot") { CHECK(told(sent("35010332040a010263")) == nak); }
    SUBCASE("a former address, renewing") { CHECK(told(sent("350103", "0a010263")) == nak); }
    SUBCASE("no address") { CHECK(refusal(sent("350103")).find("no address") != std::string::npos); }
}

TEST_CASE("[5.3/dhcp4] INFORM gets the configuration without a lease, DECLINE and RELEASE get nothing") {
    CHECK(told(sent("350108", me)) ==
          padded(bootp("02", "0000", me, nobody) + configuration + "350105" + "3604" + router));
    CHECK(refusal(sent("350108", "0a010263")).find("not the record's") != std::string::npos);
    CHECK(told(sent("3501043604" + router + "3204" + me)) == "nothing");
    CHECK(told(sent("3501073604" + router, me)) == "nothing");
}

TEST_CASE("[5.3/dhcp4] an answer goes where the client can take it") {
    CHECK(goes_to(sent("350101")) == "10.1.2.30");
    CHECK(goes_to(sent("350101", nobody, "8000")) == "255.255.255.255");
    CHECK(told(sent("350101", nobody, "8000")).substr(20, 4) == "8000");
    CHECK(goes_to(sent("350103", me)) == "10.1.2.30");
    CHECK(goes_to(sent("35010332040a010263")) == "255.255.255.255");
    CHECK(goes_to(sent("350108", me)) == "10.1.2.30");
}

TEST_CASE("[5.3/dhcp4] a router outside the subnet is reached by routes of RFC 3442") {
    auto port = port_a();
    port.prefix_length = 32;
    const auto reply = told(sent("350101"), port);
    CHECK(reply.find("790e200a010201"
                     "00000000"
                     "00"
                     "0a010201"
                     "ff") != std::string::npos);
    CHECK(reply.find("0104ffffffff") != std::string::npos);
}

TEST_CASE("[5.3/dhcp4] what a record does not have is left out") {
    auto port = port_a();
    port.dns = {};
    port.mtu = 0;
    CHECK(told(sent("350101"), port) == padded(bootp("02", "0000", nobody, me) +
                                               "0104ffffff00"
                                               "03040a010201" +
                                               times + "350102" + "36040a010201" + renewals));
}

TEST_CASE("[5.3/refused] what is not the record's, or comes by a relay, is refused") {
    CHECK(refusal(bootp("01", "0000", nobody, nobody, nobody, "020000000a02") + "350101ff")
              .find("hardware address") != std::string::npos);
    CHECK(refusal(bootp("01", "0000", nobody, nobody, "0a010205") + "350101ff").find("relay") !=
          std::string::npos);
    CHECK(refusal(bootp("02", "0000", nobody, nobody) + "350101ff").find("client's message") !=
          std::string::npos);
    CHECK(refusal(sent("350102")).find("no message that clients send") != std::string::npos);
    CHECK(refusal(sent("")).find("no message that clients send") != std::string::npos);
    auto port = port_a();
    port.addresses = {*Address::parse("2001:db8:12::30")};
    CHECK(refusal(sent("350101"), port).find("no IPv4 address") != std::string::npos);
}

TEST_CASE("[5.3/malformed] bytes that are no DHCP message are refused") {
    const auto whole = from_hex(sent("350101" + ("3d0701" + mac_hex)));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto parsed = dhcp4::parse(View(whole).first(size));
        CHECK((size == 240 || size == 243 || size >= 252) == parsed.has_value());
    }
    CHECK(!dhcp4::parse(from_hex(bootp("01", "0000", nobody, nobody) + "35ff01")).has_value());
    auto other = whole;
    other[239] ^= 1;
    CHECK(!dhcp4::parse(other).has_value());
    other = whole;
    other[2] = 8;
    CHECK(!dhcp4::parse(other).has_value());
}

TEST_CASE("[5.3/dhcp4] options in parts and in the unused fields are read (RFC 3396, RFC 2132 9.3)") {
    auto hex = sent(
        "00350101"
        "3d0201aa"
        "340101"
        "3d01bb");
    hex.replace(108 * 2, 12, "32040a01021e");
    hex.replace(114 * 2, 2, "ff");
    const auto parsed = dhcp4::parse(from_hex(hex));
    REQUIRE(parsed.has_value());
    CHECK(to_hex(parsed->options.at(dhcp4::Option::client_id)) == "01aabb");
    CHECK(to_string(parsed->address(dhcp4::Option::requested_address)) == "10.1.2.30");
}

TEST_CASE("[5.3/frame] a datagram is read from its frame and written into one") {
    // A DHCPDISCOVER's first 4 bytes from 0.0.0.0:68 to all, with both checksums computed by hand:
    // header 4500 0020 0000 0000 4011 .... 0000 0000 ffff ffff sums to 8531, inverted 7ace;
    // pseudo header ffff ffff 0011 000c, UDP 0044 0043 000c, data 0101 0600 sum to 07b1, inverted f84e.
    const std::string hex =
        "ffffffffffff020000000a010800"
        "45000020000000004011"
        "7ace"
        "00000000ffffffff"
        "00440043000c"
        "f84e"
        "01010600";
    const auto parsed = parse_datagram(from_hex(hex), true);
    REQUIRE(parsed);
    CHECK(!parsed->source);
    CHECK(to_string(parsed->destination) == "255.255.255.255");
    CHECK(parsed->source_port == 68);
    CHECK(parsed->destination_port == 67);
    CHECK(to_string(parsed->source_mac) == "02:00:00:00:0a:01");
    CHECK(to_hex(parsed->payload) == "01010600");
    CHECK(to_hex(to_frame(*parsed)) == hex);
    CHECK(parse_datagram(from_hex(hex + "0000"), true));  // Ethernet's padding

    auto wrong = from_hex(hex);
    wrong.back() ^= 1;
    CHECK(!parse_datagram(wrong, true));
    CHECK(parse_datagram(wrong, false));
    for (const std::size_t at : {14U, 16U, 17U, 20U, 23U, 24U, 39U}) {
        wrong = from_hex(hex);
        wrong[at] ^= 0x10;
        CHECK(!parse_datagram(wrong, true));
    }
    for (std::size_t size = 0; size < from_hex(hex).size(); ++size)
        CHECK(!parse_datagram(View(from_hex(hex)).first(size), true));
}
