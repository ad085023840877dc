// SPDX-License-Identifier: Apache-2.0
// Which member of a shared record has which slot: all about as many, whatever their ids; one that comes or
// goes moves little but its own.
#include "agent/reconcile/spread.h"

#include <doctest/doctest.h>

#include <rapidcheck.h>
#include <algorithm>
#include <map>
#include <set>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/compile.h"
#include "weft/abi/local.h"

using namespace weft;
using namespace weft::agent;

namespace {

schema::Member member(std::uint64_t attachment, std::uint64_t host = 1, std::uint32_t weight = 1) {
    return {{Kind::attachment, attachment}, {Kind::host, host}, weight};
}

std::vector<schema::Member> members_of(const std::set<std::uint64_t>& attachments) {
    std::vector<schema::Member> members;
    for (const auto id : attachments) members.push_back(member(id));
    return members;
}

// The member itself: indices change when the list does.
std::uint32_t at(const weft_spread& spread, unsigned slot) { return spread.member[spread.slot[slot]]; }

std::map<std::uint32_t, unsigned> shares(const weft_spread& spread) {
    std::map<std::uint32_t, unsigned> slots;
    for (unsigned slot = 0; slot < WEFT_SPREAD_SLOTS; ++slot) ++slots[at(spread, slot)];
    return slots;
}

// From 2 to 64 members with any ids whose lower halves differ.
std::set<std::uint64_t> some_members() {
    const auto count = *rc::gen::inRange<std::size_t>(2, WEFT_SPREAD_MEMBERS + 1);
    std::set<std::uint32_t> names;
    while (names.size() < count) names.insert(*rc::gen::nonZero<std::uint32_t>());
    std::set<std::uint64_t> members;
    for (const auto name : names)
        members.insert(std::uint64_t{*rc::gen::arbitrary<std::uint32_t>()} << 32 | name);
    return members;
}

// Slots that some member which is in both has lost from `before` to `after`.
unsigned moved(const weft_spread& before, const weft_spread& after, std::uint32_t other) {
    unsigned count = 0;
    for (unsigned slot = 0; slot < WEFT_SPREAD_SLOTS; ++slot)
        if (at(before, slot) != other && at(after, slot) != other && at(before, slot) != at(after, slot))
            ++count;
    return count;
}

}  // namespace

TEST_CASE("[2.7/balance] each member has its share of the slots, within a few") {
    CHECK(rc::check([] {
        const auto members = some_members();
        const auto slots = shares(spread_slots(members_of(members)));
        RC_ASSERT(slots.size() == members.size());
        // In turns, and three slots are another one's again.
        const auto turns = (WEFT_SPREAD_SLOTS - 3) / members.size();
        for (const auto& [name, count] : slots) {
            RC_ASSERT(count >= turns);
            RC_ASSERT(count <= turns + 1 + 3);
        }
    }));
}

TEST_CASE("[2.7/balance] a member that goes, or comes, moves few slots of the others") {
    unsigned most = 0;
    CHECK(rc::check([&] {
        const auto members = some_members();
        const auto before = spread_slots(members_of(members));
        auto fewer = members;
        fewer.erase(std::next(fewer.begin(), *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(fewer))));
        std::uint32_t gone = 0;
        for (const auto id : members)
            if (!fewer.contains(id)) gone = weft_member_id(id);
        const auto count = moved(before, spread_slots(members_of(fewer)), gone);
        most = std::max(most, count);
        RC_ASSERT(count < WEFT_SPREAD_SLOTS / 4);  // a plain modulo moves nearly all
    }));
    MESSAGE("at most ", most, " of ", WEFT_SPREAD_SLOTS, " slots moved besides those of the member");
}

TEST_CASE("[2.7/health] a member without weight has no slot, but is known where it is") {
    const schema::Spread spread{{Kind::record, 5}, {member(11, 1), member(12, 2, 0), member(13, 2)}};
    const auto slots = shares(spread_slots(spread.members));
    CHECK(slots.size() == 2);
    CHECK_FALSE(slots.contains(12));

    const auto compiled = compile_spread(spread, 2);
    CHECK(compiled.failed.empty());
    std::map<std::uint32_t, weft_member> known;
    for (const auto& [map, entry] : compiled.entries) {
        if (map != MapId::member) continue;
        const auto key = from_bytes<weft_member_key>(entry.key);
        CHECK(key.record == 5);
        known[key.member] = from_bytes<weft_member>(entry.value);
    }
    REQUIRE(known.size() == 4);
    CHECK(known[11].host == 1);
    CHECK(known[12].host == 2);
    CHECK(known[12].attachment == 12);
    CHECK(known[0].attachment == 13);  // the first here that gets flows
    REQUIRE(compiled.entries.back().map == MapId::spread);
    CHECK(from_bytes<std::uint64_t>(compiled.entries.back().entry.key) == 5);
    for (const auto& [map, entry] : compiled.entries)
        CHECK(object_of(map, entry, 2) == ObjectKey{schema::DesiredKind::spread, "rec-00000000000000005"});
}

TEST_CASE("[2.7/local] ports of a shared record have one address entry together and a station each") {
    schema::Port port;
    port.record = {Kind::record, 5};
    port.gni = 100;
    port.addresses = {Address::parse("10.1.2.50").value()};
    port.mac = Mac::local(5);
    port.mtu = 1400;
    port.spread = true;
    std::vector<std::vector<MapEntry>> compiled;
    for (std::uint32_t n : {1U, 2U}) {
        port.attachment = {Kind::attachment, 0x700010b0 + n};
        port.vlan = n;
        Device device;
        device.ifindex = 10 + n;
        compiled.push_back(compile_port(port, device, false, {7, 8}).entries);
    }
    const auto of = [&](std::size_t n, MapId map) {
        return std::ranges::find(compiled[n], map, &MapEntry::map)->entry;
    };
    CHECK(of(0, MapId::local) == of(1, MapId::local));
    const auto local = from_bytes<weft_local>(of(0, MapId::local).value);
    CHECK(local.attachment == 0);
    CHECK(local.ifindex == 0);
    CHECK((local.flags & WEFT_PORT_SPREAD) != 0);
    CHECK(of(0, MapId::station).key != of(1, MapId::station).key);
    const auto station = from_bytes<weft_station_key>(of(1, MapId::station).key);
    const __u8 mac[6] = {0xde, 0x77, 0x70, 0x00, 0x10, 0xb2};
    CHECK(std::ranges::equal(station.mac, mac));
    const auto seat = from_bytes<weft_local>(of(1, MapId::station).value);
    CHECK(seat.attachment == 0x700010b2);
    CHECK(seat.ifindex == 12);
    CHECK(seat.policy == 7);
    CHECK((from_bytes<weft_port>(of(1, MapId::port).value).flags & WEFT_PORT_SPREAD) != 0);
}
