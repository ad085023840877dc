// SPDX-License-Identifier: Apache-2.0
// A record that is created attached.
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Combined : Lab {
    wire::CreateRequest request(const std::string& name, const std::string& instance) {
        schema::Record record;
        record.name = name;
        record.subnet = front;
        wire::CreateRequest made{Kind::record, bytes_of(record), {}, {}};
        made.instance = instance;
        return made;
    }
    wire::Ack ask_for(const wire::CreateRequest& request) { return ask(&Service::create, ann, request); }
    Ptr<schema::Record> record(const std::string& name) {
        return cloud().record(cloud().partition("ann", "blue")->id, name);
    }
};

}  // namespace

TEST_CASE("[1.3/both] one request creates the record and attaches it, in one revision") {
    Combined lab;
    const auto before = lab.cloud().revision();
    const auto ack = lab.ask_for(lab.request("new", "i1"));
    REQUIRE(ack.code == 0);
    CHECK(lab.cloud().revision() == before + 1);
    const auto record = object_of<schema::Record>(ack.object);
    CHECK(record.name == "new");
    CHECK(record.attachment_status == AttachmentStatus::attaching);
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::done);
    CHECK(lab.shown("new").attachment_status == AttachmentStatus::attached);
    CHECK(lab.shown("new").instances == std::vector{lab.i1});
}

TEST_CASE("[1.3/refused] what either half forbids leaves nothing behind") {
    Combined lab;
    CHECK_REFUSED(lab, lab.ask_for(lab.request("new", "nowhere")), ErrorCode::not_found, "instance");
    auto device = lab.request("new", "i1");
    device.device = "bad/name";
    CHECK_REFUSED(lab, lab.ask_for(device), ErrorCode::invalid, "device");
    CHECK_REFUSED(lab, lab.ask_for(lab.request("r1", "i1")), ErrorCode::conflict, "name");
    auto alone = lab.request("new", "");
    alone.device = "eth0";
    CHECK_REFUSED(lab, lab.ask_for(alone), ErrorCode::invalid, "instance");
    auto rules = lab.request("new", "");
    rules.rules.resize(1);
    CHECK_REFUSED(lab, lab.ask_for(rules), ErrorCode::invalid, "instance");
    rules.instance = "i1";
    rules.rules.resize(2);
    CHECK_REFUSED(lab, lab.ask_for(rules), ErrorCode::invalid, "rules[1]");
    wire::CreateRequest pool{Kind::pool, bytes_of(schema::Pool{}), {}, {}};
    pool.instance = "i1";
    CHECK_REFUSED(lab, lab.ask_for(pool), ErrorCode::invalid, "instance");
    CHECK(!lab.record("new"));
}

TEST_CASE("[1.3/undone] the host refuses the port: the record goes with its attachment") {
    Combined lab;
    const auto ack = lab.ask_for(lab.request("new", "i1"));
    const auto attachment = lab.cloud().attachments_of_instance(lab.i1).front()->id;
    lab.hosts.states[lab.h1].failures[attachment] = "no such device";
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::failed);
    CHECK(lab.operation(ack.operation).error == "programming: no such device");
    CHECK(!lab.record("new"));
    CHECK(lab.cloud().attachments_of_instance(lab.i1).empty());
    CHECK(lab.ask_for(lab.request("new", "i2")).code == 0);  // its name and address are free again
}

TEST_CASE("[1.3/shared] a record that got another attachment meanwhile stays for that one") {
    Combined lab;
    auto request = lab.request("new", "i1");
    schema::Record record;
    record.name = "new";
    record.subnet = lab.front;
    record.exclusive = false;
    request.object = bytes_of(record);
    const auto ack = lab.ask_for(request);
    const auto attachment = lab.cloud().attachments_of_instance(lab.i1).front()->id;
    REQUIRE(lab.attach("new", "i2").code == 0);
    lab.hosts.states[lab.h1].failures[attachment] = "no such device";
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::failed);
    CHECK(lab.record("new"));
    CHECK(lab.cloud().attachments_of_instance(lab.i1).empty());
}

TEST_CASE("[1.3/killed] a coordinator that is killed in between goes on, or undoes all of it") {
    Combined lab;
    const auto ack = lab.ask_for(lab.request("new", "i1"));
    const auto attachment = lab.cloud().attachments_of_instance(lab.i1).front()->id;
    lab.restart();
    CHECK(lab.record("new"));
    lab.hosts.states[lab.h1].failures[attachment] = "no such device";
    lab.acknowledge_until_ended(ack.operation);
    CHECK(!lab.record("new"));
}

TEST_CASE("[1.3/again] the same client token creates one record and one attachment") {
    Combined lab;
    auto request = lab.request("new", "i1");
    request.options.token = "once";
    const auto first = lab.ask_for(request);
    const auto second = lab.ask_for(request);
    CHECK(second.code == 0);
    CHECK(object_of<schema::Record>(second.object).id == object_of<schema::Record>(first.object).id);
    CHECK(lab.cloud().attachments_of_instance(lab.i1).size() == 1);
}

TEST_CASE("[1.3/dry] a dry run says both and does neither") {
    Combined lab;
    auto request = lab.request("new", "i1");
    request.options.dry_run = true;
    const auto ack = lab.ask_for(request);
    CHECK(ack.code == 0);
    CHECK(!ack.changed);
    CHECK(std::ranges::count(ack.notes, "would create record new") == 1);
    CHECK(!lab.record("new"));
}

TEST_CASE("[1.3/rules] [3.3/own-rules] it is made under rules by who may set them, the instance's owner") {
    Combined lab;
    auto request = lab.request("new", "i1");
    request.rules.resize(1);
    request.rules.front().protocol = schema::Protocol::tcp;
    schema::Instance lets;
    lets.attachers = {"bob"};
    REQUIRE(code(lab.modify(lab.ann, "i1", lets)) == ok);
    const auto red = lab.add_partition(lab.bob, "red");
    schema::Record theirs;
    theirs.name = "theirs";
    theirs.subnet = lab.subnet_of(red);
    auto refused = request;
    refused.object = bytes_of(theirs);
    CHECK_REFUSED(lab, lab.ask(&Service::create, lab.bob, refused), ErrorCode::refused, "rules");
    REQUIRE(code(lab.ask_for(request)) == ok);
    const auto attachments = lab.cloud().attachments_of_record(lab.record("new")->id);
    REQUIRE(attachments.size() == 1);
    CHECK(attachments.front()->rules == request.rules);
}
