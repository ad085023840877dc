// SPDX-License-Identifier: Apache-2.0
// Hosts that follow the marks, revision by revision or in one step from an older revision, hold exactly what
// the whole computation says they must hold, whatever happened.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "coordinator/distribution/affected.h"
#include "coordinator/distribution/desired.h"

using namespace weft;
using namespace weft::coordinator;
using schema::Phase;

namespace {

using Held = std::map<Id, std::map<Key, DesiredObject>>;

constexpr std::uint64_t hosts = 4;
constexpr std::uint64_t partitions = 2;
constexpr std::uint64_t records = 6;
constexpr std::uint64_t groups = 2;

Id id(Kind kind, std::uint64_t value) { return {kind, value}; }

// A cloud that random transactions change. `peering`: with routes between its partitions.
class World {
public:
    explicit World(unsigned seed, bool peering = false) : random_(seed), peering_(peering) {
        for (std::uint64_t p = 1; p <= partitions; ++p) {
            put(partition(p));
            for (std::uint64_t g = 1; g <= groups; ++g) put(group(p, g));
            for (std::uint64_t n = 1; n < (1U << groups); ++n) put(tag(p, n));
            for (std::uint64_t a = 1; a <= 2; ++a) put(acl(p, a));
            for (std::uint64_t t = 1; t <= 2; ++t) put(table(p, t));
            for (std::uint64_t s = 1; s <= 2; ++s) put(subnet(p, s));
        }
        for (std::uint64_t h = 1; h <= hosts; ++h) put(host(h));
        commit();
        for (std::uint64_t r = 1; r <= records; ++r) put(record(r));
        commit();
    }

    void step() {
        switch (draw(17)) {
            case 16: put(partition(1 + draw(partitions))); break;
            case 14: put(table(1 + draw(partitions), 1 + draw(2))); break;
            case 15: {
                const auto p = 1 + draw(partitions);
                toggle(id(Kind::route_table, 10 * p + 3), [&](Id) { put(table(p, 3)); });
                break;
            }
            case 10: put(group(1 + draw(partitions), 1 + draw(groups))); break;
            case 11: {
                const auto p = 1 + draw(partitions);
                const auto n = 1 + draw((1U << groups) - 1);
                toggle(id(Kind::tag, 10 * p + n), [&](Id) { put(tag(p, n)); });
                break;
            }
            case 12: put(acl(1 + draw(partitions), 1 + draw(2))); break;
            case 13: put(subnet(1 + draw(partitions), 1 + draw(2))); break;
            case 0: toggle(id(Kind::host, 1 + draw(hosts)), [&](Id i) { put(host(i.value)); }); break;
            case 1: put(host(1 + draw(hosts))); break;
            case 2:
                toggle(id(Kind::subnet, 3 + 10 * (1 + draw(partitions))),
                       [&](Id i) { put(subnet(i.value / 10, 3)); });
                break;
            case 3: change_record(1 + draw(records)); break;
            default:
                for (auto n = 1 + draw(3); n != 0; --n) change_attachment(1 + draw(records), 1 + draw(2));
        }
        commit();
    }

    [[nodiscard]] const Cloud& cloud() const { return cloud_; }
    [[nodiscard]] const std::vector<Change>& latest() const { return latest_; }
    [[nodiscard]] std::uint64_t draw(std::uint64_t below) { return random_() % below; }

private:
    template <class T>
    void put(T object) {
        pending_.push_back({object.id, cloud_.find(object.id), std::make_shared<const T>(std::move(object))});
    }
    void erase(Id gone) { pending_.push_back({gone, cloud_.find(gone), {}}); }
    void toggle(Id which, auto&& make) {
        const bool used = which.kind == Kind::host  ? !cloud_.attachments_on_host(which).empty()
                          : which.kind == Kind::tag ? tag_used(which)
                                                    : false;
        if (!is_null(cloud_.find(which)) && !used)
            erase(which);
        else
            make(which);
    }
    void commit() {
        std::map<Id, Change> once;  // a transaction writes an object once
        for (auto& change : pending_) once.insert_or_assign(change.id, change);
        latest_.clear();
        for (auto& [key, change] : once)
            if (!is_null(change.before) || !is_null(change.after)) latest_.push_back(change);
        pending_.clear();
        cloud_.apply(cloud_.revision() + 1, latest_);
    }

    schema::Partition partition(std::uint64_t p) {
        schema::Partition partition;
        partition.id = id(Kind::partition, p);
        partition.name = "p" + std::to_string(p);
        partition.gni = static_cast<std::uint32_t>(100 + p);
        if (draw(2) == 0) partition.dns = Address::v4(0x0a010102U);
        partition.unreachable = draw(2) == 0;
        if (peering_ && draw(3) != 0) partition.peers = {id(Kind::partition, 1 + p % partitions)};
        return partition;
    }
    schema::Host host(std::uint64_t h) {
        schema::Host host;
        host.id = id(Kind::host, h);
        host.name = "h" + std::to_string(h);
        host.underlay = {Address::v4(0xc0000200U + static_cast<std::uint32_t>(h))};
        host.capabilities = draw(4) == 0 ? std::vector<std::string>{"vxlan/1"}
                                         : std::vector<std::string>{"geneve/1", "vxlan/1"};
        host.underlay_mtu = draw(3) == 0 ? 9000 : 1500;
        return host;
    }
    [[nodiscard]] bool tag_used(Id which) const {
        const auto tag = cloud_.find<schema::SecurityTag>(which);
        return tag && !cloud_.records_of_tag(tag->number, 1).empty();
    }
    schema::SecurityGroup group(std::uint64_t p, std::uint64_t g) {
        schema::SecurityGroup group;
        group.id = id(Kind::security_group, 10 * p + g);
        group.name = "g" + std::to_string(draw(3));
        group.partition = id(Kind::partition, p);
        group.rules.resize(draw(3));
        group.on_change = static_cast<schema::OnChange>(draw(2));
        return group;
    }
    // The bits of `n` say which groups.
    static schema::SecurityTag tag(std::uint64_t p, std::uint64_t n) {
        schema::SecurityTag tag;
        tag.id = id(Kind::tag, 10 * p + n);
        tag.number = static_cast<std::uint32_t>(10 * p + n);
        tag.partition = id(Kind::partition, p);
        for (std::uint64_t g = 1; g <= groups; ++g)
            if ((n >> (g - 1) & 1U) != 0) tag.groups.push_back(id(Kind::security_group, 10 * p + g));
        return tag;
    }
    schema::NetworkAcl acl(std::uint64_t p, std::uint64_t a) {
        schema::NetworkAcl acl;
        acl.id = id(Kind::network_acl, 10 * p + a);
        acl.partition = id(Kind::partition, p);
        acl.rules.resize(draw(3));
        return acl;
    }
    // The first is the main one. Routes to records that are there.
    schema::RouteTable table(std::uint64_t p, std::uint64_t t) {
        schema::RouteTable table;
        table.id = id(Kind::route_table, 10 * p + t);
        table.partition = id(Kind::partition, p);
        table.number = static_cast<std::uint32_t>(t == 1 ? 100 + p : 1000 + 10 * p + t);
        table.routes = routes(p);
        return table;
    }
    std::vector<schema::RouteEntry> routes(std::uint64_t p) {
        std::vector<schema::RouteEntry> routes;
        for (std::uint32_t n = 0; n < draw(3); ++n) {
            schema::RouteEntry route;
            route.prefix = Prefix::make(Address::v4(0xc0000000U + (n << 8)), 24).value();
            const auto q = 1 + p % partitions;
            if (peering_ && draw(2) == 0) {
                route.target = schema::RouteTo::partition;
                route.partition = id(Kind::partition, q);
                const auto first = range_of(q) + static_cast<std::uint32_t>((1 + n) << 8);
                route.prefix = n == 0 ? Prefix::make(Address::v4(range_of(q)), 16).value()
                                      : Prefix::make(Address::v4(first), 24).value();
                routes.push_back(route);
                continue;
            }
            route.record = id(Kind::record, 1 + draw(records));
            const auto to = cloud_.find<schema::Record>(route.record);
            if (!to || to->partition != id(Kind::partition, p))
                route = {route.prefix, schema::RouteTo::blackhole, {}, {}};
            routes.push_back(route);
        }
        return routes;
    }
    static std::uint32_t range_of(std::uint64_t p) {
        return 0x0a000000U + static_cast<std::uint32_t>(p << 16);
    }
    static Address range6_of(std::uint64_t p) {
        return Address::parse("2001:db8:" + std::to_string(p) + "2::").value();
    }
    [[nodiscard]] bool routed(Id record) const {
        const auto leads = [&](const auto& route) { return route.record == record; };
        for (const auto& [number, entry] : cloud_.table<schema::RouteTable>())
            if (std::ranges::any_of(entry.object->routes, leads)) return true;
        for (const auto& [number, entry] : cloud_.table<schema::Record>())
            if (std::ranges::any_of(entry.object->routes, leads)) return true;
        return false;
    }
    schema::Subnet subnet(std::uint64_t p, std::uint64_t s) {
        schema::Subnet subnet;
        subnet.id = id(Kind::subnet, 10 * p + s);
        subnet.name = "s" + std::to_string(s);
        subnet.partition = id(Kind::partition, p);
        subnet.cidr = Prefix::make(Address::v4(range_of(p) + static_cast<std::uint32_t>(s << 8)), 24).value();
        subnet.router = subnet.cidr.router();
        if (draw(2) == 0) subnet.route_table = id(Kind::route_table, 10 * p + 1 + draw(3));
        if (const auto a = draw(3)) subnet.acl = id(Kind::network_acl, 10 * p + a);
        if (s != 2) return subnet;
        subnet.cidr6 = Prefix::make(range6_of(p), 64).value();
        subnet.router6 = subnet.cidr6.router();
        return subnet;
    }
    // Each in its own range of its partition's first subnets.
    schema::Record record(std::uint64_t r) {
        const auto p = 1 + r % partitions;
        schema::Record record;
        record.id = id(Kind::record, r);
        record.name = "r" + std::to_string(r);
        record.partition = id(Kind::partition, p);
        record.subnet = id(Kind::subnet, 10 * p + 1 + r % 2);
        const auto base = range_of(p) + static_cast<std::uint32_t>(((1 + r % 2) << 8) + 10 * r);
        for (auto n = 1 + draw(2); n != 0; --n)
            record.addresses.push_back(Address::v4(base + static_cast<std::uint32_t>(2 * draw(3) + n)));
        if (r % 2 == 1) record.addresses.push_back(range6_of(p).plus(16 * r + draw(3)));
        if (const auto n = draw(3)) {
            const auto block =
                range_of(p) + static_cast<std::uint32_t>(((1 + r % 2) << 8) + 128 + 16 * r + 4 * n);
            record.prefixes = {Prefix::make(Address::v4(block), 30).value()};
        }
        add_further(record, r);
        record.mac = Mac::local(r);
        record.exclusive = r % 3 != 0;
        record.source_dest_check = draw(3) != 0;
        if (draw(4) == 0) record.status = schema::RecordStatus::disabled;
        if (draw(3) == 0) record.routes = routes(p);
        // A tag that is there: only the present ones, and those that this transaction does not remove, are
        // used.
        const auto tags = cloud_.tags(record.partition);
        if (tags.empty()) return record;
        const auto& tag = *tags[draw(tags.size())];
        record.tag = tag.number;
        record.security_groups = tag.groups;
        return record;
    }
    // An address of the partition's other subnet, which it has, or is about to lose with the subnet.
    void add_further(schema::Record& record, std::uint64_t r) {
        const auto p = 1 + r % partitions;
        const auto other = 2 - r % 2;
        const auto address = Address::v4(range_of(p) + static_cast<std::uint32_t>((other << 8) + 240 + r));
        const auto how = draw(4);
        if (how == 0) {
            record.subnets = {id(Kind::subnet, 10 * p + other)};
            record.addresses.push_back(address);
        } else if (how == 1) {
            record.former_addresses = {address};
            record.address_step = schema::AddressStep::withdrawing;
        }
    }
    void change_record(std::uint64_t r) {
        const auto which = id(Kind::record, r);
        if (cloud_.find<schema::Record>(which) && cloud_.attachments_of_record(which).empty() &&
            !routed(which) && draw(2) == 0)
            erase(which);
        else
            put(record(r));
    }
    // Any phase may follow any other: the marks must not depend on the order of the verbs.
    void change_attachment(std::uint64_t r, std::uint64_t n) {
        const auto which = id(Kind::attachment, 10 * r + n);
        if (!cloud_.find<schema::Record>(id(Kind::record, r))) return;
        if (cloud_.find<schema::Attachment>(which) && draw(3) == 0) return erase(which);
        schema::Attachment attachment;
        attachment.id = which;
        attachment.record = id(Kind::record, r);
        attachment.instance = id(Kind::instance, 10 * r + n);
        const auto on = id(Kind::host, 1 + draw(hosts));
        if (cloud_.find<schema::Host>(on) && draw(6) != 0) attachment.host = on;
        attachment.phase = static_cast<Phase>(draw(7));
        attachment.rules.resize(draw(3));
        attachment.device = draw(4) == 0 ? "tap1" : "tap0";
        if (draw(4) == 0) attachment.failed = "its device is gone";
        put(attachment);
    }

    std::mt19937 random_;
    bool peering_;
    Cloud cloud_;
    std::vector<Change> pending_, latest_;
};

std::map<Key, DesiredObject> desired(const Cloud& cloud, Id host) {
    const Desired view(cloud);
    std::map<Key, DesiredObject> all;
    for (const auto& key : view.keys(host)) {
        auto object = view.object(host, key);
        // What a record is losing is not announced any more.
        const bool may_lack =
            key.kind == schema::DesiredKind::mapping || key.kind == schema::DesiredKind::source;
        if (!object && may_lack) continue;
        REQUIRE_MESSAGE(object.has_value(), wire_key(key));
        all.emplace(key, std::move(*object));
    }
    return all;
}

Held all_desired(const Cloud& cloud) {
    Held held;
    for (std::uint64_t h = 1; h <= hosts; ++h) held[id(Kind::host, h)] = desired(cloud, id(Kind::host, h));
    return held;
}

// The keys in which both differ, in words.
std::string difference(const std::map<Key, DesiredObject>& held, const std::map<Key, DesiredObject>& wanted) {
    std::string text;
    for (const auto& [key, object] : wanted)
        if (const auto at = held.find(key); at == held.end() || at->second != object)
            text += (at == held.end() ? " missing " : " stale ") + std::string(to_string(key.kind)) + ' ' +
                    wire_key(key);
    for (const auto& [key, object] : held)
        if (!wanted.contains(key)) text += " left " + std::string(to_string(key.kind)) + ' ' + wire_key(key);
    return text;
}

void follow(std::map<Key, DesiredObject>& held, const Desired& view, Id host, const Key& key) {
    if (auto object = view.object(host, key))
        held.insert_or_assign(key, std::move(*object));
    else
        held.erase(key);
}

}  // namespace

TEST_CASE("[2.12/delta] following the marks of each revision yields the whole desired set") {
    for (unsigned seed = 1; seed <= 120; ++seed) {
        World world(seed, seed % 2 == 0);
        Held held = all_desired(world.cloud());
        Desired view(world.cloud());
        for (int step = 0; step < 40; ++step) {
            world.step();
            const bool all_ports = view.refresh();
            mark_affected(world.cloud(), world.latest(), [&](Id host, const Key* key) {
                if (key != nullptr) follow(held[host], view, host, *key);
            });
            if (all_ports)
                for (const auto& [number, entry] : world.cloud().table<schema::Attachment>())
                    if (entry.object->host)
                        follow(held[entry.object->host], view, entry.object->host,
                               port_key(entry.object->id));
            for (std::uint64_t h = 1; h <= hosts; ++h) {
                INFO("seed " << seed << " step " << step << " host " << h);
                REQUIRE(difference(held[id(Kind::host, h)], desired(world.cloud(), id(Kind::host, h))) == "");
            }
        }
    }
}

TEST_CASE("[2.12/continue] the marks since an older revision lead from its desired set to the present one") {
    for (unsigned seed = 1; seed <= 80; ++seed) {
        const bool peering = seed % 4 == 0;
        World world(seed, peering);
        for (auto n = world.draw(20); n != 0; --n) world.step();
        Held held = all_desired(world.cloud());
        std::vector<Change> since;
        for (auto n = 1 + world.draw(20); n != 0; --n) {
            world.step();
            since.insert(since.end(), world.latest().begin(), world.latest().end());
        }
        const Desired view(world.cloud());
        for (auto& entry : held) {  // clang 14 does not let lambdas capture structured bindings
            const Id host = entry.first;
            auto& objects = entry.second;
            INFO("seed " << seed << " host " << host.value);
            const bool told = mark_affected_since(world.cloud(), since, host,
                                                  [&](const Key& key) { follow(objects, view, host, key); });
            if (!told && peering) continue;  // it gets a snapshot
            REQUIRE(told);
            REQUIRE(difference(objects, desired(world.cloud(), host)) == "");
        }
    }
}

TEST_CASE("[3.4] a host is told nothing about partitions it does not carry") {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        World world(seed);
        std::map<Id, std::set<Id>> ever;  // partitions that the host carried at some time
        for (int step = 0; step < 40; ++step) {
            world.step();
            for (const auto& change : world.latest())
                for (const auto& side :
                     {as<schema::Attachment>(change.before), as<schema::Attachment>(change.after)})
                    if (side && side->host)
                        ever[side->host].insert(id(Kind::partition, 1 + side->record.value % partitions));
            mark_affected(world.cloud(), world.latest(), [&](Id host, const Key* key) {
                if (key == nullptr || key->id.kind != Kind::partition) return;
                CHECK(ever[host].contains(key->id));
            });
        }
    }
}
