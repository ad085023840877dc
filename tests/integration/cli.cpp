// SPDX-License-Identifier: Apache-2.0
// The command line as typed, against a coordinator with two connected hosts.
#include <fstream>
#include <sstream>

#include "cloud.h"
#include "coordinator/cli/program.h"
#include "coordinator/pki/files.h"
#include "weft/schema/json.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Outcome {
    int code;
    std::string out;
    std::string err;
};

class Typed {
public:
    World world;

    Typed() { world.add_hosts(2); }

    Outcome run(std::vector<std::string> words) {
        words.insert(words.begin(), {"--socket", world.coordinator.socket()});
        return bare(std::move(words));
    }
    static Outcome bare(std::vector<std::string> words) {
        std::ostringstream out;
        std::ostringstream err;
        cli::Program program{out, err};
        const int code = program.run(std::move(words));
        return {code, out.str(), err.str()};
    }
    // A field of an object, as -o json shows it.
    std::string field(const std::string& noun, const std::string& ref, const std::string& name) {
        const auto shown = run({noun, "show", ref, "-o", "json"});
        REQUIRE_MESSAGE(shown.code == 0, shown.err);
        return schema::to_json(*schema::parse_json(shown.out, ref).value().find(name));
    }
    std::size_t held_ports(const std::string& host) { return world.held<schema::Port>(host).size(); }
    std::string write(const std::string& text) {
        const auto path = scratch_ / "cloud.yaml";
        std::ofstream{path} << text;
        return path;
    }

private:
    Scratch scratch_;
};

constexpr const char* document = R"(cloud:
  partitions:
    - {name: blue, cidrs: [10.1.0.0/16], subnets: [{name: web, cidr: 10.1.2.0/24}]}
    - {name: red, cidrs: [10.1.0.0/16], subnets: [{name: web, cidr: 10.1.2.0/24}]}
  instances: [{name: i1, host: h1, netns: weft-i1}, {name: i2, host: h2, netns: weft-i2}]
  records:
    - {name: r, partition: blue, subnet: web, addresses: [10.1.2.30]}
    - {name: r, partition: red, subnet: web, addresses: [10.1.2.30]}
  attachments: [{record: blue/r, instance: i1}]
)";

}  // namespace

TEST_CASE("[8.1/apply] apply makes what a document describes, once; diff, dry run and export agree") {
    Typed typed;
    const auto file = typed.write(document);
    CHECK(typed.run({"diff", "-f", file}).code == 1);
    const auto dry = typed.run({"apply", "-f", file, "--dry-run"});
    CHECK(dry.code == 0);
    CHECK(typed.run({"partition", "list"}).out.empty());

    const auto applied = typed.run({"apply", "-f", file});
    CHECK_MESSAGE(applied.code == 0, applied.err);
    CHECK(applied.out == dry.out);
    CHECK(applied.out ==
          "create partition blue (subnet web)\ncreate partition red (subnet web)\ncreate instance i1\n"
          "create instance i2\ncreate record blue/r\ncreate record red/r\nattach record blue/r to instance "
          "i1\n");
    CHECK(typed.field("record", "blue/r", "attachment-status") == "\"attached\"");
    CHECK(typed.run({"diff", "-f", file}).code == 0);
    CHECK(typed.run({"apply", "-f", file}).err == "0 changes\n");

    const auto exported = typed.run({"export"});
    const auto again = typed.write(exported.out);
    const auto same = typed.run({"diff", "-f", again});
    CHECK_MESSAGE(same.code == 0, (same.out + same.err));

    CHECK(typed.run({"record", "modify", "blue/r", "--description", "changed"}).code == 0);
    CHECK(typed.run({"diff", "-f", again}).code == 0);  // only given fields count, and it had no description
    CHECK(typed.run({"record", "detach", "blue/r"}).code == 0);
    CHECK(typed.run({"diff", "-f", again}).out ==
          "attach record blue/r to instance i1\n    device: \"eth0\"\n    netns: \"weft-i1\"\n");
}

TEST_CASE("[1.12/exit] exit codes tell kinds of failures apart, and nothing changes") {
    Typed typed;
    REQUIRE(typed.run({"apply", "-f", typed.write(document)}).code == 0);
    const auto before = typed.run({"export"}).out;
    CHECK(typed.run({"record", "show", "none"}).code == 3);
    const auto ambiguous = typed.run({"record", "show", "r"});
    CHECK(ambiguous.code == 4);
    CHECK(ambiguous.err.find("rec-") != std::string::npos);
    CHECK(typed.run({"record", "modify", "blue/r", "--address", "10.9.9.9"}).code == 2);
    CHECK(typed.run({"record", "modify", "blue/r", "--description", "x", "--if-generation", "99"}).code == 4);
    CHECK(typed
              .run({"record", "create", "s", "--partition", "blue", "--subnet", "web", "--address",
                    "10.1.2.30"})
              .code == 4);
    CHECK(typed.run({"record", "delete", "blue/r"}).code == 4);
    CHECK(typed.run({"record", "detach", "red/r", "--strict"}).code == 4);
    const auto bad = typed.run({"apply", "-f", typed.write("cloud:\n  record: []\n")});
    CHECK(bad.code == 2);
    CHECK(bad.err.find("cloud.yaml:2:3: cloud: unknown key 'record'") != std::string::npos);
    CHECK(typed.run({"export"}).out == before);
}

TEST_CASE("[1.9/dry-run] a dry run says what would change and changes nothing") {
    Typed typed;
    REQUIRE(typed.run({"apply", "-f", typed.write(document)}).code == 0);
    const auto before = typed.run({"export"}).out;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"record", "create", "s", "--subnet", "blue/web"},
          {"record", "modify", "blue/r", "--description", "x"},
          {"record", "delete", "red/r"},
          {"record", "attach", "red/r", "i2"},
          {"record", "detach", "blue/r"},
          {"instance", "move", "i1", "h2"}}) {
        auto dry = words;
        dry.push_back("--dry-run");
        const auto outcome = typed.run(dry);
        CHECK_MESSAGE(outcome.code == 0, outcome.err);
        CHECK_FALSE(outcome.err.empty());
        CHECK(typed.run({"export"}).out == before);
    }
}

TEST_CASE("[2.4/verbs] attach, move and detach wait until the hosts have installed them") {
    Typed typed;
    REQUIRE(typed.run({"apply", "-f", typed.write(document)}).code == 0);
    CHECK(typed.run({"instance", "ready", "i1"}).code == 0);
    const auto moved = typed.run({"instance", "move", "i1", "h2"});
    CHECK_MESSAGE(moved.code == 0, moved.err);
    CHECK(typed.held_ports("h1") == 0);
    CHECK(typed.held_ports("h2") == 1);
    CHECK(typed.run({"attachment", "list", "--host", "h2", "-o", "name"}).out == "r@i1\n");
    const auto detached = typed.run({"instance", "detach", "i1"});
    CHECK_MESSAGE(detached.code == 0, detached.err);
    CHECK(typed.held_ports("h2") == 0);
    const auto again = typed.run({"record", "detach", "blue/r"});
    CHECK(again.code == 0);
    CHECK(typed.run({"record", "list", "--attachment-status", "attached"}).out.empty());
    CHECK(typed.run({"status"}).out.find("h2    connected") != std::string::npos);
}

TEST_CASE("[4.1/verbs] groups and their rules as typed, and where they go") {
    Typed typed;
    REQUIRE(typed.run({"apply", "-f", typed.write(document)}).code == 0);
    const auto made = typed.run({"group", "create", "web", "--partition", "blue", "--rule",
                                 "ingress tcp 443 from 0.0.0.0/0", "--rule", "egress any to any"});
    REQUIRE_MESSAGE(made.code == 0, made.err);
    CHECK(typed.run({"group", "list", "--partition", "blue", "-o", "name"}).out ==
          "blue/default\nblue/web\n");
    const auto self = typed.run({"group", "rule", "add", "web", "ingress icmp 8/0 from group web",
                                 "egress any to any", "--wait", "installed"});
    CHECK_MESSAGE(self.code == 0, self.err);
    CHECK(
        typed.run({"group", "show", "web"})
            .out.find("rules:       ingress tcp 443 from 0.0.0.0/0, egress any to any, ingress icmp 8/0 from "
                      "group web\n") != std::string::npos);
    CHECK(typed.run({"group", "rule", "add", "web", "egress any to any"}).err.find("already so") !=
          std::string::npos);
    CHECK(typed.run({"group", "rule", "remove", "web", "egress tcp 1 to any"}).code == 3);
    CHECK(typed.run({"group", "rule", "add", "web", "ingress tpc 443 from any"}).code == 2);
    CHECK(typed.run({"group", "rule", "add", "web", "ingress any 443 from any"}).err.find("rules[3].ports") !=
          std::string::npos);

    CHECK(typed.world.held<schema::Group>("h1").size() == 1);
    const auto moved = typed.run({"record", "modify", "blue/r", "--security-group", "web", "--security-group",
                                  "default", "--wait", "installed"});
    REQUIRE_MESSAGE(moved.code == 0, moved.err);
    CHECK(typed.world.held<schema::Group>("h1").size() == 2);
    CHECK(typed.world.held<schema::Tag>("h1").size() == 1);
    const auto removed = typed.run(
        {"group", "rule", "remove", "blue/web", "ingress tcp 443 from 0.0.0.0/0", "--wait", "installed"});
    REQUIRE_MESSAGE(removed.code == 0, removed.err);
    std::size_t rules = 0;
    for (const auto& group : typed.world.held<schema::Group>("h1")) rules += group.rules.size();
    CHECK(rules == 4);  // two of the default group, two of web
    CHECK(typed.run({"group", "delete", "web"}).code == 4);
    CHECK(typed.run({"record", "modify", "blue/r", "--security-group", ""}).code == 2);
    CHECK(typed.run({"record", "create", "s", "--subnet", "red/web", "--security-group", "web"}).code == 3);
    CHECK(typed.run({"record", "list", "--security-groups", "web", "-o", "name"}).out == "blue/r\n");
    CHECK(typed.run({"tag", "list"}).out.find("blue") != std::string::npos);

    const auto exported = typed.run({"export"}).out;
    CHECK(typed.run({"diff", "-f", typed.write(exported)}).code == 0);
    const auto acl = typed.run({"acl", "create", "front", "--partition", "blue", "--rule",
                                "100 deny ingress tcp 22 from 10.0.0.0/8"});
    REQUIRE_MESSAGE(acl.code == 0, acl.err);
    REQUIRE(typed.run({"subnet", "modify", "blue/web", "--acl", "front", "--wait", "installed"}).code == 0);
    CHECK(typed.world.held<schema::Acl>("h1").size() == 1);
    CHECK(typed.run({"acl", "rule", "add", "front", "200 allow ingress any from any"}).code == 0);
    CHECK(typed.run({"acl", "rule", "add", "front", "200 deny ingress any from any"}).code == 2);
    CHECK(typed.run({"acl", "delete", "front"}).code == 4);
    CHECK(typed.run({"diff", "-f", typed.write(typed.run({"export"}).out)}).code == 0);
}

TEST_CASE("[3.1/tls] a user's certificate reaches the coordinator over TLS, an unknown one does not") {
    Typed typed;
    const auto tls = typed.world.coordinator.tls_directory();
    coordinator::pki::issue_user(tls, "nobody").value();
    const std::vector<std::string> remote{"--server",
                                          "127.0.0.1:" + std::to_string(typed.world.coordinator.port()),
                                          "--tls-directory", tls, "--user"};
    auto words = remote;
    words.insert(words.end(), {"nobody", "partition", "list"});
    CHECK(Typed::bare(words).code == 5);
    words = remote;
    words.insert(words.end(), {"missing", "partition", "list"});
    CHECK(Typed::bare(words).code == 2);
}
