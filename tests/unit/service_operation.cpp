// SPDX-License-Identifier: Apache-2.0
// Attach, detach and move as operations, step by step, with acknowledgements given by hand.
#include "service_world.h"

using namespace weft;
using namespace weft::test;
using schema::AttachmentStatus;
using schema::OperationState;
using schema::Phase;
using schema::SessionState;

namespace {

constexpr auto ok = ErrorCode{};

// h1 and h2; ann's i1 on h1, i2 on h2, and i3 nowhere yet; records r1, r2. r0 is attached on h2, so that h2
// has mappings of the partition.
struct Lab : World {
    Id h1 = add_host("h1", "192.0.2.1", "z1");
    Id h2 = add_host("h2", "192.0.2.2", "z1");
    Id front = subnet_of(add_partition(ann, "blue"));
    Id i1 = add_instance(ann, "i1", h1);
    Id i2 = add_instance(ann, "i2", h2);
    Id i3 = add_instance(ann, "i3");

    Lab() {
        for (const auto* name : {"r0", "r1", "r2"}) add_record(ann, front, name);
        attached("r0", "i2");
    }
    [[nodiscard]] Phase phase(Id attachment) const {
        return cloud().find<schema::Attachment>(attachment)->phase;
    }
    [[nodiscard]] schema::Record shown(const std::string& name) {
        return object_of<schema::Record>(service->get(ann, {Kind::record, name})->object);
    }
    // The host installs what there is; then everything that follows from it without another host is
    // committed.
    void install(Id host, const std::function<bool()>& reached) {
        acknowledge(host);
        loop.run_until(reached);
    }
};

}  // namespace

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
    CHECK_REFUSED(lab, lab.ask(&Service::attach, lab.ann, device), ErrorCode::refused, "");
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

TEST_CASE("[2.4/order] detach: the host stops first, then peers forget, then it is gone") {
    Lab lab;
    const auto attachment = lab.attached("r1", "i1");
    const auto ack = lab.detach("r1", "i1");
    CHECK(lab.phase(attachment) == Phase::cutting);
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detaching);
    lab.acknowledge(lab.h2);
    lab.engine->on_tick();
    CHECK(lab.phase(attachment) == Phase::cutting);
    CHECK(lab.engine->blocked_on(ack.operation) == lab.h1);
    lab.install(lab.h1, [&] { return lab.phase(attachment) == Phase::withdrawing; });
    lab.acknowledge(lab.h1);
    CHECK(lab.engine->blocked_on(ack.operation) == lab.h2);
    CHECK_REFUSED(lab, lab.attach("r1", "i2"), ErrorCode::conflict, "record");
    lab.install(lab.h2, [&] { return !lab.cloud().find<schema::Attachment>(attachment); });
    CHECK(lab.operation(ack.operation).state == OperationState::done);
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detached);
    lab.attached("r1", "i2");  // elsewhere, with every property
}

TEST_CASE("[2.4/forms] by record and instance, by record alone, all of an instance") {
    Lab lab;
    lab.attached("r1", "i1");
    lab.attached("r2", "i1");
    CHECK_REFUSED(lab, lab.detach("", ""), ErrorCode::invalid, "record");
    const auto all = lab.detach("", "i1");
    lab.acknowledge_until_ended(all.operation);
    CHECK(lab.cloud().attachments_of_instance(lab.i1).empty());
    CHECK(lab.cloud().attachments_of_instance(lab.i2).size() == 1);
    CHECK(lab.detach("", "i1").text == "instance i1 has no records attached");
    const auto alone = lab.detach("r0", "");
    lab.acknowledge_until_ended(alone.operation);
    CHECK(lab.cloud().table<schema::Attachment>().size() == 0);
}

TEST_CASE(
    "[2.4/lost] from a lost host: peers forget at once, the record stays taken until the host is back") {
    Lab lab;
    const auto attachment = lab.attached("r1", "i1");
    lab.hosts.states[lab.h1].session = SessionState::lost;
    lab.clock.boot += 10'000'000'000;
    const auto ack = lab.detach("r1", "i1");
    lab.loop.run_until([&] { return lab.phase(attachment) == Phase::withdrawing; });
    lab.acknowledge(lab.h2);
    lab.engine->on_tick();
    CHECK(lab.engine->blocked_on(ack.operation) == lab.h1);
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detaching);
    CHECK(lab.shown("r1").notice == "not enforced on h1: it is lost");
    CHECK_REFUSED(lab, lab.attach("r1", "i2"), ErrorCode::conflict, "record");
    lab.hosts.states[lab.h1].session = SessionState::connected;
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detached);
}

TEST_CASE("[2.4/midway] detach overtakes an attach that is under way") {
    Lab lab;
    const auto attach = lab.attach("r1", "i1");
    const auto detach = lab.detach("r1", "");
    CHECK(lab.operation(attach.operation).state == OperationState::failed);
    CHECK(lab.operation(attach.operation).error ==
          "programming: detached meanwhile by " + to_string(detach.operation));
    lab.acknowledge_until_ended(detach.operation);
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detached);
    const auto waiting = lab.attach("r1", "i3");
    CHECK(lab.shown("r1").notice == "waits for its instance to be placed on a host");
    const auto at_once = lab.detach("r1", "i3");  // no host knows of it
    CHECK(!at_once.operation);
    CHECK(at_once.changed);
    CHECK(lab.operation(waiting.operation).state == OperationState::failed);
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detached);
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
    CHECK_REFUSED(lab, lab.modify(lab.ann, "i3", placed), ErrorCode::refused, "");
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

TEST_CASE(
    "[2.5/move] an instance moves with all its records; back when the new host refuses; no-op when there") {
    Lab lab;
    const auto a1 = lab.attached("r1", "i1");
    const auto a2 = lab.attached("r2", "i1");
    const auto ack = lab.move("i1", "h2");
    REQUIRE(code(ack) == ok);
    CHECK(lab.phase(a1) == Phase::cutting);
    CHECK(lab.phase(a2) == Phase::cutting);
    CHECK_REFUSED(lab, lab.attach("r0", "i1"), ErrorCode::conflict, "record");
    CHECK(lab.move("i1", "h2").text == "already moving to host h2");
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::done);
    for (const Id id : {a1, a2}) {
        CHECK(lab.phase(id) == Phase::attached);
        CHECK(lab.cloud().find<schema::Attachment>(id)->host == lab.h2);
    }
    CHECK(lab.cloud().find<schema::Instance>(lab.i1)->host == lab.h2);
    CHECK(!lab.move("i1", "h2").changed);

    lab.hosts.states[lab.h1].failures[a2] = "no such device";
    const auto refused = lab.move("i1", "h1");
    lab.acknowledge_until_ended(refused.operation);
    CHECK(lab.operation(refused.operation).state == OperationState::failed);
    CHECK(lab.operation(refused.operation).error == "programming: no such device; moved back");
    for (const Id id : {a1, a2}) {
        CHECK(lab.phase(id) == Phase::attached);
        CHECK(lab.cloud().find<schema::Attachment>(id)->host == lab.h2);
    }
    CHECK(lab.cloud().find<schema::Instance>(lab.i1)->host == lab.h2);

    const wire::MoveRequest request{"i1", "h1", {}};
    CHECK_REFUSED(lab, lab.ask(&Service::move, lab.ann, request), ErrorCode::refused, "");
    lab.hosts.states[lab.h1].session = SessionState::lost;
    CHECK_REFUSED(lab, lab.move("i1", "h1"), ErrorCode::unreachable, "host");
    lab.hosts.states[lab.h1].session = SessionState::connected;
    lab.hosts.states[lab.h2].session = SessionState::lost;
    CHECK_REFUSED(lab, lab.move("i1", "h1"), ErrorCode::unreachable, "instance");
}

TEST_CASE("[2.5/moving] what waits for its instance to boot is not programmed on a host that it is leaving") {
    Lab lab;
    lab.attached("r1", "i1");
    schema::Instance state;
    state.state = schema::InstanceState::stopped;
    REQUIRE(code(lab.modify(lab.ann, "i1", state)) == ok);
    const auto waiting = lab.attach("r2", "i1");
    const auto move = lab.move("i1", "h2");
    state.state = schema::InstanceState::booting;
    REQUIRE(code(lab.modify(lab.ann, "i1", state)) == ok);
    lab.acknowledge_until_ended(move.operation);
    lab.engine->on_tick();
    lab.acknowledge_until_ended(waiting.operation);
    for (const auto& attachment : lab.cloud().attachments_of_instance(lab.i1))
        CHECK(attachment->host == lab.h2);
    CHECK(lab.shown("r2").attachment_status == AttachmentStatus::attached);
}

TEST_CASE("[1.6/again] a forced deletion gives way to an attachment that came meanwhile") {
    Lab lab;
    lab.attached("r1", "i1");
    wire::Options force;
    force.force = true;
    const auto ack = lab.remove(lab.ann, Kind::instance, "i1", force);
    const auto late = lab.attach("r2", "i1");
    REQUIRE(code(late) == ok);
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::failed);
    CHECK(lab.operation(ack.operation).error == to_string(lab.i1) + " was attached again meanwhile");
    lab.acknowledge_until_ended(late.operation);
    CHECK(lab.cloud().attachments_of_instance(lab.i1).size() == 1);
}

TEST_CASE("[8.2/resume] a coordinator killed at any step goes on where it was") {
    Lab lab;
    const auto ack = lab.attach("r1", "i1");
    const auto attachment = object_of<schema::Attachment>(ack.object).id;
    const Phase phases[] = {Phase::programming, Phase::announcing, Phase::enabling};
    const Id acknowledging[] = {lab.h1, lab.h2, lab.h1};
    for (int step = 0; step < 3; ++step) {
        lab.restart();
        CHECK(lab.phase(attachment) == phases[step]);
        CHECK(lab.operation(ack.operation).end_time == 0);
        if (phases[step] == Phase::announcing) lab.acknowledge(lab.h1);
        lab.install(acknowledging[step], [&] { return lab.phase(attachment) != phases[step]; });
    }
    CHECK(lab.phase(attachment) == Phase::attached);
    const auto detach = lab.detach("r1", "");
    lab.restart();
    // Nobody has said anything yet: silence is no reason to go on, nor to take the host for lost.
    lab.hosts.states[lab.h1].session = SessionState::never;
    lab.engine->on_tick();
    CHECK(lab.phase(attachment) == Phase::cutting);
    lab.hosts.states[lab.h1].session = SessionState::connected;
    lab.acknowledge_until_ended(detach.operation);
    CHECK(!lab.cloud().find<schema::Attachment>(attachment));
}

TEST_CASE(
    "[1.13/operations] the end of an operation is in the audit log; a day later the operation is dropped") {
    Lab lab;
    const auto ack = lab.attach("r1", "i1");
    lab.acknowledge_until_ended(ack.operation);
    const auto rows = lab.repository->audit(100).value();
    const auto ended = std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
        return row.verb == "attach ended" && row.target == to_string(ack.operation);
    });
    REQUIRE(ended != rows.end());
    CHECK(ended->principal == "root");
    CHECK(ended->text == "attached");
    CHECK(ended->code == 0);
    lab.engine->on_tick();
    lab.clock.unix += 25ULL * 3600 * 1000000;
    lab.engine->on_tick();
    lab.loop.run_until([&] { return lab.cloud().table<schema::Operation>().size() == 0; });
}
