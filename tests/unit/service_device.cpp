// SPDX-License-Identifier: Apache-2.0
// Several records on one device: who may share it, and how they are told apart (row 2.6).
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Devices : Lab {
    Id first = attached("r1", "i1");  // untagged on eth0

    wire::Ack attach_at(const std::string& record, const std::string& instance, std::uint32_t vlan,
                        const std::string& device = "eth0", bool has_vlan = true) {
        wire::AttachRequest request;
        request.record = record;
        request.instance = instance;
        request.device = device;
        request.vlan = vlan;
        request.has_vlan = has_vlan;
        return ask(&Service::attach, ann, request);
    }
    schema::Attachment attached_at(const std::string& record, std::uint32_t vlan) {
        const auto ack = attach_at(record, "i1", vlan);
        REQUIRE(code(ack) == ok);
        return object_of<schema::Attachment>(ack.object);
    }
    Id add_bare(const std::string& name) {
        schema::Instance instance;
        instance.name = name;
        instance.host = h1;
        return object_of<schema::Instance>(create(root, instance).object).id;
    }
    wire::Ack attach_tap(const std::string& record, Id instance, std::uint32_t vlan) {
        wire::AttachRequest tap;
        tap.record = record;
        tap.instance = to_string(instance);
        tap.device = "tap0";
        tap.vlan = vlan;
        tap.has_vlan = true;
        return ask(&Service::attach, root, tap);
    }
};

}  // namespace

TEST_CASE("[2.6/shared] the second on a device and tag uses the first one's device and MAC") {
    Devices lab;
    const auto second = lab.attached_at("r2", 0);
    CHECK(second.device == "eth0");
    CHECK(second.device_of == lab.first);
    CHECK(second.device_mac == lab.shown("r1").mac);
    const auto first = lab.cloud().find<schema::Attachment>(lab.first);
    CHECK(!first->device_of);
    CHECK(!first->device_mac);
}

TEST_CASE(
    "[2.6/concurrent] of two attached at the same time each has a device of its own, or one has the "
    "other's") {
    for (const std::string device : {"", "tap0"}) {
        CAPTURE(device);
        Lab lab;
        std::vector<schema::Attachment> made;
        for (const auto* record : {"r1", "r2"}) {
            wire::AttachRequest request;
            request.record = record;
            request.instance = "i1";
            request.device = device;
            lab.service->attach(lab.ann, request, [&](const wire::Ack& ack) {
                made.push_back(object_of<schema::Attachment>(ack.object));
            });
        }
        lab.loop.run_until([&] { return made.size() == 2; });
        CHECK(made[0].device_of == Id{});
        CHECK((made[0].device == made[1].device) == (device == "tap0"));
        CHECK(made[1].device_of == (device == "tap0" ? made[0].id : Id{}));
    }
}

TEST_CASE("[2.6/shared] it keeps both when the first one goes, and the first one comes back as it was") {
    Devices lab;
    const auto second = lab.attached_at("r2", 0);
    lab.acknowledge_until_ended(second.operation);
    lab.acknowledge_until_ended(lab.detach("r1", "i1").operation);
    const auto third = lab.attached_at("r1", 0);
    CHECK(third.device_of == lab.first);
    CHECK(!third.device_mac);
}

TEST_CASE("[2.6/trunk] another tag has a MAC of its own, and may be the record's own choice") {
    Devices lab;
    schema::Record tagged;
    tagged.vlan = 42;
    CHECK(code(lab.modify(lab.ann, "r2", tagged)) == ok);
    SUBCASE("the record's") {
        const auto ack = lab.attach_at("r2", "i1", 0, "eth0", false);
        const auto second = object_of<schema::Attachment>(ack.object);
        CHECK(second.vlan == 42);
        CHECK(second.device_of == lab.first);
        CHECK(!second.device_mac);
    }
    SUBCASE("the request's") { CHECK(lab.attached_at("r2", 43).vlan == 43); }
    SUBCASE("none after all") { CHECK(lab.attached_at("r2", 0).vlan == 0); }
}

TEST_CASE("[2.6/refused] what nothing would tell apart") {
    Devices lab;
    SUBCASE("a device of another instance") {
        REQUIRE(code(lab.attach_tap("r2", lab.add_bare("bare"), 0)) == ok);
        lab.add_record(lab.ann, lab.front, "r3");
        const auto other = lab.add_bare("other");
        CHECK_REFUSED(lab, lab.attach_tap("r3", other, 7), ErrorCode::conflict, "device");
    }
    SUBCASE("a record that may send from any address") {
        schema::Record unchecked;
        unchecked.source_dest_check = false;
        CHECK(code(lab.modify(lab.ann, "r2", unchecked)) == ok);
        CHECK_REFUSED(lab, lab.attach_at("r2", "i1", 0), ErrorCode::conflict, "source-dest-check");
        CHECK(code(lab.attach_at("r2", "i1", 42)) == ok);
    }
    SUBCASE("the check turned off later") {
        (void)lab.attached_at("r2", 0);
        schema::Record unchecked;
        unchecked.source_dest_check = false;
        CHECK_REFUSED(lab, lab.modify(lab.ann, "r2", unchecked), ErrorCode::conflict, "source-dest-check");
    }
    SUBCASE("the same address in another partition") {
        const auto red = lab.subnet_of(lab.add_partition(lab.ann, "red"));
        schema::Record same;
        same.name = "r9";
        same.subnet = red;
        same.addresses = lab.shown("r1").addresses;
        REQUIRE(code(lab.create(lab.ann, same)) == ok);
        CHECK_REFUSED(lab, lab.attach_at("r9", "i1", 0), ErrorCode::conflict, "addresses");
        CHECK(code(lab.attach_at("r9", "i1", 42)) == ok);
    }
    SUBCASE("attached already with another tag") {
        CHECK_REFUSED(lab, lab.attach_at("r1", "i1", 42), ErrorCode::conflict, "vlan");
    }
}
