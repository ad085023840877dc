// SPDX-License-Identifier: Apache-2.0
// Instances that drivers run: what is asked for, what hosts are told, and what comes of it.
#include "coordinator/distribution/desired.h"
#include "coordinator/service/watch/instance_watch.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;
using schema::DriverState;
using schema::InstanceState;
using wire::Lifecycle;

namespace {

struct Driven : Lab {
    InstanceWatch watch{*ledger, clock};
    Id vm = add("vm");

    Id add(const std::string& name) {
        schema::Instance made;
        made.name = name;
        made.owner = "ann";
        made.host = h1;
        made.netns = name;
        made.driver = "netns";
        made.parameters = {{"command", "true"}};
        const auto ack = create(root, made);
        REQUIRE_MESSAGE(ack.code == 0, ack.text);
        return object_of<schema::Instance>(ack.object).id;
    }
    wire::Ack run(Lifecycle verb, const Principal& who, bool detach = false, const std::string& ref = "vm") {
        return ask(&Service::lifecycle, who, wire::LifecycleRequest{ref, verb, detach, {}});
    }
    [[nodiscard]] const schema::Instance& instance() const { return *cloud().find<schema::Instance>(vm); }
    // What h1 is told of it now.
    [[nodiscard]] std::optional<schema::Workload> told(Id host) const {
        const auto object = Desired(cloud()).object(host, workload_key(vm));
        if (!object) return std::nullopt;
        return std::get<schema::Workload>(*object);
    }
    // The driver is done with what the host was told last.
    void report(DriverState state, const std::string& error = {}) {
        const auto before = instance().generation;
        watch.take(h1, {vm, before, state, error});
        loop.run_until([&] { return instance().generation != before; });
    }
    [[nodiscard]] bool ended(Id id) const { return operation(id).end_time != 0; }
};

}  // namespace

TEST_CASE("[2.13/launch] a launch is on its way until the driver says that it runs") {
    Driven lab;
    CHECK(lab.instance().state == InstanceState::stopped);
    const auto ack = lab.run(Lifecycle::launch, lab.ann);
    REQUIRE_MESSAGE(ack.code == 0, ack.text);
    CHECK(lab.instance().state == InstanceState::booting);
    REQUIRE(lab.told(lab.h1));
    CHECK(lab.told(lab.h1)->state == InstanceState::booting);
    CHECK(lab.told(lab.h1)->parameters == schema::Tags{{"command", "true"}});
    CHECK(!lab.told(lab.h2));
    CHECK(!lab.ended(ack.operation));
    lab.report(DriverState::running);
    CHECK(lab.instance().state == InstanceState::running);
    CHECK(lab.instance().reported == DriverState::running);
    lab.loop.run_until([&] { return lab.ended(ack.operation); });
    CHECK(lab.operation(ack.operation).state == OperationState::done);
}

TEST_CASE("[2.3/ready] the driver is told to go on when every attachment is programmed") {
    Driven lab;
    const auto attached = lab.attach("r1", "vm");
    REQUIRE(attached.code == 0);
    CHECK(lab.phase(object_of<schema::Attachment>(attached.object).id) == Phase::waiting);
    REQUIRE(lab.run(Lifecycle::launch, lab.ann).code == 0);
    CHECK(!lab.told(lab.h1)->ready);
    CHECK(code(lab.service->ready(lab.ann, {"vm", {}})) == ErrorCode::conflict);
    lab.acknowledge_until_ended(attached.operation);
    CHECK(lab.told(lab.h1)->ready);
    CHECK(lab.told(lab.h1)->attachments.size() == 1);
    CHECK(lab.service->ready(lab.ann, {"vm", {}}).code == 0);
    // Its device may be gone again, as after a restart of the host.
    lab.hosts.states[lab.h1].waiting.insert(object_of<schema::Attachment>(attached.object).id);
    CHECK(code(lab.service->ready(lab.ann, {"vm", {}})) == ErrorCode::conflict);
}

TEST_CASE(
    "[2.13/refused] a driver or hook that refuses takes the instance back to what it is, with the reason") {
    Driven lab;
    const auto launch = lab.run(Lifecycle::launch, lab.ann);
    lab.report(DriverState::prepared, "launch: hook 10-quota failed (1): too many");
    lab.loop.run_until([&] { return lab.ended(launch.operation); });
    CHECK(lab.instance().state == InstanceState::stopped);
    CHECK(lab.instance().error == "launch: hook 10-quota failed (1): too many");
    CHECK(lab.operation(launch.operation).state == OperationState::failed);
    CHECK(lab.operation(launch.operation).error.find("too many") != std::string::npos);
    // Said again without a word, the reason stays.
    const auto before = lab.everything();
    lab.watch.take(lab.h1, {lab.vm, lab.instance().generation, DriverState::prepared, {}});
    CHECK(lab.everything() == before);
    REQUIRE(lab.run(Lifecycle::launch, lab.ann).code == 0);
    CHECK(lab.instance().error.empty());
}

TEST_CASE("[2.13/verbs] what is asked of which state, and what the driver has yet to do") {
    Driven lab;
    CHECK_REFUSED(lab, lab.run(Lifecycle::suspend, lab.ann), ErrorCode::conflict, "instance");
    CHECK_REFUSED(lab, lab.run(Lifecycle::resume, lab.ann), ErrorCode::conflict, "instance");
    CHECK_REFUSED(lab, lab.run(Lifecycle::launch, lab.ann, true), ErrorCode::invalid, "detach");
    CHECK(!lab.run(Lifecycle::stop, lab.ann).changed);
    const auto launch = lab.run(Lifecycle::launch, lab.ann);
    const auto again = lab.run(Lifecycle::launch, lab.ann);
    CHECK(!again.changed);
    CHECK(again.operation == launch.operation);
    lab.report(DriverState::running);

    const auto suspend = lab.run(Lifecycle::suspend, lab.ann);
    CHECK(lab.told(lab.h1)->state == InstanceState::suspended);
    CHECK(!lab.ended(suspend.operation));
    CHECK_REFUSED(lab, lab.run(Lifecycle::launch, lab.ann), ErrorCode::conflict, "instance");
    lab.report(DriverState::suspended);
    lab.loop.run_until([&] { return lab.ended(suspend.operation); });

    const auto resume = lab.run(Lifecycle::resume, lab.ann);
    CHECK(lab.told(lab.h1)->state == InstanceState::booting);
    lab.report(DriverState::running);
    lab.loop.run_until([&] { return lab.ended(resume.operation); });

    const auto stop = lab.run(Lifecycle::stop, lab.ann);
    CHECK(lab.told(lab.h1)->state == InstanceState::stopped);
    lab.report(DriverState::stopped);
    lab.loop.run_until([&] { return lab.ended(stop.operation); });
    CHECK(lab.operation(stop.operation).state == OperationState::done);
}

TEST_CASE("[2.13/itself] an instance that ends by itself is stopped, and what is old news changes nothing") {
    Driven lab;
    (void)lab.run(Lifecycle::launch, lab.ann);
    const auto old = lab.instance().generation;
    lab.report(DriverState::running);
    lab.report(DriverState::stopped, "it ended by itself");
    CHECK(lab.instance().state == InstanceState::stopped);
    CHECK(lab.instance().error == "it ended by itself");
    const auto before = lab.everything();
    lab.watch.take(lab.h1, {lab.vm, old, DriverState::running, {}});
    lab.watch.take(lab.h2, {lab.vm, lab.instance().generation, DriverState::running, {}});
    lab.watch.on_tick();
    CHECK(lab.everything() == before);
}

TEST_CASE("[2.13/detach] shutting down detaches all records when it is asked to, or the instance says so") {
    for (const bool by_field : {false, true}) {
        Driven lab;
        REQUIRE(lab.run(Lifecycle::launch, lab.ann).code == 0);
        lab.report(DriverState::running);
        lab.attached("r1", "vm");
        lab.attached("r2", "vm");
        schema::Instance patch;
        patch.detach_on_stop = true;
        if (by_field) REQUIRE(lab.modify(lab.ann, "vm", patch).code == 0);
        const auto stop = lab.run(Lifecycle::stop, lab.ann, !by_field);
        REQUIRE_MESSAGE(stop.code == 0, stop.text);
        CHECK(lab.cloud().attachments_of_instance(lab.vm).size() == 2);
        lab.report(DriverState::stopped);
        lab.acknowledge_until_ended(stop.operation);
        CHECK(lab.operation(stop.operation).state == OperationState::done);
        CHECK(lab.cloud().attachments_of_instance(lab.vm).empty());
        CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detached);
    }
}

TEST_CASE("[2.13/terminate] an instance is terminated when its driver has let go of it") {
    Driven lab;
    REQUIRE(lab.run(Lifecycle::launch, lab.ann).code == 0);
    lab.report(DriverState::running);
    lab.attached("r1", "vm");
    schema::Instance patch;
    patch.state = InstanceState::terminated;
    const auto ack = lab.modify(lab.ann, "vm", patch);
    REQUIRE_MESSAGE(ack.code == 0, ack.text);
    lab.acknowledge_until([&] { return lab.cloud().attachments_of_instance(lab.vm).empty(); });
    CHECK(!lab.ended(ack.operation));
    CHECK(lab.told(lab.h1)->state == InstanceState::terminated);
    CHECK_REFUSED(lab, lab.remove(lab.ann, Kind::instance, "vm"), ErrorCode::conflict, "");
    lab.report(DriverState::absent);
    lab.acknowledge_until_ended(ack.operation);
    CHECK(!lab.told(lab.h1));
    CHECK(lab.remove(lab.ann, Kind::instance, "vm").code == 0);
}

TEST_CASE("[2.13/fields] what contradicts itself is refused") {
    Driven lab;
    schema::Instance made;
    made.name = "other";
    made.driver = "../evil";
    CHECK_REFUSED(lab, lab.create(lab.root, made), ErrorCode::invalid, "driver");
    made.driver = "netns";
    CHECK_REFUSED(lab, lab.create(lab.root, made), ErrorCode::invalid, "netns");
    made.netns = "other";
    made.state = InstanceState::booting;
    CHECK_REFUSED(lab, lab.create(lab.root, made), ErrorCode::invalid, "state");
    made.driver.clear();
    made.parameters = {{"a", "b"}};
    CHECK_REFUSED(lab, lab.create(lab.root, made), ErrorCode::invalid, "parameters");
    schema::Instance patch;
    patch.state = InstanceState::booting;
    CHECK_REFUSED(lab, lab.modify(lab.root, "vm", patch), ErrorCode::conflict, "state");
    CHECK_REFUSED(lab, lab.move("vm", "h2"), ErrorCode::conflict, "instance");
    schema::Instance driver;
    driver.driver = "qemu";
    CHECK_REFUSED(lab, lab.modify(lab.root, "vm", driver), ErrorCode::conflict, "driver");
}

TEST_CASE("[2.13/one-path] without a driver the same requests tell whoever runs the instance") {
    Driven lab;
    const auto stop = lab.run(Lifecycle::stop, lab.ann, false, "i1");
    REQUIRE_MESSAGE(stop.code == 0, stop.text);
    CHECK(!stop.operation);
    const auto launch = lab.run(Lifecycle::launch, lab.ann, false, "i1");
    CHECK(launch.changed);
    CHECK(lab.cloud().find<schema::Instance>(lab.i1)->state == InstanceState::booting);
    schema::Instance running;
    running.state = InstanceState::running;
    CHECK(lab.modify(lab.ann, "i1", running, mask_of<schema::Instance>("state")).code == 0);
    CHECK(code(lab.run(Lifecycle::stop, lab.bob, false, "i1")) == ErrorCode::not_found);
}
