// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "coordinator/negotiation/mtu.h"
#include "coordinator/negotiation/select.h"
#include "coordinator/negotiation/underlay.h"

using namespace weft;
using namespace weft::coordinator::negotiation;

namespace {

std::vector<Address> addresses(std::initializer_list<const char*> texts) {
    std::vector<Address> list;
    for (const auto* text : texts) list.push_back(Address::parse(text).value());
    return list;
}

}  // namespace

TEST_CASE("[6.2/prefer] geneve is selected where both hosts report it, in either order") {
    const Party h1{"h1", {"vxlan/1", "geneve/1"}};
    const Party h2{"h2", {"geneve/1", "vxlan/1"}};
    const auto selection = select(h1, h2).value();
    CHECK(selection.framework.text() == "geneve/1");
    CHECK(selection.explanation == "geneve/1: highest common version, preferred to vxlan");
    CHECK(select(h2, h1).value().framework.text() == "geneve/1");
}

TEST_CASE("[6.2/common] what only one host reports is not selected") {
    CHECK(select({"h1", {"geneve/1", "vxlan/1"}}, {"h2", {"vxlan/1"}}).value().framework.text() == "vxlan/1");
    CHECK(select({"h1", {"vxlan/1"}}, {"h2", {"geneve/1", "vxlan/1"}}).value().explanation ==
          "vxlan/1: highest common version");
}

TEST_CASE("[6.2/version] a version that weft does not know, or a feature, is never selected") {
    CHECK(select({"h1", {"geneve/9", "vxlan/1", "xdp"}}, {"h2", {"geneve/9", "vxlan/1", "xdp"}})
              .value()
              .framework.text() == "vxlan/1");
}

TEST_CASE("[6.2/error] nothing in common is an error that names both sets") {
    const auto result = select({"h1", {"geneve/1"}}, {"h2", {"vxlan/1", "xdp"}});
    REQUIRE(!result);
    CHECK(result.error().code == ErrorCode::unsupported);
    CHECK(result.error().text == "no framework in common: h1 has geneve/1; h2 has vxlan/1, xdp");
}

TEST_CASE("[6.1/undetermined] a host that has reported nothing is named as such") {
    const auto result = select({"h1", {"geneve/1"}}, {"h2", {}});
    REQUIRE(!result);
    CHECK(result.error().text == "no framework in common: h1 has geneve/1; h2 has reported none yet");
}

TEST_CASE("[5.6/underlay] a pair uses a family that both declared, the sender's first one") {
    const auto both = addresses({"2001:db8::1", "192.0.2.1"});
    const auto only4 = addresses({"192.0.2.2", "192.0.2.3"});
    const auto only6 = addresses({"2001:db8::2"});
    CHECK(choose_underlay(both, only4).value() ==
          UnderlayPath{Address::parse("192.0.2.1").value(), Address::parse("192.0.2.2").value()});
    CHECK(choose_underlay(both, only6).value() ==
          UnderlayPath{Address::parse("2001:db8::1").value(), Address::parse("2001:db8::2").value()});
    CHECK(choose_underlay(addresses({"192.0.2.9", "2001:db8::9"}), both).value().to ==
          Address::parse("192.0.2.1").value());
    CHECK(!choose_underlay(only4, only6).has_value());
}

TEST_CASE("[6.7/mtu] an instance's MTU leaves room for the largest framework") {
    // Geneve with three 4-byte options: 20 or 40 IP, 8 UDP, 8 Geneve, 3 * 8 options, 14 Ethernet.
    CHECK(instance_mtu(1500, false) == 1500 - (20 + 8 + 8 + 24 + 14));
    CHECK(instance_mtu(9000, true) == 9000 - (40 + 8 + 8 + 24 + 14));
    CHECK(instance_mtu(0, false) == instance_mtu(1500, false));
    CHECK(instance_mtu(100, true) == 68);
}
