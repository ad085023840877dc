// SPDX-License-Identifier: Apache-2.0
// A shared record: which of its instances a flow goes to, and stays with (requirement 2.7).
//
//   a (i1) --.                                      .-- b, the first (i1)
//            +-- this host -- uplink ... uplink -- peer
//   b, the third (i2) --'                           '-- b, the second (i2)
#include <bpf/libbpf.h>
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "tests/harness/bpf/two_hosts.h"
#include "weft/abi/spread.h"

using namespace weft::test;

namespace {

constexpr std::uint64_t first = 0x700010b1;
constexpr std::uint64_t second = 0x700010b2;
constexpr std::uint64_t third = 0x700010b3;
const Mac mac_first = mac("de:77:70:00:10:b1");
const Mac mac_second = mac("de:77:70:00:10:b2");
const Mac mac_third = mac("de:77:70:00:10:b3");
constexpr const char* addresses[] = {"10.1.2.50", "2001:db8:12::50"};

void set_member(World& world, std::uint64_t attachment, std::uint64_t host) {
    weft_member_key key{};
    key.record = record_b;
    key.member = static_cast<__u32>(attachment);
    world.put(WEFT_MAP_NAME(WEFT_MEMBER_MAP), key, weft_member{host, attachment});
}
void remove_member(World& world, std::uint64_t attachment) {
    weft_member_key key{};
    key.record = record_b;
    key.member = static_cast<__u32>(attachment);
    world.erase(WEFT_MAP_NAME(WEFT_MEMBER_MAP), key);
}
// Slots turn by turn.
void set_table(World& world, const std::vector<std::uint64_t>& attachments) {
    weft_spread table{};
    for (std::size_t i = 0; i < attachments.size(); ++i) table.member[i] = static_cast<__u32>(attachments[i]);
    for (std::size_t i = 0; i < WEFT_SPREAD_SLOTS; ++i)
        table.slot[i] = static_cast<__u8>(i % attachments.size());
    world.put(WEFT_MAP_NAME(WEFT_SPREAD_MAP), record_b, table);
}

// Puts b's instance `attachment` on a device of this world.
void seat(World& world, std::uint64_t attachment, unsigned device, const Mac& name, const char* neighbour) {
    world.change_port(device, [&](weft_port& p) {
        p.attachment = attachment;
        p.record = record_b;
        p.flags |= WEFT_PORT_SPREAD;
        p.tag = tag_b;
        p.address = mapped(addresses[0]);
        p.address6 = mapped(addresses[1]);
        std::copy(mac_b.begin(), mac_b.end(), p.mac);
    });
    weft_local local{};  // as a neighbour's
    world.change_local(blue, neighbour, [&](weft_local& l) { local = l; });
    local.attachment = attachment;
    local.record = record_b;
    local.ifindex = device;
    local.flags |= WEFT_PORT_SPREAD;
    local.tag = tag_b;
    std::copy(mac_b.begin(), mac_b.end(), local.mac);
    weft_station_key key{};
    key.gni = blue;
    std::copy(name.begin(), name.end(), key.mac);
    world.put(WEFT_MAP_NAME(WEFT_STATION_MAP), key, local);
    local.attachment = local.ifindex = local.policy = 0;
    for (const auto* address : addresses)
        world.put(WEFT_MAP_NAME(WEFT_LOCAL_MAP), overlay(blue, address), local);
}

// What every host knows of b.
void know(World& world) {
    set_member(world, first, peer_host);
    set_member(world, second, peer_host);
    set_member(world, third, this_host);
    set_table(world, {first, second, third});
}

void share_here(World& world) {
    for (const auto* address : addresses)
        world.change<weft_mapping>(WEFT_MAP_NAME(WEFT_MAPPING_MAP), overlay(blue, address),
                                   [](weft_mapping& m) { m.flags = WEFT_MAPPING_SPREAD; });
    know(world);
    seat(world, third, world.i2, mac_third, "10.1.2.30");
    const std::vector<weft_counter> zero(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    world.put_raw(WEFT_MAP_NAME(WEFT_COUNTER_MAP), &record_b, zero.data());
    weft_quota quota{};
    world.get_raw(WEFT_MAP_NAME(WEFT_QUOTA_MAP), &record_a, &quota);
    world.put(WEFT_MAP_NAME(WEFT_QUOTA_MAP), record_b, quota);
    world.put(WEFT_MAP_NAME(WEFT_FLOW_USE_MAP), record_b, weft_flow_use{});
}

void share(TwoHosts& hosts) {
    share_here(hosts.here);
    know(hosts.there);
    seat(hosts.there, first, hosts.there.i1, mac_first, "10.1.3.7");
    seat(hosts.there, second, hosts.there.i2, mac_second, "10.1.3.7");
}

struct Spread : World {
    Spread() { share_here(*this); }

    // Which instance it goes to: by the MAC on the wire, or by being delivered here.
    std::string member(const Bytes& frame) {
        const auto ran = programs.send(frame, i1);
        REQUIRE(ran.verdict == redirect);
        if (ran.packet.size() == frame.size()) return "third";
        const auto name = to_hex(slice(ran.packet, 74, 6));
        if (name == to_hex(Bytes(mac_first.begin(), mac_first.end()))) return "first";
        CHECK(name == to_hex(Bytes(mac_second.begin(), mac_second.end())));
        return "second";
    }
};

Bytes flow_to_b(std::uint16_t port) { return a_to_b(protocol_udp, udp(port, 53, payload(8))); }

Bytes flow6_to_b(std::uint16_t port) {
    const Ipv6 header{.source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::50")};
    return ethernet(mac_b, mac_a, ethertype_ipv6, ipv6(header, udp(port, 53, payload(8))));
}

// From b to a in the name of one of b's instances.
Bytes opened_by(const Mac& member, std::uint16_t port) {
    const Ipv4 header{.source = ip("10.1.2.50"), .destination = ip("10.1.2.30"), .fragment = 0x4000};
    return ethernet(mac_a, member, ethertype_ipv4, ipv4(header, udp(port, 7, payload(20))));
}
Bytes answer_of_a(std::uint16_t port) { return a_to_b(protocol_udp, udp(7, port, payload(8))); }

}  // namespace

TEST_CASE("[2.7/spread] flows to a shared record go to all its instances, each stays with its own") {
    Spread world;
    std::map<std::string, int> share;
    for (std::uint16_t port = 1000; port < 1060; ++port) {
        const auto member = world.member(flow_to_b(port));
        CHECK(world.member(flow_to_b(port)) == member);
        ++share[member];
    }
    CHECK(share.size() == 3);
    for (const auto& [member, flows] : share) CHECK(flows > 8);
    world.expect_nothing_dropped();
}

TEST_CASE("[2.7/spread] [5.6/spread] so over IPv6") {
    Spread world;
    std::set<std::string> members;
    for (std::uint16_t port = 1000; port < 1030; ++port) {
        const auto ran = world.programs.send(flow6_to_b(port), world.i1);
        REQUIRE(ran.verdict == redirect);
        members.insert(ran.packet.size() == flow6_to_b(port).size() ? "here"
                                                                    : to_hex(slice(ran.packet, 74, 6)));
    }
    CHECK(members.size() == 3);
    world.expect_nothing_dropped();
}

TEST_CASE("[2.7/stay] a flow stays although the table sends new ones elsewhere") {
    Spread world;
    std::map<std::uint16_t, std::string> before;
    for (std::uint16_t port = 1000; port < 1030; ++port) before[port] = world.member(flow_to_b(port));
    set_table(world, {second});
    for (const auto& [port, member] : before) CHECK(world.member(flow_to_b(port)) == member);
    for (std::uint16_t port = 2000; port < 2010; ++port) CHECK(world.member(flow_to_b(port)) == "second");
}

TEST_CASE("[2.7/failed-moves] [2.7/others-stay] a gone instance's flows move, once, and no other") {
    Spread world;
    std::map<std::uint16_t, std::string> before;
    for (std::uint16_t port = 1000; port < 1030; ++port) before[port] = world.member(flow_to_b(port));
    set_table(world, {second, third});
    remove_member(world, first);
    std::map<std::uint16_t, std::string> moved;
    for (const auto& [port, member] : before) {
        const auto now = world.member(flow_to_b(port));
        if (member == "first")
            moved[port] = now;
        else
            CHECK(now == member);
    }
    CHECK(moved.size() > 4);
    for (const auto& [port, member] : moved) CHECK(member != "first");
    set_member(world, first, peer_host);  // back: it gets what is new
    set_table(world, {first, second, third});
    for (const auto& [port, member] : moved) CHECK(world.member(flow_to_b(port)) == member);
    world.expect_nothing_dropped();
}

TEST_CASE("[2.7/stay] fragments and ICMP errors go where their flow goes") {
    Spread world;
    for (std::uint16_t port = 3000; port < 3012; ++port) {
        const auto whole = world.member(flow_to_b(port));
        CHECK(world.member(a_to_b(protocol_udp, udp(port, 53, payload(16)), 0x2000, port)) == whole);
        CHECK(world.member(a_to_b(protocol_udp, payload(16), 3, port)) == whole);
        const Ipv4 quoted{.source = ip("10.1.2.50"), .destination = ip("10.1.2.30"), .fragment = 0x4000};
        CHECK(world.member(a_to_b(protocol_icmp, icmp(3, 3, 0, ipv4(quoted, udp(53, port, payload(8)))))) ==
              whole);
    }
}

TEST_CASE("[2.7/failed-moves] nobody to go to: a reason of its own") {
    Spread world;
    SUBCASE("no table") { world.erase(WEFT_MAP_NAME(WEFT_SPREAD_MAP), record_b); }
    SUBCASE("a table of one that is gone") {
        set_table(world, {first});
        remove_member(world, first);
    }
    world.expect_dropped(world.programs.send(flow_to_b(1), world.i1), WEFT_DROP_no_member, record_a);
}

TEST_CASE("[2.7/local] each instance receives its own, at its own device, from here and from elsewhere") {
    for (const bool xdp : {false, true}) {
        TwoHosts hosts;
        hosts.use_xdp(xdp);
        share(hosts);
        std::map<std::uint64_t, int> devices;  // named by the records that they had
        for (std::uint16_t port = 1000; port < 1012; ++port) {
            const auto outcome = hosts.send(record_a, flow_to_b(port));
            REQUIRE(outcome.arrived.size() == 1);
            CHECK(to_hex(outcome.arrived[0].frame) == to_hex(flow_to_b(port)));
            ++devices[outcome.arrived[0].record];
            CHECK(hosts.send(record_a, flow_to_b(port)).arrived[0].record == outcome.arrived[0].record);
        }
        CHECK(devices.size() == 3);
        CHECK(devices.contains(record_b));
        CHECK(devices.contains(record_c));
        CHECK(devices.contains(record_d));
    }
}

TEST_CASE("[2.7/local] what is for an instance that is not here is dropped; what names none has one") {
    Spread world;
    world.allow_source(peer_host, blue, "10.1.2.31");
    const Ipv4 header{.source = ip("10.1.2.31"), .destination = ip("10.1.2.50"), .fragment = 0x4000};
    const auto to = [&](const Mac& mac) {
        return arriving(ethernet(mac, mac_d, ethertype_ipv4, ipv4(header, udp(5, 6, payload(8)))));
    };
    world.expect_dropped(world.programs.receive(to(mac_first)), WEFT_DROP_no_member, record_b, WEFT_RX);
    const auto here = world.programs.receive(to(mac_third));
    CHECK(here.verdict == redirect);
    CHECK(to_hex(slice(here.packet, 0, 6)) == to_hex(Bytes(mac_b.begin(), mac_b.end())));
    weft_member_key key{};  // none in particular
    key.record = record_b;
    world.put(WEFT_MAP_NAME(WEFT_MEMBER_MAP), key, weft_member{this_host, third});
    CHECK(world.programs.receive(to(mac_b)).verdict == redirect);
    CHECK(world.counter(record_b).rx_packets == 2);
}

TEST_CASE("[2.7/opened] what an instance began is answered to that instance, which nobody else sees") {
    for (const bool xdp : {false, true}) {
        TwoHosts hosts;
        hosts.use_xdp(xdp);
        share(hosts);
        for (const auto& member : {mac_first, mac_second}) {
            const std::uint16_t port = member == mac_first ? 4001 : 4002;
            set_table(hosts.here, {member == mac_first ? second : first});
            const auto there = hosts.arrive(arriving(opened_by(member, port)));
            REQUIRE(there.arrived.size() == 1);
            CHECK(to_hex(there.arrived[0].frame) == to_hex(opened_by(mac_b, port)));
            const auto back = hosts.send(record_a, answer_of_a(port));
            REQUIRE(back.arrived.size() == 1);
            CHECK(back.arrived[0].record == (member == mac_first ? record_b : record_c));
        }
    }
}

TEST_CASE("[2.7/opened] two instances cannot use the same addresses and ports at once") {
    Spread world;
    CHECK(world.programs.receive(arriving(opened_by(mac_first, 9))).verdict == redirect);
    CHECK(world.programs.receive(arriving(opened_by(mac_first, 9))).verdict == redirect);
    world.expect_nothing_dropped();
    CHECK(world.programs.receive(arriving(opened_by(mac_second, 9))).verdict == shot);
    CHECK(world.drops(record_a, WEFT_DROP_member_flow, WEFT_RX) == 1);
    CHECK(world.member(answer_of_a(9)) == "first");
    remove_member(world, first);  // the second takes over
    CHECK(world.programs.receive(arriving(opened_by(mac_second, 9))).verdict == redirect);
    CHECK(world.member(answer_of_a(9)) == "second");
}

TEST_CASE("[2.7/opened] an instance does not send on the flow of another one on its host") {
    Spread world;
    const auto sent = [&](std::uint16_t port) {
        const Ipv4 header{.source = ip("10.1.2.50"), .destination = ip("10.1.3.7"), .fragment = 0x4000};
        return ethernet(mac_router, mac_b, ethertype_ipv4, ipv4(header, udp(port, 7, payload(8))));
    };
    const auto before = world.programs.send(sent(8), world.i2);
    CHECK(before.verdict == redirect);
    CHECK(to_hex(slice(before.packet, 80, 6)) == to_hex(Bytes(mac_third.begin(), mac_third.end())));
    seat(world, second, world.i1, mac_second, "10.1.2.31");
    CHECK(world.programs.send(sent(8), world.i1).verdict == shot);
    CHECK(world.drops(record_b, WEFT_DROP_member_flow, WEFT_TX) == 1);
    CHECK(world.programs.send(sent(9), world.i1).verdict == redirect);
    CHECK(world.programs.send(sent(8), world.i2).verdict == redirect);
}
