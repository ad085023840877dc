// SPDX-License-Identifier: Apache-2.0
// A failed device takes its record into repair, and its return takes it out (row 1.15).
#include "coordinator/service/watch/device_watch.h"

#include "service_lab.h"

using namespace weft;
using namespace weft::test;
using schema::RecordStatus;

namespace {

struct Watched : Lab {
    Id attachment = attached("r1", "i1");
    std::unique_ptr<DeviceWatch> watch = std::make_unique<DeviceWatch>(*ledger, *all_hosts, clock);

    [[nodiscard]] RecordStatus status() { return shown("r1").status; }
    void says(const std::vector<Id>& lost, RecordStatus expected) {
        hosts.states[h1].lost = lost;
        watch->on_ack(h1);
        loop.run_until([&] { return status() == expected; });
    }
    wire::Ack set(RecordStatus wanted) {
        auto patch = shown("r1");
        patch.status = wanted;
        schema::Record base = patch;
        base.status = wanted == RecordStatus::available ? RecordStatus::disabled : RecordStatus::available;
        return modify(root, "r1", patch, wire::changed_fields(patch, base));
    }
};

}  // namespace

TEST_CASE("[1.15/device] a failed device takes its record into repair, and says why, until it is back") {
    Watched lab;
    lab.says({lab.attachment}, RecordStatus::in_repair);
    CHECK(lab.shown("r1").repair == "device eth0 on h1 went away or lost its carrier");
    CHECK(lab.shown("r1").notice == "in repair: device eth0 on h1 went away or lost its carrier");
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::attached);
    CHECK(lab.shown("r0").status == RecordStatus::available);
    lab.says({}, RecordStatus::available);
    CHECK(lab.shown("r1").repair.empty());
    CHECK(lab.shown("r1").notice.empty());
}

TEST_CASE("[1.15/device] what the operator took into repair no device brings back") {
    Watched lab;
    CHECK(code(lab.set(RecordStatus::in_repair)) == ok);
    const auto revision = lab.cloud().revision();
    for (const auto& lost : {std::vector{lab.attachment}, std::vector<Id>{}}) {
        lab.hosts.states[lab.h1].lost = lost;
        lab.watch->on_ack(lab.h1);
        lab.watch->on_tick();
    }
    CHECK(lab.set(RecordStatus::in_repair).changed == false);  // after all that was committed
    CHECK(lab.cloud().revision() == revision);
    CHECK(lab.status() == RecordStatus::in_repair);
}

TEST_CASE("[1.15/device] a coordinator that starts again ends the repair that it finds") {
    Watched lab;
    lab.says({lab.attachment}, RecordStatus::in_repair);
    lab.watch.reset();
    lab.restart();
    lab.watch = std::make_unique<DeviceWatch>(*lab.ledger, *lab.all_hosts, lab.clock);
    lab.watch->on_ack(lab.h1);
    CHECK(lab.status() == RecordStatus::in_repair);  // the host has said nothing yet
    lab.acknowledge(lab.h1);
    lab.says({}, RecordStatus::available);
}

TEST_CASE("[1.15/device] a record that is detached meanwhile is free of it") {
    Watched lab;
    lab.says({lab.attachment}, RecordStatus::in_repair);
    const auto detach = lab.detach("r1", "i1");
    lab.hosts.states[lab.h1].lost.clear();
    lab.acknowledge_until_ended(detach.operation);
    lab.watch->on_tick();
    lab.loop.run_until([&] { return lab.status() == RecordStatus::available; });
    CHECK(lab.shown("r1").repair.empty());
}
