// SPDX-License-Identifier: Apache-2.0
// Detach, step by step.
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

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
