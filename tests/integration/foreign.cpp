// SPDX-License-Identifier: Apache-2.0
// A host without an agent in a running coordinator: what clients are shown of it, and what nobody waits for.
#include "cloud.h"

using namespace weft;
using namespace weft::test;
using schema::SessionState;

namespace {

// h1 has VXLAN and Geneve, vtep no agent.
struct WithForeign : World {
    WithForeign() {
        add_blue();
        add_hosts(1);
        schema::Host vtep;
        vtep.name = "vtep";
        vtep.underlay = {Address::v4(0xc0000209)};
        vtep.foreign = true;
        wire::CreateRequest request;
        request.kind = Kind::host;
        request.object = wire::encode(vtep).value();
        REQUIRE(client().create(request).has_value());
        create_instance("i1", "h1");
        create_instance("box", "vtep");
        create_record("r1");
        create_record("rbox");
        REQUIRE(attach("r1", "i1").has_value());
    }
    void declare(const std::string& capability) {
        schema::Host patch;
        patch.capabilities = {capability};
        wire::ModifyRequest request;
        request.kind = Kind::host;
        request.ref = "vtep";
        request.patch = wire::encode(patch).value();
        request.options.wait = wire::Wait::all;
        REQUIRE(client().modify(request).has_value());
    }
    std::string framework() {
        for (const auto& peer : held<schema::Peer>("h1"))
            if (peer.name == "vtep") return peer.send_framework;
        return "no such peer";
    }
};

}  // namespace

TEST_CASE_FIXTURE(WithForeign, "[6.9/status] a foreign host is shown as such, neither lost nor never seen") {
    const auto shown = status("vtep");
    CHECK(shown.session == SessionState::foreign);
    CHECK(shown.installed == 0);
    CHECK(shown.problem.empty());
    CHECK(session("h1") == SessionState::connected);
    CHECK(client().counters("").value().missing_hosts.empty());
}

TEST_CASE_FIXTURE(WithForeign, "[6.9/wait] waiting for all hosts does not wait for a foreign one") {
    REQUIRE(attach("rbox", "box", wire::Wait::all).has_value());
    CHECK(held<schema::Mapping>("h1").size() == 2);
    REQUIRE(detach("rbox", wire::Wait::all).has_value());
    CHECK(held<schema::Mapping>("h1").size() == 1);
}

TEST_CASE_FIXTURE(WithForeign, "[6.9/negotiate] what is declared decides what its peers are told, at once") {
    REQUIRE(attach("rbox", "box").has_value());
    CHECK(framework() == "vxlan/1");
    declare("geneve/1");
    CHECK(framework() == "geneve/1");
    CHECK(status("h1").problem.empty());
    declare("stt/1");
    CHECK(framework().empty());
    CHECK(status("h1").problem.find("no framework in common: h1 has ") == 0);
    CHECK(status("h1").problem.find("; vtep has stt/1") != std::string::npos);
    CHECK(status("vtep").problem.find("no framework in common: vtep has stt/1; h1 has ") == 0);
    declare("vxlan/1");
    CHECK(framework() == "vxlan/1");
    CHECK(status("vtep").problem.empty());
}

TEST_CASE_FIXTURE(WithForeign, "[6.9/trace] a foreign host is not asked what it would do") {
    REQUIRE(attach("rbox", "box").has_value());
    wire::TraceRequest request;
    request.record = "rbox";
    request.destination = Address::parse("10.1.2.9").value();
    const auto refused = client().trace(request);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(refused.error().field == "record");
}
