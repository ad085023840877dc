// SPDX-License-Identifier: Apache-2.0
// Desired objects to the bytes of map entries; the expected structs are filled in by hand.
#include <arpa/inet.h>
#include <doctest/doctest.h>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/compile.h"
#include "weft/abi/local.h"
#include "weft/abi/mapping.h"
#include "weft/abi/peer.h"
#include "weft/abi/port.h"
#include "weft/abi/route.h"
#include "weft/abi/source.h"

using namespace weft;
using namespace weft::agent;

namespace {

constexpr std::uint64_t own = 0xa1;

Address address(const char* text) { return *Address::parse(text); }
Prefix prefix(const char* text) { return *Prefix::parse(text); }
Id host(std::uint64_t value) { return {Kind::host, value}; }

weft_address v4(std::uint32_t value) { return {{0, 0, htonl(0xffff), htonl(value)}}; }

Entry only(const Compiled& compiled, MapId map) {
    REQUIRE(compiled.entries.size() == 1);
    REQUIRE(compiled.entries[0].map == map);
    return compiled.entries[0].entry;
}

schema::Port port() {
    schema::Port out;
    out.attachment = {Kind::attachment, 0x123456789abcdef0};
    out.record = {Kind::record, 7};
    out.gni = 42;
    out.table = 42;
    out.device = "tap0";
    out.addresses = {address("10.1.2.30"), address("10.1.2.31")};
    out.prefix_length = 24;
    out.mac = *Mac::parse("02:00:5e:10:20:30");
    out.router = address("10.1.2.1");
    out.router_mac = *Mac::parse("02:00:5e:00:00:01");
    out.mtu = 1406;
    out.transmit = true;
    return out;
}

const Device tap{"tap0", 9, "tun", {}, 1500, true, false};

}  // namespace

TEST_CASE("a peer becomes its underlay addresses and how to send to it") {
    schema::Peer peer{host(0xb2),
                      "h2",
                      {address("192.0.2.2"), address("2001:db8::2")},
                      address("192.0.2.2"),
                      address("192.0.2.1"),
                      "geneve/1",
                      {"geneve/1", "vxlan/1"}};
    const auto compiled = compile_peer(peer, own, Path{3, address("192.0.2.254"), 1500});
    CHECK(compiled.failed.empty());
    CHECK(compiled.waiting.empty());
    REQUIRE(compiled.entries.size() == 3);

    CHECK(compiled.entries[0].map == MapId::underlay);
    CHECK(compiled.entries[0].entry.key == to_bytes(v4(0xc0000202)));
    const auto underlay = from_bytes<weft_underlay>(compiled.entries[0].entry.value);
    CHECK(underlay.host == 0xb2);
    CHECK(underlay.accepted == ((1U << WEFT_FRAMEWORK_geneve_1) | (1U << WEFT_FRAMEWORK_vxlan_1)));
    CHECK(compiled.entries[1].entry.key == to_bytes(weft_address{{htonl(0x20010db8), 0, 0, htonl(2)}}));

    CHECK(compiled.entries[2].map == MapId::peer);
    CHECK(compiled.entries[2].entry.key == to_bytes(std::uint64_t{0xb2}));
    const auto entry = from_bytes<weft_peer>(compiled.entries[2].entry.value);
    CHECK(to_bytes(entry.remote) == to_bytes(v4(0xc0000202)));
    CHECK(to_bytes(entry.source) == to_bytes(v4(0xc0000201)));
    CHECK(to_bytes(entry.next_hop) == to_bytes(v4(0xc00002fe)));
    CHECK(entry.ifindex == 3);
    CHECK(entry.mtu == 1500);
    CHECK(entry.framework == WEFT_FRAMEWORK_geneve_1);
    CHECK(entry.flags == 0);
}

TEST_CASE("a peer without a path waits, with an entry that drops; one over IPv6 says so") {
    schema::Peer peer{host(2), "h2", {}, address("2001:db8::2"), address("2001:db8::1"), "vxlan/1", {}};
    const Error none{ErrorCode::unreachable, "no route to 2001:db8::2", {}, 0};
    const auto compiled = compile_peer(peer, own, none);
    CHECK(compiled.waiting == none.message());
    const auto entry = from_bytes<weft_peer>(only(compiled, MapId::peer).value);
    CHECK(entry.ifindex == 0);
    CHECK(entry.flags == WEFT_PEER_IPV6);
    CHECK(entry.framework == WEFT_FRAMEWORK_vxlan_1);
}

TEST_CASE("an unknown framework fails by name and is not accepted") {
    schema::Peer peer{host(2), "h2", {address("192.0.2.2")}, {}, {}, "", {"geneve/9", "vxlan/1"}};
    const auto compiled = compile_peer(peer, own, Path{});
    CHECK(compiled.failed == "framework 'geneve/9' is not known to this agent");
    CHECK(from_bytes<weft_underlay>(compiled.entries[0].entry.value).accepted ==
          1U << WEFT_FRAMEWORK_vxlan_1);
    CHECK(from_bytes<weft_peer>(compiled.entries[1].entry.value).framework == WEFT_FRAMEWORK_NONE);
}

TEST_CASE("the host's own peer object says which outer addresses are its own") {
    schema::Peer self{host(own), "h1", {address("192.0.2.1"), address("2001:db8::1")}, {}, {}, "", {}};
    const auto entry = only(compile_peer(self, own, Path{}), MapId::own);
    CHECK(entry.key == to_bytes(std::uint32_t{0}));
    weft_own expected{};
    expected.v4[0] = htonl(0xc0000201);
    expected.v6[0] = {{htonl(0x20010db8), 0, 0, htonl(1)}};
    CHECK(entry.value == to_bytes(expected));

    self.underlay.assign(5, address("192.0.2.1"));
    CHECK(compile_peer(self, own, Path{}).failed == "more than 4 underlay addresses of one family");
}

TEST_CASE("[5.1] routes keep their table apart and count prefix bits from the table on") {
    const auto entry =
        only(compile_route({42, prefix("10.1.2.0/24"), schema::RouteTarget::local, {}}), MapId::route);
    CHECK(entry.key == to_bytes(weft_route_key{32 + 96 + 24, 42, v4(0x0a010200)}));
    CHECK(from_bytes<weft_route>(entry.value).target == WEFT_ROUTE_LOCAL);
    const auto six =
        only(compile_route({1, prefix("2001:db8::/32"), schema::RouteTarget::blackhole, {}}), MapId::route);
    CHECK(six.key == to_bytes(weft_route_key{32 + 32, 1, {{htonl(0x20010db8), 0, 0, 0}}}));
    CHECK(from_bytes<weft_route>(six.value).target == WEFT_ROUTE_BLACKHOLE);
    const auto router =
        only(compile_route({1, prefix("10.1.2.1/32"), schema::RouteTarget::router, {}}), MapId::route);
    CHECK(from_bytes<weft_route>(router.value).target == WEFT_ROUTE_ROUTER);
    CHECK(from_bytes<weft_route>(router.value).prefixlen == 32 + 128);
}

TEST_CASE("[5.4/compile] one next hop is in the route itself, several are beside it, none is a blackhole") {
    schema::Route route{7, prefix("0.0.0.0/0"), schema::RouteTarget::record, {}, 0};
    CHECK(from_bytes<weft_route>(only(compile_route(route), MapId::route).value).target ==
          WEFT_ROUTE_BLACKHOLE);
    route.next_hops = {{address("10.1.2.50"), 1}};
    const auto one = from_bytes<weft_route>(only(compile_route(route), MapId::route).value);
    CHECK(one.target == WEFT_ROUTE_RECORD);
    CHECK(to_bytes(one.next_hop) == to_bytes(v4(0x0a010232)));
    route.next_hops.push_back({address("10.1.2.51"), 1});
    const auto several = compile_route(route);
    REQUIRE(several.entries.size() == 2);
    CHECK(several.entries[0].map == MapId::route_hops);
    CHECK(several.entries[0].entry.key == several.entries[1].entry.key);
    const auto shared = from_bytes<weft_route>(several.entries[1].entry.value);
    CHECK(shared.target == WEFT_ROUTE_RECORDS);
    CHECK(shared.prefixlen == 32 + 96);
    CHECK(to_bytes(shared.next_hop) == to_bytes(v4(0)));  // the prefix, by which the hops are found
    const auto hops = from_bytes<weft_route_hops>(several.entries[0].entry.value);
    CHECK(to_bytes(hops.hop[1]) == to_bytes(v4(0x0a010233)));
}

TEST_CASE("[5.4/compile] a route into another partition carries its GNI") {
    const auto entry = only(
        compile_route({7, prefix("10.2.0.0/16"), schema::RouteTarget::partition, {}, 300}), MapId::route);
    const auto value = from_bytes<weft_route>(entry.value);
    CHECK(value.target == WEFT_ROUTE_PARTITION);
    CHECK(value.gni == 300);
}

TEST_CASE("[2.2] a mapping of one address is hashed, of a prefix matched by length") {
    schema::Mapping mapping{
        42, prefix("10.1.2.30/32"), host(2), {Kind::record, 7}, *Mac::parse("02:00:5e:10:20:30"), 5};
    weft_mapping value{};
    value.host = 2;
    value.record = 7;
    value.tag = 5;
    const std::uint8_t mac[] = {0x02, 0, 0x5e, 0x10, 0x20, 0x30};
    std::memcpy(value.mac, mac, sizeof(mac));
    CHECK(only(compile_mapping(mapping), MapId::mapping) ==
          Entry{to_bytes(weft_overlay_key{42, v4(0x0a01021e)}), to_bytes(value)});
    mapping.prefix = prefix("10.1.2.0/28");
    CHECK(only(compile_mapping(mapping), MapId::mapping_prefix) ==
          Entry{to_bytes(weft_overlay_prefix{32 + 96 + 28, 42, v4(0x0a010200)}), to_bytes(value)});
}

TEST_CASE("[4.4] a source is one entry for each host that may send it") {
    schema::Source source{42, prefix("10.1.2.30/32"), {host(2), host(3)}};
    schema::Mapping mapping{42, source.prefix, host(2), {Kind::record, 7}, {}, 5};
    const auto both = compile_source(source, &mapping);
    REQUIRE(both.entries.size() == 2);
    CHECK(both.entries[0] ==
          MapEntry{MapId::source,
                   {to_bytes(weft_source_key{2, 42, v4(0x0a01021e), 0}), to_bytes(weft_source{7, 5, 0})}});
    CHECK(both.entries[1].entry.key == to_bytes(weft_source_key{3, 42, v4(0x0a01021e), 0}));

    source = {42, prefix("10.1.2.0/24"), {host(0x1122334455667788)}};
    CHECK(only(compile_source(source, nullptr), MapId::source_prefix).key ==
          to_bytes(weft_source_prefix{96 + 96 + 24, 42, 0x55667788, 0x11223344, v4(0x0a010200)}));

    source = {42, prefix("0.0.0.0/0"), {host(2)}};
    CHECK(only(compile_source(source, nullptr), MapId::any_source).key ==
          to_bytes(weft_any_source_key{2, 42, 0}));
}

TEST_CASE("[2.2] a port becomes a sending side by device and a receiving side by address") {
    const auto compiled = compile_port(port(), tap, false);
    REQUIRE(compiled.entries.size() == 4);
    CHECK(compiled.entries[0].map == MapId::local);
    CHECK(compiled.entries[0].entry.key == to_bytes(weft_overlay_key{42, v4(0x0a01021e)}));
    CHECK(compiled.entries[1].entry.key == to_bytes(weft_overlay_key{42, v4(0x0a01021f)}));
    const auto local = from_bytes<weft_local>(compiled.entries[0].entry.value);
    CHECK(local.attachment == 0x123456789abcdef0);
    CHECK(local.record == 7);
    CHECK(local.ifindex == 9);
    CHECK(local.mtu == 1406);
    CHECK(local.flags == (WEFT_PORT_SOURCE_DEST_CHECK | WEFT_PORT_DELIVER));
    CHECK(local.mac[5] == 0x30);
    CHECK(local.router_mac[5] == 0x01);

    CHECK(compiled.entries[2].map == MapId::station);
    CHECK(compiled.entries[2].entry.key ==
          to_bytes(weft_station_key{42, {0x02, 0, 0x5e, 0x10, 0x20, 0x30}, 0}));
    CHECK(compiled.entries[2].entry.value == compiled.entries[0].entry.value);

    CHECK(compiled.entries[3].map == MapId::port);
    CHECK(compiled.entries[3].entry.key == to_bytes(weft_port_key{9, 0, 0, {}}));
    const auto sending = from_bytes<weft_port>(compiled.entries[3].entry.value);
    CHECK(sending.attachment == 0x123456789abcdef0);
    CHECK(sending.record == 7);
    CHECK(sending.lease_expiry == 0);
    CHECK(sending.gni == 42);
    CHECK(sending.table == 42);
    CHECK(sending.mtu == 1406);
    CHECK(sending.flags == (WEFT_PORT_SOURCE_DEST_CHECK | WEFT_PORT_TRANSMIT));
    CHECK(to_bytes(sending.address) == to_bytes(v4(0x0a01021e)));
    CHECK(to_bytes(sending.router) == to_bytes(v4(0x0a010201)));
    CHECK(sending.subnet_bits == 24);
}

TEST_CASE("[1.1/prefix] a delegated prefix is a receiving side of its own; it shares no device") {
    auto delegated = port();
    delegated.prefixes = {prefix("10.1.2.64/28"), prefix("2001:db8:12:0:64::/80")};
    const auto compiled = compile_port(delegated, tap, false);
    REQUIRE(compiled.entries.size() == 6);
    CHECK(compiled.entries[2].map == MapId::local_prefix);
    CHECK(compiled.entries[2].entry.key == to_bytes(weft_overlay_prefix{32 + 96 + 28, 42, v4(0x0a010240)}));
    CHECK(compiled.entries[2].entry.value == compiled.entries[0].entry.value);
    CHECK(compiled.entries[3].map == MapId::local_prefix);
    CHECK(compiled.entries[3].entry.key ==
          to_bytes(weft_overlay_prefix{
              32 + 80, 42, {{htonl(0x20010db8), htonl(0x00120000), htonl(0x00640000), 0}}}));
    for (const auto& [map, entry] : compiled.entries) CHECK(object_of(map, entry, own) == key_of(delegated));
    const auto shared = compile_port(delegated, tap, true);
    CHECK(shared.entries.empty());
    CHECK(shared.failed.find("prefixes") != std::string::npos);
}

TEST_CASE("[5.6/port] each family has its own first address, router and prefix length") {
    const weft_address six{{htonl(0x20010db8), htonl(0x00120000), 0, htonl(0x30)}};
    const weft_address router6{{htonl(0x20010db8), htonl(0x00120000), 0, htonl(1)}};
    auto both = port();
    SUBCASE("both") {
        both.addresses.insert(both.addresses.begin() + 1, address("2001:db8:12::30"));
        both.router6 = address("2001:db8:12::1");
        both.prefix_length6 = 64;
    }
    SUBCASE("IPv6 alone") {
        both.addresses = {address("2001:db8:12::30")};
        both.router = address("2001:db8:12::1");
        both.prefix_length = 64;
    }
    const bool dual = both.router.is_v4();
    const auto compiled = compile_port(both, tap, false);
    const auto sending = from_bytes<weft_port>(compiled.entries.back().entry.value);
    CHECK(to_bytes(sending.address) == to_bytes(dual ? v4(0x0a01021e) : weft_address{}));
    CHECK(to_bytes(sending.router) == to_bytes(dual ? v4(0x0a010201) : weft_address{}));
    CHECK(sending.subnet_bits == (dual ? 24 : 0));
    CHECK(to_bytes(sending.address6) == to_bytes(six));
    CHECK(to_bytes(sending.router6) == to_bytes(router6));
    CHECK(sending.subnet6_bits == 64);
    const auto receiving = from_bytes<weft_local>(compiled.entries.front().entry.value);
    CHECK(receiving.subnet_bits == sending.subnet_bits);
    CHECK(receiving.subnet6_bits == 64);
    const auto key = to_bytes(weft_overlay_key{42, six});
    CHECK(std::ranges::any_of(compiled.entries, [&](const auto& e) { return e.entry.key == key; }));
}

TEST_CASE("[1.15] [2.1] [4.3] states of a record are flags of its port") {
    auto changed = port();
    changed.transmit = false;
    changed.disabled = true;
    changed.in_repair = true;
    const auto compiled = compile_port(changed, tap, false);
    const auto flags = from_bytes<weft_port>(compiled.entries.back().entry.value).flags;
    CHECK(flags == (WEFT_PORT_SOURCE_DEST_CHECK | WEFT_PORT_DISABLED | WEFT_PORT_IN_REPAIR));

    changed = port();
    changed.source_dest_check = false;
    const auto unchecked = compile_port(changed, tap, false);
    CHECK((from_bytes<weft_local>(unchecked.entries[2].entry.value).flags & WEFT_PORT_SOURCE_DEST_CHECK) ==
          0);
    CHECK(from_bytes<weft_port>(unchecked.entries.back().entry.value).flags == WEFT_PORT_TRANSMIT);
}

TEST_CASE("[2.6] records that share a device are told apart by source address") {
    const auto compiled = compile_port(port(), tap, true);
    REQUIRE(compiled.entries.size() == 5);
    CHECK(compiled.entries[3].entry.key == to_bytes(weft_port_key{9, 0, 0, v4(0x0a01021e)}));
    CHECK(compiled.entries[4].entry.key == to_bytes(weft_port_key{9, 0, 0, v4(0x0a01021f)}));
    const auto device = compile_shared_device(tap, 0);
    CHECK(device.entry.key == to_bytes(weft_port_key{9, 0, 0, {}}));
    CHECK(from_bytes<weft_port>(device.entry.value).flags == WEFT_PORT_SHARED);
    CHECK(from_bytes<weft_port>(device.entry.value).record == 0);
    const auto primary = from_bytes<weft_port>(compiled.entries[3].entry.value);
    const auto whole = from_bytes<weft_port>(compile_shared_device(tap, 0, primary).entry.value);
    CHECK(whole.flags == (primary.flags | WEFT_PORT_SHARED));
    CHECK(whole.record == 7);
}

TEST_CASE("[2.6/shared] the second record of a device has the first one's MAC, and does not stand for it") {
    auto second = port();
    second.device_mac = *Mac::parse("02:00:5e:00:00:77");
    const auto compiled = compile_port(second, tap, true);
    CHECK(std::ranges::none_of(compiled.entries, [](const auto& e) { return e.map == MapId::station; }));
    CHECK(from_bytes<weft_local>(compiled.entries.front().entry.value).mac[5] == 0x77);
    CHECK(from_bytes<weft_port>(compiled.entries.back().entry.value).mac[5] == 0x77);
    CHECK(is_primary(port(), second));
    CHECK_FALSE(is_primary(second, port()));
}

TEST_CASE("[2.6/trunk] a tag is in the key of what is sent and goes on what is received") {
    auto tagged = port();
    tagged.vlan = 42;
    const auto compiled = compile_port(tagged, tap, false);
    CHECK(compiled.entries.back().entry.key == to_bytes(weft_port_key{9, 42, 0, {}}));
    CHECK(from_bytes<weft_local>(compiled.entries.front().entry.value).vlan == 42);
    CHECK(compile_shared_device(tap, 42).entry.key == to_bytes(weft_port_key{9, 42, 0, {}}));
}

TEST_CASE("a port without addresses fails; a veth with its other end elsewhere is delivered to directly") {
    auto bare = port();
    bare.addresses.clear();
    CHECK(compile_port(bare, tap, false).failed == "the record has no address");
    auto veth = tap;
    veth.peer_elsewhere = true;
    const auto flags = from_bytes<weft_local>(compile_port(port(), veth, false).entries[0].entry.value).flags;
    CHECK((flags & WEFT_PORT_PEER) != 0);
}

TEST_CASE("the device of a named namespace is named after its attachment") {
    auto inside = port();
    CHECK(device_name(inside) == "tap0");
    inside.netns = "weft-i1";
    CHECK(device_name(inside) == "weft6789abcdef0");
    auto second = inside;
    second.attachment = {Kind::attachment, 5};
    second.device_of = inside.attachment;
    CHECK(device_name(second) == device_name(inside));
    CHECK(made_by_weft("weft6789abcdef0"));
    CHECK_FALSE(made_by_weft("weft6789abcdef"));
    CHECK_FALSE(made_by_weft("weft6789abcdeg0"));
    CHECK_FALSE(made_by_weft("eth0"));
}

TEST_CASE("each entry leads back to its object") {
    schema::Peer peer{host(2), "h2", {address("192.0.2.2")}, address("192.0.2.2"), {}, "", {}};
    schema::Peer self{host(own), "h1", {address("192.0.2.1")}, {}, {}, "", {}};
    schema::Route route{42, prefix("10.1.2.0/24"), {}, {}};
    schema::Mapping mapping{42, prefix("2001:db8:1::/64"), host(2), {Kind::record, 7}, {}, 0};
    schema::Source source{42, prefix("10.1.2.30/32"), {host(2)}};
    schema::Source any{42, prefix("0.0.0.0/0"), {host(2)}};
    const auto leads_back = [](const Compiled& compiled, const auto& object) {
        REQUIRE_FALSE(compiled.entries.empty());
        for (const auto& [map, entry] : compiled.entries) CHECK(object_of(map, entry, own) == key_of(object));
    };
    leads_back(compile_peer(peer, own, Path{}), peer);
    leads_back(compile_peer(self, own, Path{}), self);
    leads_back(compile_route(route), route);
    leads_back(compile_mapping(mapping), mapping);
    leads_back(compile_source(source, nullptr), source);
    leads_back(compile_source(any, nullptr), any);
    leads_back(compile_port(port(), tap, true), port());
    CHECK(object_of(MapId::port, compile_shared_device(tap, 0).entry, own) == std::nullopt);
    CHECK(object_of(MapId::counter, compile_counter(port()).entry, own) == std::nullopt);
}
