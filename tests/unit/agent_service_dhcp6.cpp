// SPDX-License-Identifier: Apache-2.0
// DHCPv6 byte for byte: messages written here field by field from RFC 8415, sections 8 and 21, and RFC 3646.
#include <doctest/doctest.h>

#include <string>

#include "agent/service/dhcp6_server.h"
#include "tests/harness/bpf/bytes.h"

using namespace weft;
using namespace weft::agent;
using weft::test::from_hex;
using weft::test::to_hex;

namespace {

const std::string client =
    "0001000e"
    "00010001"
    "2af1c0de"
    "020000000a01";  // DUID-LLT
const std::string server =
    "0002000a"
    "00030001"
    "0200000000fe";  // DUID-LL of the router
const std::string other_server =
    "0002000a"
    "00030001"
    "0200000000ff";
const std::string wants_dns =
    "00060004"
    "0017"
    "0018";
const std::string dns =
    "00170010"
    "20010db8000000000000000000000053";
const std::string own = "20010db8001200000000000000000030";
const std::string foreign = "20010db8001200000000000000000099";
const std::string success = "000d00020000";

std::string number(std::size_t value, int digits) {
    std::string out;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15];
    return out;
}
std::string option(const std::string& code, const std::string& value) {
    return code + number(value.size() / 2, 4) + value;
}
std::string address(const std::string& hex, const std::string& preferred = "00000000",
                    const std::string& valid = "00000000") {
    return option("0005", hex + preferred + valid);
}
std::string status(const std::string& code, const std::string& text) {
    return option("000d", code + to_hex({text.begin(), text.end()}));
}
std::string ia_na(const std::string& inside, const std::string& id = "00000a01",
                  const std::string& times = "0000000000000000") {
    return option("0003", id + times + inside);
}
// 3600 s; renewed after half, by anybody after four fifths.
std::string granted(const std::string& more = "", const std::string& id = "00000a01") {
    return ia_na(address(own, "00000e10", "00000e10") + more, id, "0000070800000b40");
}
const std::string no_addresses = status("0002", "no address of the record is left");

schema::Port port_a() {
    schema::Port port;
    port.addresses = {*Address::parse("10.1.2.30"), *Address::parse("2001:db8:12::30")};
    port.mac = *Mac::parse("02:00:00:00:0a:01");
    port.router = *Address::parse("10.1.2.1");
    port.router_mac = *Mac::parse("02:00:00:00:00:fe");
    port.router6 = *Address::parse("2001:db8:12::1");
    port.prefix_length6 = 64;
    port.dns = *Address::parse("2001:db8::53");
    return port;
}

// `options` behind the client's id and the time it has been trying.
std::string sent(const std::string& type, const std::string& options) {
    return type + "39d1f0" + client + "000800020000" + options;
}
std::string answered(const std::string& type, const std::string& options) {
    return type + "39d1f0" + client + server + options;
}

Result<std::optional<dhcp6::Message>> ask(const std::string& hex, const schema::Port& port = port_a()) {
    WEFT_TRY(const auto message, dhcp6::parse(from_hex(hex)));
    return dhcp6::answer(message, port, 3600);
}
std::string told(const std::string& hex, const schema::Port& port = port_a()) {
    const auto reply = ask(hex, port);
    REQUIRE(reply.has_value());
    return *reply ? to_hex(dhcp6::to_bytes(**reply)) : "nothing";
}
std::string refusal(const std::string& hex, const schema::Port& port = port_a()) {
    const auto reply = ask(hex, port);
    REQUIRE(!reply.has_value());
    return reply.error().message();
}
bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE(
    "[5.3/dhcp6] SOLICIT is advertised the record's address and DNS server, at once committed if asked") {
    CHECK(told(sent("01", wants_dns + ia_na(""))) == answered("02", "00070001ff" + dns + granted()));
    CHECK(told(sent("01", ia_na(""))) == answered("02", "00070001ff" + granted()));
    CHECK(told(sent("01", "000e0000" + ia_na(address(foreign)))) == answered("07", "000e0000" + granted()));
}

TEST_CASE("[5.3/dhcp6] REQUEST, RENEW and REBIND get the addresses with new lifetimes") {
    const auto reply = answered("07", dns + granted());
    CHECK(told(sent("03", server + wants_dns + ia_na(address(own)))) == reply);
    CHECK(told(sent("05", server + wants_dns + ia_na(address(own)))) == reply);
    CHECK(told(sent("06", wants_dns + ia_na(address(own)))) == reply);
    SUBCASE("all of the record's") {
        auto port = port_a();
        port.addresses.push_back(*Address::parse("2001:db8:12::31"));
        const auto second = address("20010db8001200000000000000000031", "00000e10", "00000e10");
        CHECK(told(sent("03", server + ia_na("")), port) == answered("07", granted(second)));
    }
    SUBCASE("a former address is withdrawn, or refused where it is only wanted") {
        CHECK(told(sent("05", server + ia_na(address(foreign)))) ==
              answered("07", granted(address(foreign))));
        CHECK(told(sent("06", ia_na(address(foreign)))) == answered("07", granted(address(foreign))));
        CHECK(told(sent("03", server + ia_na(address(foreign)))) ==
              answered("07", ia_na(status("0004", "not the record's address"))));
    }
    SUBCASE("from another server they are not answered") {
        for (const auto* type : {"03", "05", "08", "09"})
            CHECK(told(sent(type, other_server + ia_na(address(own)))) == "nothing");
    }
}

TEST_CASE("[5.3/dhcp6] CONFIRM says whether the addresses are still the record's") {
    CHECK(told(sent("04", ia_na(address(own)))) == answered("07", success));
    CHECK(told(sent("04", ia_na(address(own) + address(foreign)))) ==
          answered("07", status("0004", "not the record's address")));
    CHECK(told(sent("04", ia_na(""))) == "nothing");
}

TEST_CASE("[5.3/dhcp6] RELEASE and DECLINE are acknowledged, of what is not the record's as no binding") {
    for (const auto* type : {"08", "09"}) {
        CHECK(told(sent(type, server + ia_na(address(own)))) == answered("07", success));
        CHECK(told(sent(type, server + ia_na(address(foreign)))) ==
              answered("07", success + ia_na(status("0003", "not the record's"))));
    }
}

TEST_CASE("[5.3/dhcp6] INFORMATION-REQUEST gets the configuration, with and without an id") {
    CHECK(told(sent("0b", wants_dns)) == answered("07", dns));
    CHECK(told("0b39d1f0" + wants_dns) == "0739d1f0" + server + dns);
    CHECK(told(sent("0b", other_server + wants_dns)) == "nothing");
    auto port = port_a();
    port.dns = *Address::parse("10.0.0.53");
    CHECK(told(sent("0b", wants_dns), port) == answered("07", ""));
}

TEST_CASE("[5.3/dhcp6] prefixes and temporary addresses are not to be had, other associations still are") {
    const auto no_prefix = status("0006", "the record has no prefix to delegate");
    const auto prefix = option("001a",
                               "00000e1000000e10"
                               "38"
                               "20010db8001200000000000000000000");
    const auto nothing = "0000000000000000";
    CHECK(told(sent("01", ia_na("") + option("0019", std::string("00000001") + nothing + prefix) +
                              option("0004", "00000002"))) ==
          answered("02", "00070001ff" + granted() + option("0019", "00000001" + (nothing + no_prefix)) +
                             option("0004", "00000002" + no_addresses)));
}

TEST_CASE("[5.3/pd] a record's IPv6 prefixes are delegated to one association, others get none") {
    auto port = port_a();
    port.prefixes = {*Prefix::parse("10.1.2.64/28"), *Prefix::parse("2001:db8:12:0:64::/80")};
    const auto nothing = std::string("0000000000000000");
    const auto prefix = [](const std::string& times, const std::string& bits, const std::string& hex) {
        return option("001a", times + bits + hex);
    };
    const auto ia_pd = [](const std::string& times, const std::string& inside,
                          const std::string& id = "00000001") { return option("0019", id + times + inside); };
    const std::string lasting = "00000e1000000e10";
    const std::string ours = "20010db8001200000064000000000000";
    const std::string theirs = "20010db8001200000065000000000000";
    const auto delegated = ia_pd("0000070800000b40", prefix(lasting, "50", ours));
    const auto none = status("0006", "the record has no prefix to delegate");
    CHECK(told(sent("01", ia_pd(nothing, "")), port) == answered("02", "00070001ff" + delegated));
    CHECK(told(sent("03", server + ia_na("") + ia_pd(nothing, prefix(lasting, "38", theirs))), port) ==
          answered("07", granted() + delegated));
    CHECK(told(sent("01", ia_pd(nothing, "") + ia_pd(nothing, "", "00000002")), port) ==
          answered("02", "00070001ff" + delegated + ia_pd(nothing, none, "00000002")));
    CHECK(told(sent("05", server + ia_pd(nothing, prefix(lasting, "50", theirs))), port) ==
          answered("07",
                   ia_pd("0000070800000b40", prefix(lasting, "50", ours) + prefix(nothing, "50", theirs))));
    CHECK(told(sent("08", server + ia_pd(nothing, prefix(lasting, "50", ours))), port) ==
          answered("07", success));
    CHECK(told(sent("08", server + ia_pd(nothing, prefix(lasting, "50", theirs))), port) ==
          answered("07", success + ia_pd(nothing, status("0003", "not the record's"))));
    CHECK(says(refusal(sent("01", ia_pd(nothing, option("001a", lasting))), port),
               "prefix: shorter than its fields"));
}

TEST_CASE("[5.3/dhcp6] of several associations one gets the addresses: which has them, else the first") {
    CHECK(told(sent("01", ia_na("") + ia_na("", "00000a02"))) ==
          answered("02", "00070001ff" + granted() + ia_na(no_addresses, "00000a02")));
    CHECK(told(sent("05", server + ia_na(address(foreign)) + ia_na(address(own), "00000a02"))) ==
          answered("07", ia_na(address(foreign) + no_addresses) + granted("", "00000a02")));
}

TEST_CASE("[5.3/dhcp6] a record without an IPv6 address gets none; an IPv6-only subnet serves as any") {
    auto port = port_a();
    port.addresses = {*Address::parse("10.1.2.30")};
    CHECK(told(sent("01", ia_na("")), port) == answered("02", "00070001ff" + ia_na(no_addresses)));
    port.router6 = {};
    CHECK(says(refusal(sent("01", ia_na("")), port), "no IPv6 range"));
    port.router = *Address::parse("2001:db8:12::1");
    port.prefix_length = 64;
    port.addresses = {*Address::parse("2001:db8:12::30")};
    CHECK(told(sent("01", ia_na("")), port) == answered("02", "00070001ff" + granted()));
}

TEST_CASE("[5.3/refused] what RFC 8415, 16 has a server discard is refused") {
    const std::string bare = "39d1f0";
    for (const auto* type : {"02", "07", "0a"})
        CHECK(says(refusal(sent(type, server)), "no message that clients send"));
    for (const auto* type : {"01", "04", "06"}) {
        CHECK(says(refusal(type + bare + ia_na("")), "client id: missing"));
        CHECK(says(refusal(sent(type, server + ia_na(""))), "in a message to all servers"));
    }
    for (const auto* type : {"03", "05", "08", "09"}) {
        CHECK(says(refusal(type + bare + server), "client id: missing"));
        CHECK(says(refusal(sent(type, ia_na(""))), "server id: missing"));
    }
    CHECK(says(refusal(sent("0b", ia_na(""))), "where none belongs"));
    for (const auto* type : {"0c", "0d"})
        CHECK(says(refusal(type + std::string("00") + own + own + option("0009", sent("01", ""))), "relay"));
    for (const auto* type : {"00", "0e", "ff"}) CHECK(says(refusal(sent(type, "")), "type"));
}

TEST_CASE("[5.3/malformed] bytes that are no DHCPv6 message are refused") {
    const auto whole = from_hex(sent("01", wants_dns + ia_na(address(own))));
    // Whole without its last options: behind the header, the id, the time, the wanted options, all.
    const std::vector<std::size_t> ends{4, 22, 28, 36, 80};
    REQUIRE(whole.size() == ends.back());
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        CAPTURE(size);
        CHECK(dhcp6::parse(View(whole).first(size)).has_value() == (std::ranges::count(ends, size) != 0));
    }
    const auto damaged = [](const std::string& options) {
        return !dhcp6::parse(from_hex("0139d1f0" + options)).has_value();
    };
    CHECK(damaged(client + client));
    CHECK(damaged(option("0001", "0001")));
    CHECK(damaged(option("0001", std::string(262, '0'))));
    CHECK(!damaged(option("0001", std::string(260, '0'))));
    CHECK(damaged(option("0003", std::string(22, '0'))));
    CHECK(damaged(option("0004", "000000")));
    CHECK(damaged(option("0006", "00")));
    CHECK(damaged(option("000e", "00")));
    CHECK(damaged(ia_na(option("0005", own + "000000"))));
    CHECK(damaged(ia_na("0005ffff")));
    CHECK(damaged(ia_na(option("0005", own + "0000000000000000"
                                             "000d"))));
    CHECK(damaged(ia_na(option("000d", "00"))));
    CHECK(!damaged(option("fde8", "0102030405")));
    CHECK(told(sent("01", option("fde8", "0102030405") + ia_na(option("fde8", "01")))) ==
          answered("02", "00070001ff" + granted()));
}

TEST_CASE("[5.3/dhcp6] an answer fits into IPv6's least MTU, or there is none") {
    auto port = port_a();
    for (unsigned i = 1; i < 64; ++i) port.addresses.push_back(port.addresses[1].plus(i));
    const auto reply = ask(sent("01", ia_na("")), port);
    REQUIRE(reply.has_value());
    REQUIRE(*reply);
    CHECK((*reply)->associations.front().leases.size() == 32);
    CHECK(dhcp6::to_bytes(**reply).size() <= 1232);
    std::string many;
    for (int i = 0; i < 60; ++i) many += ia_na("");
    CHECK(says(refusal(sent("01", many)), "more than an answer holds"));
}
