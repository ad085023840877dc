// SPDX-License-Identifier: Apache-2.0
// Move, step by step.
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

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

TEST_CASE("[2.4/moving] detach overtakes a move at each of its steps; the rest of the instance moves on") {
    for (const Phase reached : {Phase::cutting, Phase::programming, Phase::announcing, Phase::enabling}) {
        Lab lab;
        const auto a1 = lab.attached("r1", "i1");
        const auto a2 = lab.attached("r2", "i1");
        const auto move = lab.move("i1", "h2");
        lab.acknowledge_until([&] { return lab.phase(a1) == reached; });
        const auto ack = lab.detach("r1", "i1");
        REQUIRE(code(ack) == ok);
        CHECK(ack.changed);
        CHECK(lab.detach("r1", "i1").text == "already detaching");
        lab.acknowledge_until_ended(ack.operation);
        lab.acknowledge_until_ended(move.operation);
        CHECK(!lab.cloud().find<schema::Attachment>(a1));
        CHECK(lab.phase(a2) == Phase::attached);
        CHECK(lab.cloud().find<schema::Attachment>(a2)->host == lab.h2);
        CHECK(lab.operation(move.operation).state == OperationState::done);
    }
}
