// SPDX-License-Identifier: Apache-2.0
// A host without an agent: nothing is awaited of it, and to its peers it is a host like any other.
#include "coordinator/distribution/desired.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Foreign : Lab {
    Id vtep = declare("vtep", "192.0.2.9");

    Foreign() {
        bool reported = false;
        service->update_host(
            h2,
            [](schema::Host& host) {
                host.capabilities = {"geneve/1", "vxlan/1"};
            },
            [&](const Result<Revision>& result) { reported = result.has_value(); });
        loop.run_until([&] { return reported; });
        schema::Instance instance;
        instance.name = "box";
        instance.host = vtep;
        instance.owner = ann.name;
        REQUIRE(code(create(root, instance)) == ok);
    }
    Id declare(const std::string& name, const std::string& address) {
        schema::Host host;
        host.name = name;
        host.underlay = {Address::parse(address).value()};
        host.foreign = true;
        const auto ack = create(root, host);
        REQUIRE(code(ack) == ok);
        return object_of<schema::Host>(ack.object).id;
    }
    void install_until_ended(Id operation_id) {
        acknowledge_until([&] { return operation(operation_id).end_time != 0; });
    }
};

}  // namespace

TEST_CASE("[6.9/declare] a foreign host understands VXLAN, needs no agent and never becomes another kind") {
    Foreign lab;
    const auto host = lab.cloud().find<schema::Host>(lab.vtep);
    CHECK(host->capabilities == std::vector<std::string>{"vxlan/1"});
    schema::Host ordinary;
    ordinary.foreign = false;
    wire::Mask mask = 0;
    wire::Mask bit = 1;
    schema::for_each_field<schema::Host>([&](const auto& field) {
        if (field.name == "foreign") mask = bit;
        bit <<= 1;
    });
    CHECK_REFUSED(lab, lab.modify(lab.root, "vtep", ordinary, mask), ErrorCode::invalid, "foreign");
    const auto shown = object_of<schema::Host>(lab.service->get(lab.root, {Kind::host, "vtep"})->object);
    CHECK(shown.foreign);
    CHECK(shown.session == SessionState::never);
    CHECK(shown.installed_revision == 0);
    CHECK(shown.problem.empty());
}

TEST_CASE("[6.9/token] no agent enrols as a foreign host") {
    Foreign lab;
    CHECK_REFUSED(lab, lab.ask(&Service::host_token, lab.root, wire::HostRequest{"vtep"}),
                  ErrorCode::conflict, "host");
}

TEST_CASE("[6.9/attach] a record is bound to a foreign host as soon as its peers know, and unbound alike") {
    Foreign lab;
    const auto ack = lab.attach("r1", "box");
    REQUIRE(code(ack) == ok);
    const auto id = object_of<schema::Attachment>(ack.object).id;
    lab.loop.run_until([&] { return lab.phase(id) == Phase::announcing; });
    CHECK(lab.engine->blocked_on(ack.operation) == lab.h2);  // a peer with an agent, not the foreign host
    lab.install(lab.h2, [&] { return lab.phase(id) == Phase::attached; });
    CHECK(lab.operation(ack.operation).state == OperationState::done);
    CHECK(lab.shown("r1").hosts == std::vector{lab.vtep});
    CHECK(lab.shown("r1").notice.empty());

    const auto second = lab.attach("r2", "box");  // its devices are not told apart
    REQUIRE(code(second) == ok);
    lab.install_until_ended(second.operation);
    CHECK(lab.operation(second.operation).state == OperationState::done);

    const auto gone = lab.detach("r1", "box");
    REQUIRE(code(gone) == ok);
    lab.install_until_ended(gone.operation);
    CHECK(lab.cloud().find<schema::Attachment>(id) == nullptr);
    CHECK(lab.shown("r1").attachment_status == AttachmentStatus::detached);
}

TEST_CASE("[6.9/peers] its mappings and sources reach its peers, in the framework that both have") {
    Foreign lab;
    lab.attached("r1", "box");
    const Desired desired(lab.cloud());
    const auto peer = desired.object(lab.h2, peer_key(lab.vtep));
    REQUIRE(peer);
    CHECK(std::get<schema::Peer>(*peer).send_framework == "vxlan/1");
    CHECK(std::get<schema::Peer>(*peer).accept_frameworks == std::vector<std::string>{"vxlan/1"});
    const auto record = lab.shown("r1");
    unsigned mappings = 0;
    unsigned sources = 0;
    for (const auto& key : desired.keys(lab.h2)) {
        const auto object = desired.object(lab.h2, key);
        if (!object) continue;
        if (const auto* mapping = std::get_if<schema::Mapping>(&*object);
            mapping && mapping->record == record.id) {
            CHECK(mapping->host == lab.vtep);
            mappings++;
        }
        if (const auto* source = std::get_if<schema::Source>(&*object);
            source && source->hosts == std::vector{lab.vtep})
            sources++;
    }
    CHECK(mappings == record.addresses.size());
    CHECK(sources == record.addresses.size());
}

TEST_CASE("[6.9/move] an instance moves to a foreign host and back") {
    Foreign lab;
    const auto id = lab.attached("r1", "i1");
    for (const auto& [name, host] : {std::pair{"vtep", lab.vtep}, std::pair{"h1", lab.h1}}) {
        const auto ack = lab.move("i1", name);
        REQUIRE(code(ack) == ok);
        lab.install_until_ended(ack.operation);
        CHECK(lab.operation(ack.operation).state == OperationState::done);
        CHECK(lab.cloud().find<schema::Attachment>(id)->host == host);
        CHECK(lab.phase(id) == Phase::attached);
    }
}
