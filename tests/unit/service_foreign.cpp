// SPDX-License-Identifier: Apache-2.0
// A host without an agent: nothing is awaited of it, and to its peers it is a host like any other.
#include "coordinator/distribution/affected.h"
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

TEST_CASE("[2.7/foreign] an instance of a shared record needs an agent beside it") {
    Foreign lab;
    schema::Record record;
    record.name = "web";
    record.subnet = lab.front;
    record.exclusive = false;
    REQUIRE(code(lab.create(lab.ann, record)) == ok);
    CHECK_REFUSED(lab, lab.attach("web", "box"), ErrorCode::conflict, "host");
    lab.attached("web", "i1");
    CHECK_REFUSED(lab, lab.move("i1", "vtep"), ErrorCode::conflict, "host");
}

TEST_CASE("[6.9/declare] a foreign host understands VXLAN, needs no agent and never becomes another kind") {
    Foreign lab;
    const auto host = lab.cloud().find<schema::Host>(lab.vtep);
    CHECK(host->capabilities == std::vector<std::string>{"vxlan/1"});
    schema::Host ordinary;
    ordinary.foreign = false;
    CHECK_REFUSED(lab, lab.modify(lab.root, "vtep", ordinary, mask_of<schema::Host>("foreign")),
                  ErrorCode::invalid, "foreign");
    const auto shown = object_of<schema::Host>(lab.service->get(lab.root, {Kind::host, "vtep"})->object);
    CHECK(shown.foreign);
    CHECK(shown.session == SessionState::foreign);
    CHECK(shown.installed_revision == 0);
    CHECK(shown.problem.empty());
}

TEST_CASE("[6.9/declare] capabilities and MTU of a foreign host are declared, and well formed or refused") {
    Foreign lab;
    schema::Host host;
    host.name = "gateway";
    host.underlay = {Address::parse("192.0.2.10").value()};
    host.foreign = true;
    for (const auto& wrong : std::vector<std::vector<std::string>>{{"vxlan/"},
                                                                   {"/1"},
                                                                   {"vxlan/x"},
                                                                   {"vxlan/01"},
                                                                   {"vxlan/0"},
                                                                   {"vxlan/1/1"},
                                                                   {"vxlan/10000"},
                                                                   {"VXLAN/1"},
                                                                   {"vxlan 1"},
                                                                   {"1vxlan"},
                                                                   {"xdp-native:"},
                                                                   {"xdp-native:e 0"},
                                                                   {""},
                                                                   {std::string(65, 'a')},
                                                                   {"vxlan/1", "geneve/1", "vxlan/1"}}) {
        host.capabilities = wrong;
        CAPTURE(wrong.back());
        CHECK_REFUSED(lab, lab.create(lab.root, host), ErrorCode::invalid, "capabilities");
    }
    host.capabilities = {"geneve/1", "vxlan/1", "stt/12", "redirect-peer", "xdp-native:eth0.7"};
    for (const auto wrong : {1U, 575U, 65536U}) {
        host.underlay_mtu = wrong;
        CHECK_REFUSED(lab, lab.create(lab.root, host), ErrorCode::invalid, "underlay-mtu");
    }
    host.underlay_mtu = 9000;
    const auto ack = lab.create(lab.root, host);
    REQUIRE(code(ack) == ok);
    const auto made = object_of<schema::Host>(ack.object);
    CHECK(made.capabilities == host.capabilities);
    CHECK(made.underlay_mtu == 9000);

    schema::Host patch;
    patch.capabilities = {"geneve/01"};
    CHECK_REFUSED(lab, lab.modify(lab.root, "gateway", patch), ErrorCode::invalid, "capabilities");
    patch.capabilities = {"geneve/1"};
    patch.underlay_mtu = 65536;
    CHECK_REFUSED(lab, lab.modify(lab.root, "gateway", patch), ErrorCode::invalid, "underlay-mtu");
    patch.underlay_mtu = 1400;
    REQUIRE(code(lab.modify(lab.root, "gateway", patch)) == ok);
    CHECK(lab.cloud().find<schema::Host>(made.id)->capabilities == patch.capabilities);
    CHECK(lab.cloud().find<schema::Host>(made.id)->underlay_mtu == 1400);
    // None declared is the default again.
    const auto none = wire::changed_fields(patch);
    REQUIRE(code(lab.modify(lab.root, "gateway", schema::Host{}, none)) == ok);
    CHECK(lab.cloud().find<schema::Host>(made.id)->capabilities == std::vector<std::string>{"vxlan/1"});
    CHECK(lab.cloud().find<schema::Host>(made.id)->underlay_mtu == 0);
}

TEST_CASE("[6.9/declare] what an agent reports is not declared: refused with the field and why") {
    Foreign lab;
    schema::Host host;
    host.capabilities = {"vxlan/1"};
    CHECK_REFUSED(lab, lab.modify(lab.root, "h2", host), ErrorCode::invalid, "capabilities");
    CHECK(lab.modify(lab.root, "h2", host).text.find("the agent of h2 reports it") != std::string::npos);
    schema::Host mtu;
    mtu.underlay_mtu = 9000;
    CHECK_REFUSED(lab, lab.modify(lab.root, "h2", mtu), ErrorCode::invalid, "underlay-mtu");
    host.capabilities = {"geneve/1", "vxlan/1"};  // what it has reported
    CHECK(code(lab.modify(lab.root, "h2", host)) == ok);
    host.name = "h9";
    host.underlay = {Address::parse("192.0.2.19").value()};
    CHECK_REFUSED(lab, lab.create(lab.root, host), ErrorCode::invalid, "capabilities");
    mtu.name = host.name;
    mtu.underlay = host.underlay;
    CHECK_REFUSED(lab, lab.create(lab.root, mtu), ErrorCode::invalid, "underlay-mtu");
    // Other fields of such a host change as ever.
    schema::Host rack;
    rack.rack = "r7";
    CHECK(code(lab.modify(lab.root, "h2", rack)) == ok);
}

TEST_CASE("[6.9/negotiate] declaring other capabilities renegotiates at once, like an agent's report") {
    Foreign lab;
    lab.attached("r1", "box");
    const auto framework = [&] {
        return std::get<schema::Peer>(*Desired(lab.cloud()).object(lab.h2, peer_key(lab.vtep)))
            .send_framework;
    };
    CHECK(framework() == "vxlan/1");
    std::set<Key> marked;
    lab.ledger->subscribe([&](Revision, std::span<const Change> changes) {
        mark_affected(lab.cloud(), changes, [&](Id host, const Key* key) {
            if (host == lab.h2 && key) marked.insert(*key);
        });
    });
    for (const auto& [declared, chosen] :
         {std::pair{"geneve/1", "geneve/1"}, std::pair{"stt/1", ""}, std::pair{"vxlan/1", "vxlan/1"}}) {
        schema::Host patch;
        patch.capabilities = {declared};
        marked.clear();
        REQUIRE(code(lab.modify(lab.root, "vtep", patch)) == ok);
        CHECK(marked.contains(peer_key(lab.vtep)));
        CHECK(framework() == chosen);
    }
    Desired desired(lab.cloud());
    schema::Host mtu;
    mtu.underlay_mtu = 1400;
    REQUIRE(code(lab.modify(lab.root, "vtep", mtu)) == ok);
    CHECK(desired.refresh());  // so the ports of all hosts are told their MTU anew
}

TEST_CASE("[6.9/session] a foreign host has no session: it is foreign, and nothing is awaited of it") {
    Foreign lab;
    CHECK(lab.all_hosts->session(lab.vtep) == SessionState::foreign);
    CHECK(lab.all_hosts->session(lab.h1) == SessionState::connected);
    CHECK(answers(SessionState::foreign));
    CHECK(lab.all_hosts->installed(lab.vtep) >= lab.cloud().revision());
    const wire::ListRequest request{Kind::host, {{"session", "foreign"}}, {}, 0};
    const auto listed = lab.service->list(lab.root, request);
    REQUIRE(listed.has_value());
    REQUIRE(listed->objects.size() == 1);
    CHECK(object_of<schema::Host>(listed->objects.front().object).name == "vtep");
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
