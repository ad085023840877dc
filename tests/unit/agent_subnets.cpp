// SPDX-License-Identifier: Apache-2.0
// A port with addresses of several subnets (row 1.1) on its way to the maps, to DHCP and to a trace.
#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "agent/instance/document.h"
#include "agent/reconcile/bytes.h"
#include "agent/reconcile/reconciler.h"
#include "agent/report/probe_packet.h"
#include "agent/service/dhcp4_server.h"
#include "tests/harness/fake_datapath.h"
#include "weft/abi/local.h"
#include "weft/abi/policy.h"
#include "weft/abi/port.h"
#include "weft/abi/spread.h"

using namespace weft;
using namespace weft::agent;
using weft::test::FakeDatapath;
using namespace std::string_literals;

namespace {

constexpr Installed identity{11, 22, 1, 1};
constexpr std::uint32_t ifindex = 11;

Address address(const char* text) { return *Address::parse(text); }

weft_address raw(const char* text) {
    const auto bytes = address(text).mapped();
    weft_address out{};
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(&out));
    return out;
}

Id acl_id(std::uint64_t value) { return {Kind::network_acl, value}; }

schema::Acl acl(std::uint64_t id, std::uint16_t port) {
    schema::AclRule only;
    only.number = 100;
    only.protocol = schema::Protocol::tcp;
    only.ports = *PortRange::make(port, port);
    return {acl_id(id), {only}};
}

// 10.1.2.0/24 with ACL 1 and table 42, 10.1.4.0/24 and 2001:db8:14::/64 with ACL 2 and table 43.
schema::Port port(std::vector<Address> addresses) {
    schema::Port out;
    out.attachment = {Kind::attachment, 1};
    out.record = {Kind::record, 7};
    out.gni = 42;
    out.table = 42;
    out.device = "tap1";
    out.addresses = std::move(addresses);
    out.prefix_length = 24;
    out.mac = *Mac::parse("02:00:5e:10:20:30");
    out.router = address("10.1.2.1");
    out.router_mac = *Mac::parse("02:00:5e:00:00:01");
    out.mtu = 1406;
    out.tag = 5;
    out.acl = acl_id(1);
    out.subnets = {{43, address("10.1.4.1"), 24, address("2001:db8:14::1"), 64, acl_id(2)}};
    return out;
}

schema::Port both() { return port({address("10.1.4.30"), address("10.1.2.30"), address("2001:db8:14::30")}); }

struct World {
    FakeDatapath datapath;
    std::optional<Reconciler> agent;
    std::uint64_t revision{1};

    World() {
        datapath.add_device("tap1", ifindex);
        agent.emplace(datapath);
        REQUIRE(agent->adopt().has_value());
        DesiredSet set;
        set.put(schema::Group{{Kind::security_group, 1}, 42, false, {schema::SecurityRule{}}});
        set.put(schema::Tag{42, 5, {{Kind::security_group, 1}}});
        set.put(acl(1, 80));
        set.put(acl(2, 443));
        CHECK(agent->snapshot(set, identity).failed.empty());
    }
    Outcome put(const schema::Port& port) { return agent->delta({{port}, {}}, ++revision); }
    template <class Value, class Key>
    [[nodiscard]] std::optional<Value> at(MapId map, const Key& key) {
        const auto found = datapath.map(map).find(to_bytes(key));
        if (found == datapath.map(map).end()) return std::nullopt;
        return from_bytes<Value>(found->second);
    }
    [[nodiscard]] std::optional<weft_port> sending(const char* source = nullptr) {
        weft_port_key key{};
        key.ifindex = ifindex;
        if (source != nullptr) key.source = raw(source);
        return at<weft_port>(MapId::port, key);
    }
    [[nodiscard]] std::optional<weft_local> receiving(const char* address) {
        weft_overlay_key key{};
        key.gni = 42;
        key.address = raw(address);
        return at<weft_local>(MapId::local, key);
    }
    // Which TCP port the policy allows out, by its own ACL: 0 none.
    [[nodiscard]] std::uint64_t origin(std::uint32_t policy) {
        for (const auto& [key, value] : datapath.map(MapId::rule_port))
            if (policy_id_of(MapId::rule_port, key) == policy) return from_bytes<weft_rule>(value).origin;
        return 0;
    }
};

}  // namespace

TEST_CASE(
    "[1.1/subnets] [4.2/subnets] [5.4/subnets] each address has its own subnet's ACL, table and router") {
    World world;
    const auto outcome = world.put(both());
    CHECK(outcome.failed.empty());
    CHECK(outcome.waiting.empty());
    const auto whole = world.sending();
    const auto first = world.sending("10.1.2.30");
    const auto second = world.sending("10.1.4.30");
    REQUIRE((whole && first && second));
    CHECK(whole->flags == (first->flags | WEFT_PORT_SHARED));
    CHECK((first->flags & WEFT_PORT_SUBNETS) != 0);
    CHECK((first->flags & WEFT_PORT_SHARED) == 0);
    CHECK(to_bytes(whole->router) == to_bytes(raw("10.1.2.1")));
    CHECK(first->table == 42);
    CHECK(second->table == 43);
    CHECK(world.origin(first->acl) == 1);
    CHECK(world.origin(second->acl) == 2);
    CHECK(first->policy == second->policy);
    CHECK(to_bytes(first->router) == to_bytes(raw("10.1.2.1")));
    CHECK(to_bytes(second->router) == to_bytes(raw("10.1.4.1")));
    CHECK(to_bytes(second->router6) == to_bytes(raw("2001:db8:14::1")));
    CHECK(to_bytes(first->address) == to_bytes(raw("10.1.2.30")));
    CHECK(to_bytes(second->address) == to_bytes(raw("10.1.4.30")));
    CHECK(first->subnet6_bits == 0);
    CHECK(second->subnet6_bits == 64);
    CHECK(std::equal(first->router_mac, first->router_mac + 6, second->router_mac));
    CHECK(to_bytes(*world.sending("2001:db8:14::30")) == to_bytes(*second));
    CHECK(world.receiving("10.1.2.30")->acl == first->acl);
    CHECK(world.receiving("10.1.4.30")->acl == second->acl);
    CHECK(world.receiving("2001:db8:14::30")->acl == second->acl);
    CHECK(world.datapath.map(MapId::station).size() == 1);
}

TEST_CASE("[1.5/subnets] a further subnet comes and goes, and the first one's entries stay") {
    World world;
    auto one = port({address("10.1.2.30")});
    one.subnets.clear();
    (void)world.put(one);
    const auto alone = world.sending();
    const auto here = world.receiving("10.1.2.30");
    REQUIRE((alone && here));
    CHECK((alone->flags & (WEFT_PORT_SHARED | WEFT_PORT_SUBNETS)) == 0);
    world.datapath.writes.clear();
    (void)world.put(both());
    CHECK(world.sending("10.1.4.30")->acl != alone->acl);
    CHECK(world.sending("10.1.2.30")->acl == alone->acl);
    CHECK(to_bytes(*world.receiving("10.1.2.30")) == to_bytes(*here));
    CHECK(std::ranges::none_of(world.datapath.writes,
                               [](const auto& write) { return write.map == MapId::port && !write.put; }));
    (void)world.put(one);
    CHECK(to_bytes(*world.sending()) == to_bytes(*alone));
    CHECK(world.datapath.map(MapId::port).size() == 1);
    CHECK(!world.receiving("10.1.4.30"));
}

TEST_CASE("[8.5/repair] what differs in a further subnet's entries is put right") {
    World world;
    (void)world.put(both());
    const auto before = world.datapath.map(MapId::port);
    weft_port_key key{};
    key.ifindex = ifindex;
    key.source = raw("10.1.4.30");
    auto wrong = *world.sending("10.1.4.30");
    wrong.acl = 0;
    world.datapath.map(MapId::port)[to_bytes(key)] = to_bytes(wrong);
    (void)world.agent->repair();
    CHECK(world.datapath.map(MapId::port) == before);
    world.datapath.map(MapId::port).erase(to_bytes(key));
    (void)world.agent->repair();
    CHECK(world.datapath.map(MapId::port) == before);
}

TEST_CASE("[4.2/subnets] a port waits for the ACL of each of its subnets, and follows a change of any") {
    World world;
    auto third = both();
    third.subnets.front().acl = acl_id(3);
    CHECK(world.put(third).waiting.size() == 1);
    CHECK(!world.sending("10.1.2.30"));
    CHECK(world.agent->delta({{acl(3, 22)}, {}}, ++world.revision).waiting.empty());
    CHECK(world.origin(world.sending("10.1.4.30")->acl) == 3);
    const auto former = world.sending("10.1.4.30")->acl;
    (void)world.agent->delta({{acl(3, 23)}, {}}, ++world.revision);
    CHECK(world.sending("10.1.4.30")->acl != former);
    CHECK(world.receiving("10.1.4.30")->acl == world.sending("10.1.4.30")->acl);
    auto same = both();
    same.subnets.front().acl = acl_id(1);
    (void)world.put(same);
    CHECK(world.sending("10.1.4.30")->acl == world.sending("10.1.2.30")->acl);
}

TEST_CASE("[1.1/subnets] a prefix of a further subnet is found by that subnet's network address") {
    World world;
    auto delegated = both();
    delegated.prefixes = {*Prefix::parse("10.1.4.64/28"), *Prefix::parse("10.1.2.64/28")};
    (void)world.put(delegated);
    REQUIRE(world.sending("10.1.4.0"));
    CHECK(to_bytes(*world.sending("10.1.4.0")) == to_bytes(*world.sending("10.1.4.30")));
    CHECK(!world.sending("10.1.2.0"));
    CHECK(world.datapath.map(MapId::local_prefix).size() == 2);
}

TEST_CASE("[2.6/subnets] beside another record on the device what has no entry is nobody's") {
    World world;
    auto other = port({address("10.1.2.40")});
    other.attachment.value = 2;
    other.record.value = 8;
    other.device_of = {Kind::attachment, 1};
    other.device_mac = both().mac;
    other.subnets.clear();
    (void)world.agent->delta({{both(), other}, {}}, ++world.revision);
    REQUIRE(world.sending());
    CHECK((world.sending()->flags & (WEFT_PORT_SHARED | WEFT_PORT_SUBNETS)) == WEFT_PORT_SHARED);
    CHECK(to_bytes(world.sending()->router) == to_bytes(raw("10.1.2.1")));
    CHECK(world.sending("10.1.4.30")->table == 43);
    CHECK(world.sending("10.1.2.40")->table == 42);
}

TEST_CASE("[2.7/subnets] a shared record's instance has a station in each of its subnets") {
    World world;
    auto spread = both();
    spread.spread = true;
    (void)world.put(spread);
    weft_station_key key{};
    key.gni = 42;
    weft_member_mac(weft_member_id(1), key.mac);
    const auto first = world.at<weft_local>(MapId::station, key);
    key.subnet = 1;
    const auto second = world.at<weft_local>(MapId::station, key);
    REQUIRE((first && second));
    CHECK(world.origin(first->acl) == 1);
    CHECK(world.origin(second->acl) == 2);
    CHECK(world.receiving("10.1.2.30")->subnet == 0);
    CHECK(world.receiving("10.1.4.30")->subnet == 1);
}

TEST_CASE(
    "[5.3/subnets] DHCP gives the first address of the first subnet; a device has each with its length") {
    dhcp4::Message ask;
    ask.operation = 1;
    ask.hardware = both().mac;
    ask.options[dhcp4::Option::message_type] = {1};
    const auto reply = dhcp4::answer(ask, both(), 3600);
    REQUIRE((reply && *reply));
    CHECK((*reply)->yours == address("10.1.2.30"));
    auto wide = both();
    wide.subnets.front().prefix_length = 22;
    const auto document = instance_document({}, DriverVerb{}, {&wide});
    CHECK(document.find("10.1.4.30/22") != std::string::npos);
    CHECK(document.find("10.1.2.30/24") != std::string::npos);
    CHECK(document.find("2001:db8:14::30/64") != std::string::npos);
}

TEST_CASE(
    "[8.3/subnets] a trace goes out as the address of the destination's subnet, or as the one asked for") {
    wire::TraceRequest request;
    request.protocol = 17;
    request.destination = address("10.1.2.50");
    const auto source = [&] {
        const auto frame = probe_packet(both(), request);
        REQUIRE(frame.has_value());
        return std::string(*frame, 26, 4);
    };
    const auto via_router = [&] {
        return std::string(*probe_packet(both(), request), 0, 6) == "\x02\x00\x5e\x00\x00\x01"s;
    };
    CHECK(source() == "\x0a\x01\x02\x1e"s);
    CHECK(!via_router());
    request.destination = address("10.1.4.50");
    CHECK(source() == "\x0a\x01\x04\x1e"s);
    CHECK(!via_router());
    request.source = address("10.1.2.30");
    CHECK(source() == "\x0a\x01\x02\x1e"s);
    CHECK(via_router());
}
