// SPDX-License-Identifier: Apache-2.0
// Any sequence of snapshots, deltas, changes around and crashes ends in exactly what a fresh host would hold.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "agent/reconcile/reconciler.h"
#include "tests/harness/fake_datapath.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Crash;
using weft::test::FakeDatapath;

namespace {

// Of [low, high), whatever the size of the case.
template <class T>
T pick(T low, T high) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high));
}
template <class T>
T pick(std::vector<T> values) {
    return values[pick<std::size_t>(0, values.size())];
}

Id host(std::uint64_t value) { return {Kind::host, value}; }
Address address(unsigned low) { return Address::v4(0x0a000000 + low); }
Address underlay(unsigned low) { return Address::v4(0xc0000200 + low); }

// What decides about a port's policies.
Object any_filter() {
    switch (pick(0, 3)) {
        case 0: {
            schema::Tag tag{1, pick(1U, 4U), {}};
            for (int i = pick(0, 3); i > 0; --i)
                tag.groups.push_back({Kind::security_group, pick<std::uint64_t>(1, 4)});
            return tag;
        }
        case 1: {
            schema::Group group{{Kind::security_group, pick<std::uint64_t>(1, 4)}, 1, pick(0, 2) == 0, {}};
            for (int i = pick(0, 3); i > 0; --i) {
                group.rules.emplace_back();
                group.rules.back().protocol =
                    pick<schema::Protocol>({schema::Protocol::any, schema::Protocol::tcp});
                if (pick(0, 2) == 0)
                    group.rules.back().group = {Kind::security_group, pick<std::uint64_t>(1, 4)};
                else
                    group.rules.back().remote = Prefix::host(address(pick(0U, 3U)));
            }
            return group;
        }
        default: {
            schema::Acl acl{{Kind::network_acl, pick<std::uint64_t>(1, 3)}, {}};
            for (std::uint32_t i = pick(0U, 3U); i > 0; --i) {
                acl.rules.emplace_back();
                acl.rules.back().number = i;
                acl.rules.back().action = pick<schema::Action>({schema::Action::allow, schema::Action::deny});
            }
            return acl;
        }
    }
}

// Few keys, so that objects replace, share and collide with each other. Attachments have addresses of their
// own: which of two colliding ones comes first is no function of the set.
Object any_object() {
    if (pick(0, 3) == 0) return any_filter();
    switch (pick(0, 5)) {
        case 0: {
            const auto id = pick(1U, 5U);
            schema::Peer peer{host(id), "", {underlay(id)}, {}, {}, "", {}};
            if (id != 1) {
                peer.send_to = underlay(id);
                peer.send_framework = pick<std::string>({"geneve/1", "vxlan/1", ""});
            }
            return peer;
        }
        case 1:
            return schema::Route{
                pick(1U, 3U),
                Prefix::host(address(pick(0U, 3U))),
                pick<schema::RouteTarget>({schema::RouteTarget::local, schema::RouteTarget::blackhole}),
                {}};
        case 2:
            return schema::Mapping{
                1, Prefix::host(address(pick(0U, 8U))), host(pick(1U, 4U)), {Kind::record, 1}, {}, 0};
        case 3: {
            const std::vector prefixes{*Prefix::parse("0.0.0.0/0"), *Prefix::parse("10.0.0.0/30"),
                                       Prefix::host(address(0)), Prefix::host(address(1))};
            schema::Source source{1, pick<Prefix>(prefixes), {}};
            for (int i = pick(0, 4); i > 0; --i) source.hosts.push_back(host(pick(1U, 4U)));
            return source;
        }
        default: {
            schema::Port port;
            const auto attachment = pick(1U, 6U);
            port.attachment = {Kind::attachment, attachment};
            port.record = {Kind::record, pick(1U, 3U)};
            port.gni = 1;
            port.mac.bytes[5] = static_cast<std::uint8_t>(attachment);
            port.addresses = {address(100 + attachment)};
            port.transmit = pick(0, 2) == 0;
            port.source_dest_check = true;
            port.device = pick<std::string>({"tap0", "tap1"});
            if (pick(0, 3) == 0) port.netns = "i1";
            port.tag = pick(0U, 4U);
            port.egress_bytes = pick<std::uint64_t>(0, 3);
            port.ingress_packets = pick<std::uint64_t>(0, 3);
            port.flow_limit = pick(0U, 3U) * 100;
            if (pick(0, 2) == 0) port.acl = {Kind::network_acl, pick<std::uint64_t>(1, 3)};
            return port;
        }
    }
}

constexpr Installed identity{11, 22, 0, 1};

// The world in which the agent lives and dies.
struct World {
    FakeDatapath datapath;
    DesiredSet told;
    std::uint64_t revision{0};
    std::unique_ptr<Reconciler> agent;

    void start() {
        agent = std::make_unique<Reconciler>(datapath);
        RC_ASSERT(agent->adopt().has_value());
    }

    void snapshot() {
        auto now = identity;
        now.revision = revision;
        if (!agent->snapshot(told, now).needs_confirmation.empty()) agent->confirm();
    }

    void change() {
        Changes changes;
        for (int i = pick(0, 6); i > 0; --i) {
            if (pick(0, 3) > 0) {
                changes.puts.push_back(any_object());
                told.put(changes.puts.back());
            }
        }
        for (int i = pick(0, 4); i > 0; --i) {
            changes.deletes.push_back(key_of(any_object()));
            told.remove(changes.deletes.back());
        }
        ++revision;
        if (agent->has_desired())
            agent->delta(std::move(changes), revision);
        else
            snapshot();
    }

    void disturb() {
        switch (pick(0, 6)) {
            case 0: datapath.add_device("tap0", pick(10U, 13U)); break;
            case 1: datapath.add_device("tap1", pick(13U, 16U)); break;
            case 2: datapath.remove_host_device(pick<std::string>({"tap0", "tap1"})); break;
            case 3: datapath.namespaces.insert("i1"); break;
            case 4: datapath.paths[underlay(2)] = {pick(1U, 4U), underlay(2), 1500}; break;
            default: datapath.paths.erase(underlay(2)); break;
        }
        agent->environment_changed();
    }

    void vandalise() {
        auto& map = datapath.maps[pick<std::size_t>(0, map_count - 1)];
        if (!map.empty()) map.erase(map.begin());
        agent->repair();
    }

    void step() {
        const bool fatal = pick(0, 4) == 0;
        if (fatal) datapath.writes_until_crash = pick<std::size_t>(0, 12);
        try {
            switch (pick(0, 6)) {
                case 0: snapshot(); break;
                case 1: disturb(); break;
                case 2: vandalise(); break;
                case 3: start(); break;
                default: change(); break;
            }
        } catch (const Crash&) {
            datapath.writes_until_crash = std::numeric_limits<std::size_t>::max();
            start();
        }
        datapath.writes_until_crash = std::numeric_limits<std::size_t>::max();
    }
};

}  // namespace

TEST_CASE("[8.5/converge] whatever happened, the maps end as on a fresh host with the same desired set") {
    CHECK(rc::check("converges", [] {
        World world;
        world.start();
        for (int i = pick(1, 40); i > 0; --i) world.step();
        if (!world.agent->has_desired()) world.snapshot();
        for (int i = 0; i < 3; ++i) (void)world.agent->repair();  // former policies have gone by then
        auto outcome = world.agent->environment_changed();
        outcome.lost.clear();  // a fresh host has never had the devices that went away

        FakeDatapath fresh;
        fresh.devices = world.datapath.devices;
        fresh.paths = world.datapath.paths;
        fresh.namespaces = world.datapath.namespaces;
        Reconciler reference{fresh};
        auto now = identity;
        now.revision = world.agent->installed().revision;
        const auto expected = reference.snapshot(world.told, now);

        RC_ASSERT(world.agent->desired().size() == world.told.size());
        for (std::size_t i = 0; i < map_count; ++i) RC_ASSERT(world.datapath.maps[i] == fresh.maps[i]);
        RC_ASSERT(world.datapath.attached == fresh.attached);
        RC_ASSERT(outcome == expected);
    }));
}

TEST_CASE("[8.5/converge] a crash and a restart leave a revision that is fully installed") {
    CHECK(rc::check("the recorded revision never runs ahead", [] {
        World world;
        world.start();
        world.snapshot();
        world.datapath.writes_until_crash = pick<std::size_t>(0, 20);
        const auto before = world.datapath.map(MapId::config);
        bool crashed = false;
        try {
            world.change();
        } catch (const Crash&) {
            crashed = true;
        }
        if (crashed) RC_ASSERT(world.datapath.map(MapId::config) == before);
    }));
}
