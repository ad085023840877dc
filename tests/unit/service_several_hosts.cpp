// SPDX-License-Identifier: Apache-2.0
// Bare servers, and instances that span several hosts.
#include "coordinator/distribution/desired.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Spanning : Lab {
    Id pair = add("pair");

    Id add(const std::string& name) {
        schema::Instance made;
        made.name = name;
        made.owner = "ann";
        made.host = h1;
        made.hosts = {h2};
        made.netns = name;
        const auto ack = create(root, made);
        REQUIRE_MESSAGE(ack.code == 0, ack.text);
        return object_of<schema::Instance>(ack.object).id;
    }
    wire::Ack attach_at(const Principal& who, const std::string& record, const std::string& instance,
                        const std::string& host, const std::string& device = {}) {
        wire::AttachRequest request{record, instance, device, {}, false, false, {}};
        request.host = host;
        return ask(&Service::attach, who, request);
    }
    [[nodiscard]] std::optional<schema::Port> port(Id host, Id attachment) const {
        const auto object = Desired(cloud()).object(host, port_key(attachment));
        if (!object) return std::nullopt;
        return std::get<schema::Port>(*object);
    }
};

}  // namespace

TEST_CASE("[2.15/several-hosts] each record is on the host that was named, its first one otherwise") {
    Spanning lab;
    const auto first = lab.attach_at(lab.root, "r1", "pair", {});
    const auto second = lab.attach_at(lab.root, "r2", "pair", "h2");
    REQUIRE_MESSAGE(second.code == 0, second.text);
    lab.acknowledge_until_ended(first.operation);
    lab.acknowledge_until_ended(second.operation);
    const Id a = object_of<schema::Attachment>(first.object).id;
    const Id b = object_of<schema::Attachment>(second.object).id;
    CHECK(lab.port(lab.h1, a));
    CHECK(!lab.port(lab.h2, a));
    CHECK(lab.port(lab.h2, b));
    CHECK(!lab.port(lab.h1, b));
    // One of its hosts is lost: only what is there is not ready.
    lab.hosts.states[lab.h2].session = SessionState::lost;
    const auto ready = lab.service->ready(lab.ann, {"pair", {}});
    CHECK(code(ready) == ErrorCode::conflict);
    CHECK(ready.text.find("record r2 is on a host that is lost") != std::string::npos);
    CHECK(ready.text.find("r1") == std::string::npos);
    lab.hosts.states[lab.h2].session = SessionState::connected;
    schema::Instance patch;
    patch.state = schema::InstanceState::terminated;
    lab.acknowledge_until_ended(lab.modify(lab.ann, "pair", patch).operation);
    CHECK(lab.cloud().attachments_of_instance(lab.pair).empty());
}

TEST_CASE("[2.15/several-hosts] what is no host of it, or still carries a record of it, is refused") {
    Spanning lab;
    lab.add_host("h3", "192.0.2.3", "z1");
    CHECK_REFUSED(lab, lab.attach_at(lab.root, "r1", "pair", "h3"), ErrorCode::conflict, "host");
    CHECK_REFUSED(lab, lab.attach_at(lab.ann, "r1", "pair", "h2"), ErrorCode::refused, "host");
    CHECK_REFUSED(lab, lab.move("pair", "h3"), ErrorCode::conflict, "instance");
    lab.acknowledge_until_ended(lab.attach_at(lab.root, "r1", "pair", "h2").operation);
    const schema::Instance none;
    CHECK_REFUSED(lab, lab.modify(lab.root, "pair", none, mask_of<schema::Instance>("hosts")),
                  ErrorCode::conflict, "hosts");
    CHECK(code(lab.remove(lab.root, Kind::host, "h2")) == ErrorCode::conflict);
    schema::Instance twice;
    twice.name = "twice";
    twice.host = lab.h1;
    twice.hosts = {lab.h1};
    CHECK_REFUSED(lab, lab.create(lab.root, twice), ErrorCode::invalid, "hosts");
}

TEST_CASE("[2.15/bare] a bare server's devices are made in the host's own network namespace") {
    Spanning lab;
    schema::Instance made;
    made.name = "metal";
    made.owner = "ann";
    made.bare = true;
    CHECK_REFUSED(lab, lab.create(lab.root, made), ErrorCode::invalid, "host");
    made.host = lab.h1;
    CHECK(code(lab.create(lab.ann, made)) == ErrorCode::refused);
    made.netns = "ns";
    CHECK_REFUSED(lab, lab.create(lab.root, made), ErrorCode::invalid, "netns");
    made.netns.clear();
    REQUIRE(lab.create(lab.root, made).code == 0);
    const auto ack = lab.attach_at(lab.ann, "r1", "metal", {});
    REQUIRE_MESSAGE(ack.code == 0, ack.text);
    lab.acknowledge_until_ended(ack.operation);
    const auto port = lab.port(lab.h1, object_of<schema::Attachment>(ack.object).id);
    REQUIRE(port);
    CHECK(port->bare);
    CHECK(port->netns.empty());
    CHECK(port->device == "weft-0");
    // A device that is named is there already.
    const auto named = lab.attach_at(lab.root, "r2", "metal", {}, "eth5");
    lab.acknowledge_until_ended(named.operation);
    CHECK(!lab.port(lab.h1, object_of<schema::Attachment>(named.object).id)->bare);
}
