// SPDX-License-Identifier: Apache-2.0
// What all stored operations have in common.
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

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
