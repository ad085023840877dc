// SPDX-License-Identifier: Apache-2.0
// The end of an instance, and the partitions that want active ones to keep a record.
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Ending : Lab {
    wire::Ack terminate(const std::string& instance) {
        schema::Instance patch;
        patch.state = schema::InstanceState::terminated;
        return modify(ann, instance, patch);
    }
    wire::Ack set_state(const std::string& instance, schema::InstanceState state) {
        schema::Instance patch;
        patch.state = state;
        return modify(ann, instance, patch, mask_of<schema::Instance>("state"));
    }
    void require_record() {
        schema::Partition patch;
        patch.require_record = true;
        REQUIRE(modify(ann, "blue", patch).code == 0);
    }
    void go_with_instance(const std::string& record) {
        schema::Record patch;
        patch.delete_on_terminate = true;
        REQUIRE(modify(ann, record, patch).code == 0);
    }
    bool exists(const std::string& record) {
        return cloud().record(cloud().partition("ann", "blue")->id, record) != nullptr;
    }
};

}  // namespace

TEST_CASE("[2.9/terminate] all are detached, those with delete-on-terminate deleted, the others kept") {
    Ending lab;
    lab.go_with_instance("r2");
    lab.attached("r1", "i1");
    lab.attached("r2", "i1");
    const auto ack = lab.terminate("i1");
    REQUIRE(ack.code == 0);
    CHECK(lab.cloud().find<schema::Instance>(lab.i1)->state == schema::InstanceState::terminated);
    lab.add_record(lab.ann, lab.front, "r3");
    CHECK_REFUSED(lab, lab.attach("r3", "i1"), ErrorCode::conflict, "instance");
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.cloud().attachments_of_instance(lab.i1).empty());
    CHECK(lab.exists("r1"));
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detached);
    CHECK(!lab.exists("r2"));
    CHECK_REFUSED(lab, lab.set_state("i1", schema::InstanceState::running), ErrorCode::conflict, "state");
}

TEST_CASE("[2.9/attachment] what the attachment says precedes what the record says") {
    Ending lab;
    lab.go_with_instance("r1");
    wire::AttachRequest keep{"r1", "i1", {}, {}, false, true, {}};
    wire::AttachRequest drop{"r2", "i1", {}, {}, true, true, {}};
    for (const auto& request : {keep, drop})
        lab.acknowledge_until_ended(lab.ask(&Service::attach, lab.ann, request).operation);
    lab.acknowledge_until_ended(lab.terminate("i1").operation);
    CHECK(lab.exists("r1"));
    CHECK(!lab.exists("r2"));
}

TEST_CASE("[2.9/waiting] an instance that no host has heard of ends at once") {
    Ending lab;
    lab.go_with_instance("r1");
    REQUIRE(lab.attach("r1", "i3").code == 0);
    const auto ack = lab.terminate("i3");
    CHECK(ack.code == 0);
    CHECK(!ack.operation);
    CHECK(!lab.exists("r1"));
}

TEST_CASE("[2.9/killed] a coordinator that is killed in between ends it after its restart") {
    Ending lab;
    lab.go_with_instance("r1");
    lab.attached("r1", "i1");
    const auto ack = lab.terminate("i1");
    lab.restart();
    CHECK(lab.exists("r1"));
    lab.acknowledge_until_ended(ack.operation);
    CHECK(!lab.exists("r1"));
}

TEST_CASE("[2.9/meanwhile] a record that is attached while the instance ends goes too") {
    Ending lab;
    lab.attached("r1", "i1");
    std::vector<wire::Ack> answers;
    const auto keep = [&](const wire::Ack& ack) { answers.push_back(ack); };
    schema::Instance patch;
    patch.state = schema::InstanceState::terminated;
    // Planned from the same cloud; whichever the store takes first.
    lab.service->attach(lab.ann, wire::AttachRequest{"r2", "i1", {}, {}, false, false, {}}, keep);
    lab.service->modify(
        lab.ann, {Kind::instance, "i1", wire::encode(patch, wire::changed_fields(patch)).value(), {}}, keep);
    lab.loop.run_until([&] { return answers.size() == 2; });
    lab.acknowledge_until([&] { return lab.cloud().attachments_of_instance(lab.i1).empty(); });
    CHECK(lab.cloud().find<schema::Instance>(lab.i1)->state == schema::InstanceState::terminated);
    CHECK(lab.shown("r2").attachment_status == AttachmentStatus::detached);
}

TEST_CASE("[2.9/delete] the forced deletion of an instance takes them too") {
    Ending lab;
    lab.go_with_instance("r1");
    lab.attached("r1", "i1");
    wire::Options force;
    force.force = true;
    lab.acknowledge_until_ended(lab.remove(lab.ann, Kind::instance, "i1", force).operation);
    CHECK(!lab.exists("r1"));
    CHECK(!lab.cloud().find<schema::Instance>(lab.i1));
}

TEST_CASE("[2.10/kept] an active instance keeps its last record, a stopped or ending one does not") {
    Ending lab;
    lab.require_record();
    lab.attached("r1", "i1");
    lab.attached("r2", "i1");
    lab.acknowledge_until_ended(lab.detach("r2", "i1").operation);
    CHECK_REFUSED(lab, lab.detach("r1", "i1"), ErrorCode::conflict, "instance");
    CHECK_REFUSED(lab, lab.detach("", "i1"), ErrorCode::conflict, "instance");
    wire::Options force;
    force.force = true;
    CHECK_REFUSED(lab, lab.remove(lab.ann, Kind::record, "r1", force), ErrorCode::conflict, "instance");
    SUBCASE("stopped") {
        REQUIRE(lab.set_state("i1", schema::InstanceState::stopped).code == 0);
        CHECK(lab.detach("r1", "i1").code == 0);
    }
    SUBCASE("terminated") { CHECK(lab.terminate("i1").code == 0); }
    SUBCASE("the partition no longer asks for it") {
        REQUIRE(lab.modify(lab.ann, "blue", schema::Partition{}, mask_of<schema::Partition>("require-record"))
                    .code == 0);
        CHECK(lab.detach("r1", "i1").code == 0);
    }
}

TEST_CASE("[2.10/at-once] of two detaches at the same time one is refused") {
    Ending lab;
    lab.require_record();
    lab.attached("r1", "i1");
    lab.attached("r2", "i1");
    std::vector<std::uint16_t> codes;
    for (const auto* record : {"r1", "r2"})
        lab.service->detach(lab.ann, {record, "i1", {}},
                            [&](const wire::Ack& ack) { codes.push_back(ack.code); });
    lab.loop.run_until([&] { return codes.size() == 2; });
    std::ranges::sort(codes);
    CHECK(codes == std::vector<std::uint16_t>{0, static_cast<std::uint16_t>(ErrorCode::conflict)});
}
