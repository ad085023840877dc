// SPDX-License-Identifier: Apache-2.0
// Someone for each relation of the permission table, and something for each of its rows to be done to.
#pragma once

#include "service_lab.h"

namespace weft::test {

using permission::Who;

struct Subject {
    Principal principal;
    unsigned of_record;    // what it is to ann's record `rec`, which is attached to ivy's instance `vm`
    unsigned of_instance;  // to `vm`
    unsigned of_others;    // to ann's other things
};

inline std::vector<Subject> subjects(Id host) {
    const auto customer = [](const char* name, std::vector<std::string> groups = {}) {
        return Principal{name, Role::customer, {}, std::move(groups)};
    };
    namespace p = permission;
    return {{{"root", Role::operator_}, p::the_operator, p::the_operator, p::the_operator},
            {customer("ann"), p::owner, p::record_owner, p::owner},
            {customer("att"), p::attachers, p::attachers, 0},
            {customer("eve", {"x", "team"}), p::attachers, p::attachers, 0},
            {customer("det"), p::detachers, 0, 0},
            {customer("ips"), p::ip_setters, 0, 0},
            {customer("mod"), p::modifiers, 0, 0},
            {customer("ivy"), p::instance_owner, p::owner, 0},
            {customer("zed"), 0, 0, 0},
            {{"h1", Role::host, host, {}}, 0, 0, 0},
            {{}, 0, 0, 0}};
}

template <class T>
Id made(const wire::Ack& ack) {
    if (ack.code != 0) throw std::runtime_error(ack.field + ": " + ack.text);
    return object_of<T>(ack.object).id;
}

// Opened from the bytes of a world that was built once.
struct Permissions : World {
    Id h1, h2;
    Id blue, front, back, operation, key;

    struct Built {
        std::string bytes;
        std::map<Id, FakeHosts::State> hosts;
    };
    static const Built& built() {
        static const Built once = [] {
            World world;
            build(world);
            Built out{{}, world.hosts.states};
            world.repository.reset();
            out.bytes = world.file.bytes();
            world.repository = world.file.open();
            return out;
        }();
        return once;
    }

    Permissions() {
        const auto& before = built();
        repository.reset();
        file.write(before.bytes);
        hosts.states = before.hosts;
        restart();
        h1 = cloud().host("h1")->id;
        h2 = cloud().host("h2")->id;
        blue = cloud().partition("ann", "blue")->id;
        front = cloud().subnet(blue, "front")->id;
        back = cloud().subnet(blue, "back")->id;
        for (const auto& [id, entry] : cloud().table<schema::Operation>())
            if (entry.object->principal == "ann") operation = entry.object->id;
        for (const auto& [id, entry] : cloud().table<schema::AccessKey>()) key = entry.object->id;
    }

    static schema::Record listed(const std::string& name, Id subnet) {
        schema::Record record;
        record.name = name;
        record.subnet = subnet;
        record.attachers = {"att", "group:team"};
        record.detachers = {"det"};
        record.ip_setters = {"ips"};
        record.modifiers = {"mod"};
        return record;
    }
    template <class T>
    static T named(const std::string& name, Id partition = {}) {
        T object;
        object.name = name;
        if constexpr (requires { object.partition; }) object.partition = partition;
        return object;
    }

    static schema::ScalingRule rule(const std::string& name, Id pool) {
        auto made = named<schema::ScalingRule>(name);
        made.owner = "ann";
        made.driver = "netns";
        made.pool = pool;
        return made;
    }

    static void build(World& world) {
        const auto h1 = world.add_host("h1", "192.0.2.1");
        world.add_host("h2", "192.0.2.2");
        world.add_host("h9", "192.0.2.9");
        const auto blue = world.add_partition(world.ann, "blue").id;
        world.add_partition(world.ann, "empty");
        const auto front = world.cloud().subnet(blue, "front")->id;
        for (auto subnet : {World::subnet("back", "10.1.3.0/24"), World::subnet("spare", "10.1.4.0/24")}) {
            subnet.partition = blue;
            made<schema::Subnet>(world.create(world.ann, subnet));
        }
        made<schema::SecurityGroup>(world.create(world.ann, named<schema::SecurityGroup>("spare", blue)));
        made<schema::NetworkAcl>(world.create(world.ann, named<schema::NetworkAcl>("spare", blue)));
        made<schema::RouteTable>(world.create(world.ann, named<schema::RouteTable>("spare", blue)));
        made<schema::Pool>(world.create(world.ann, named<schema::Pool>("spare", blue)));
        const auto used = world.create(world.ann, named<schema::Pool>("scaled", blue));
        made<schema::ScalingRule>(world.create(world.root, rule("spare", made<schema::Pool>(used))));
        auto low = named<schema::AddressPool>("spare", blue);
        low.ranges = {Prefix::parse("10.1.2.128/26").value()};
        made<schema::AddressPool>(world.create(world.ann, low));
        auto outside = named<schema::AddressPool>("outside");
        outside.ranges = {Prefix::parse("203.0.113.0/28").value()};
        made<schema::AddressPool>(world.create(world.root, outside));
        made<schema::Record>(world.create(world.ann, listed("rec", front)));
        made<schema::Record>(world.create(world.ann, listed("loose", front)));
        auto open = listed("open", front);
        open.attachers = {"role:customer"};
        open.detachers = {"ann"};
        made<schema::Record>(world.create(world.ann, open));
        for (const auto& subject : subjects(h1)) {
            const auto& who = subject.principal;
            if (who.role == Role::customer) world.add_instance(who, "own-" + who.name);
        }
        const Principal ivy{"ivy", Role::customer};
        world.add_instance(ivy, "vm", h1);
        world.add_instance(ivy, "idle");
        schema::Instance bare;
        bare.name = "bare";
        bare.owner = "ivy";
        bare.host = h1;
        made<schema::Instance>(world.create(world.root, bare));
        schema::Instance attachers;
        attachers.attachers = {"att", "group:team"};
        for (const auto* name : {"vm", "bare"})
            if (world.modify(ivy, name, attachers).code != 0) throw std::runtime_error(name);
        world.attached("rec", "vm");
        // An operation and a key of ann's.
        world.add_record(world.ann, front, "busy");
        world.ask(&Service::attach, world.ann,
                  wire::AttachRequest{"busy", "own-ann", {}, {}, false, false, {}});
        made<schema::AccessKey>(world.create(world.ann, schema::AccessKey{}));
    }
};

}  // namespace weft::test
