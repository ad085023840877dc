// SPDX-License-Identifier: Apache-2.0
// Attach, step by step.
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("[2.1/order] attach: host programs, then peers learn, then it may send, then it is attached") {
    Lab lab;
    const auto ack = lab.attach("r1", "i1");
    REQUIRE(code(ack) == ok);
    CHECK(ack.changed);
    const auto attachment = object_of<schema::Attachment>(ack.object);
    CHECK(attachment.phase == Phase::programming);
    CHECK(attachment.host == lab.h1);
    CHECK(attachment.device == "eth0");
    CHECK(attachment.netns == "ns-i1");
    CHECK(attachment.owner == "root");
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::attaching);

    lab.acknowledge(lab.h2);  // not the one that counts yet
    lab.engine->on_tick();
    CHECK(lab.engine->blocked_on(ack.operation) == lab.h1);
    CHECK(lab.phase(attachment.id) == Phase::programming);
    lab.install(lab.h1, [&] { return lab.phase(attachment.id) == Phase::announcing; });
    lab.acknowledge(lab.h1);
    CHECK(lab.engine->blocked_on(ack.operation) == lab.h2);
    lab.install(lab.h2, [&] { return lab.phase(attachment.id) == Phase::enabling; });
    std::vector<OperationState> ended;
    lab.engine->when_ended(ack.operation, [&](const auto& operation) { ended.push_back(operation.state); });
    CHECK(ended.empty());
    lab.clock.unix += 5;
    lab.install(lab.h1, [&] { return lab.phase(attachment.id) == Phase::attached; });
    CHECK(ended == std::vector{OperationState::done});
    CHECK(lab.cloud().find<schema::Attachment>(attachment.id)->attach_time == lab.clock.unix);
    CHECK(!lab.cloud().find<schema::Attachment>(attachment.id)->operation);
    const auto shown = lab.shown("r1");
    CHECK(shown.attachment_status == AttachmentStatus::attached);
    CHECK(shown.hosts == std::vector{lab.h1});
    CHECK(shown.instances == std::vector{lab.i1});
    CHECK(shown.attachments == std::vector{attachment.id});
}

TEST_CASE("[2.1/checks] taken, wrong zone, dedicated elsewhere, unusable host, unknown, foreign: refused") {
    Lab lab;
    lab.attached("r1", "i1");
    CHECK_REFUSED(lab, lab.attach("r1", "i2"), ErrorCode::conflict, "record");
    CHECK_REFUSED(lab, lab.attach("none", "i2"), ErrorCode::not_found, "record");
    CHECK_REFUSED(lab, lab.attach("r2", "none"), ErrorCode::not_found, "instance");
    const wire::AttachRequest foreign{"r2", to_string(lab.i1), {}, {}, false, false, {}};
    CHECK_REFUSED(lab, lab.ask(&Service::attach, lab.bob, foreign), ErrorCode::not_found, "record");
    const wire::AttachRequest device{"r2", "i1", {}, "ns-i2", false, false, {}};
    CHECK_REFUSED(lab, lab.ask(&Service::attach, lab.ann, device), ErrorCode::refused, "netns");
    const wire::AttachRequest same{"r2", "i1", "eth0", {}, false, false, {}};
    CHECK_REFUSED(lab, lab.ask(&Service::attach, lab.ann, same), ErrorCode::unsupported, "device");
    const wire::AttachRequest path{"r2", "i1", "../x", {}, false, false, {}};
    CHECK_REFUSED(lab, lab.ask(&Service::attach, lab.ann, path), ErrorCode::invalid, "device");

    const auto h3 = lab.add_host("h3", "192.0.2.3", "z2");
    lab.add_instance(lab.ann, "far", h3);
    auto zoned = World::subnet("zoned", "10.1.7.0/24");
    zoned.partition = lab.cloud().find<schema::Subnet>(lab.front)->partition;
    zoned.zone = "z1";
    const auto subnet = object_of<schema::Subnet>(lab.create(lab.ann, zoned).object).id;
    lab.add_record(lab.ann, subnet, "z");
    CHECK_REFUSED(lab, lab.attach("z", "far"), ErrorCode::conflict, "host");
    schema::Partition dedicated;
    dedicated.dedicated_hosts = {lab.h1, lab.h2};
    CHECK(code(lab.modify(lab.root, "blue", dedicated)) == ok);
    CHECK_REFUSED(lab, lab.attach("r2", "far"), ErrorCode::conflict, "host");
    lab.hosts.states[lab.h1].problem = "no operational NIC";
    CHECK_REFUSED(lab, lab.attach("r2", "i1"), ErrorCode::conflict, "host");
    lab.hosts.states[lab.h1].problem.clear();
    CHECK(code(lab.attach("r2", "i1")) == ok);
}

TEST_CASE("[2.1/failed] a host that cannot program it: compensated, and the step and reason are named") {
    Lab lab;
    const auto ack = lab.attach("r1", "i1");
    const auto attachment = object_of<schema::Attachment>(ack.object).id;
    lab.hosts.states[lab.h1].failures[attachment] = "device eth0: no space in map";
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::failed);
    CHECK(lab.operation(ack.operation).error == "programming: device eth0: no space in map");
    CHECK(!lab.cloud().find<schema::Attachment>(attachment));
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detached);
    lab.attached("r1", "i2");  // its claims are free
}

TEST_CASE(
    "[1.8/attach] repeating attach and detach has no second effect and says so; --strict makes it an error") {
    Lab lab;
    const auto first = lab.attach("r1", "i1");
    const auto again = lab.attach("r1", "i1");
    CHECK(code(again) == ok);
    CHECK(!again.changed);
    CHECK(again.text == "record r1 is already attaching there");
    CHECK(again.operation == first.operation);
    lab.acknowledge_until_ended(first.operation);
    CHECK(lab.attach("r1", "i1").text == "record r1 is already attached there");
    wire::Options strict;
    strict.strict = true;
    CHECK_REFUSED(lab, lab.attach("r1", "i1", strict), ErrorCode::conflict, "");

    const auto detach = lab.detach("r1", "i1");
    CHECK(detach.changed);
    const auto twice = lab.detach("r1", "i1");
    CHECK(!twice.changed);
    CHECK(twice.text == "already detaching");
    CHECK(twice.operation == detach.operation);
    lab.acknowledge_until_ended(detach.operation);
    const auto gone = lab.detach("r1", "");
    CHECK(code(gone) == ok);
    CHECK(!gone.changed);
    CHECK(gone.text == "record r1 is already detached");
    CHECK_REFUSED(lab, lab.detach("r1", "", strict), ErrorCode::conflict, "");
    CHECK(lab.detach("r1", "i2").text == "record r1 is not attached to instance i2");
}

TEST_CASE(
    "[2.3/waits] an attachment waits for host and boot, completes by itself, and ready answers only then") {
    Lab lab;
    const auto ack = lab.attach("r1", "i3");
    REQUIRE(code(ack) == ok);
    const auto attachment = object_of<schema::Attachment>(ack.object);
    CHECK(attachment.phase == Phase::waiting);
    CHECK(!attachment.host);
    CHECK(ack.notes.size() == 1);
    const auto ready = [&] { return lab.service->ready(lab.ann, {"i3", {}}); };
    CHECK(code(ready()) == ErrorCode::conflict);
    CHECK(ready().text == "not ready: record r1 is waiting");

    schema::Instance stopped;
    stopped.state = schema::InstanceState::stopped;
    CHECK(code(lab.modify(lab.ann, "i3", stopped)) == ok);
    schema::Instance placed;
    placed.host = lab.h1;
    CHECK_REFUSED(lab, lab.modify(lab.ann, "i3", placed), ErrorCode::refused, "host");
    CHECK(code(lab.modify(lab.root, "i3", placed)) == ok);
    lab.engine->on_tick();
    CHECK(lab.phase(attachment.id) == Phase::waiting);
    CHECK(lab.shown("r1").notice == "waits for its instance to boot");
    schema::Instance booting;
    booting.state = schema::InstanceState::booting;
    CHECK(code(lab.modify(lab.ann, "i3", booting)) == ok);
    lab.loop.run_until([&] { return lab.phase(attachment.id) == Phase::programming; });
    CHECK(lab.cloud().find<schema::Attachment>(attachment.id)->host == lab.h1);
    // Its device is not there yet: programmed, but held back.
    lab.hosts.states[lab.h1].waiting.insert(attachment.id);
    lab.acknowledge(lab.h1);
    lab.engine->on_tick();
    CHECK(lab.phase(attachment.id) == Phase::programming);
    CHECK(lab.shown("r1").notice == "waits for device eth0 on h1");
    CHECK(code(ready()) == ErrorCode::conflict);
    lab.hosts.states[lab.h1].waiting.clear();
    lab.acknowledge_until_ended(ack.operation);
    CHECK(code(ready()) == ok);
    CHECK(lab.service->ready(lab.bob, {"i3", {}}).code == static_cast<std::uint16_t>(ErrorCode::not_found));
}

TEST_CASE("[2.3/host] a host whose agent has never reported is waited for; a lost one too") {
    Lab lab;
    schema::Host fresh;
    fresh.name = "h9";
    fresh.underlay = {Address::parse("192.0.2.9").value()};
    const auto h9 = object_of<schema::Host>(lab.create(lab.root, fresh).object).id;
    lab.add_instance(lab.ann, "i9", h9);
    const auto ack = lab.attach("r1", "i9");
    const auto attachment = object_of<schema::Attachment>(ack.object);
    CHECK(attachment.phase == Phase::waiting);
    CHECK(ack.notes.front() == "host h9: its agent has not reported yet; programmed as soon as it does");
    lab.hosts.states[h9] = {};
    lab.engine->on_ack(h9);
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.phase(attachment.id) == Phase::attached);

    lab.hosts.states[lab.h1].session = SessionState::lost;
    const auto lost = lab.attach("r2", "i1");
    CHECK(lost.notes.front() == "host h1 is lost: programmed when it is back");
    lab.hosts.states[lab.h1].session = SessionState::connected;
    lab.acknowledge_until_ended(lost.operation);
    CHECK(lab.shown("r2").attachment_status == AttachmentStatus::attached);
}
