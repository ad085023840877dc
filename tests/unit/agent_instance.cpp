// SPDX-License-Identifier: Apache-2.0
// Instances' drivers: what they are asked, what they read and write, and who may have made them.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "agent/instance/document.h"
#include "agent/instance_helper/driver.h"

using namespace weft;
using namespace weft::agent;
using schema::DriverState;
using schema::InstanceState;

namespace {

schema::Workload workload(InstanceState state, bool ready = true) {
    schema::Workload out;
    out.id = {Kind::instance, 0xab};
    out.name = "web";
    out.state = state;
    out.ready = ready;
    out.driver = "netns";
    out.netns = "web";
    out.parameters = {{"command", "echo \"hi\""}};
    return out;
}

// A folder of executables.
struct Folder {
    std::filesystem::path path;
    Folder() {
        char name[] = "/tmp/weft-drivers.XXXXXX";
        path = ::mkdtemp(name);
        std::filesystem::create_directory(path / "drivers");
        std::filesystem::create_directory(path / "hooks");
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }

    void script(const std::string& name, const std::string& text, mode_t mode = 0755) const {
        std::ofstream(path / name) << "#!/bin/sh\n" << text << '\n';
        REQUIRE(::chmod((path / name).c_str(), mode) == 0);
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        std::ifstream file(path / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] DriverRan run(DriverVerb verb,
                                std::chrono::milliseconds time = std::chrono::seconds{20}) const {
        DriverFolders folders;
        folders.drivers = {path / "none", path / "drivers"};
        folders.hooks = path / "hooks";
        folders.driver_time = time;
        return run_driver(folders, {"mine", verb, R"({"name": "web"})"});
    }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("[2.13/order] what is missing is prepared, and launched only when it is ready and programmed") {
    const auto booting = workload(InstanceState::booting);
    CHECK(next_verb(booting, {DriverState::unknown, false, true}) == DriverVerb::status);
    CHECK(next_verb(booting, {DriverState::absent, false, false}) == DriverVerb::prepare);
    CHECK(next_verb(booting, {DriverState::prepared, false, false}) == std::nullopt);
    CHECK(next_verb(workload(InstanceState::booting, false), {DriverState::prepared, false, true}) ==
          std::nullopt);
    CHECK(next_verb(booting, {DriverState::prepared, false, true}) == DriverVerb::launch);
    CHECK(next_verb(booting, {DriverState::stopped, false, true}) == DriverVerb::launch);
    CHECK(next_verb(booting, {DriverState::suspended, false, true}) == DriverVerb::resume);
    CHECK(next_verb(booting, {DriverState::running, true, true}) == std::nullopt);
    CHECK(next_verb(booting, {DriverState::prepared, false, true, true}) == DriverVerb::prepare);
    CHECK(next_verb(booting, {DriverState::suspended, false, true, true}) == DriverVerb::resume);
    CHECK(!is_settled(booting, {DriverState::prepared, false, false}));
    CHECK(is_settled(booting, {DriverState::running, true, true}));
}

TEST_CASE("[2.13/itself] what ended by itself is not started again, and said to have") {
    CHECK(next_verb(workload(InstanceState::booting), {DriverState::stopped, true, true}) == std::nullopt);
    CHECK(next_verb(workload(InstanceState::running), {DriverState::stopped, true, true}) == std::nullopt);
    CHECK(why_different(workload(InstanceState::running), DriverState::absent) == "it ended by itself");
    CHECK(why_different(workload(InstanceState::running), DriverState::running).empty());
    CHECK(why_different(workload(InstanceState::stopped), DriverState::prepared).empty());
}

TEST_CASE("[2.13/verbs] suspend, stop and terminate, each from where it is needed") {
    CHECK(next_verb(workload(InstanceState::suspended), {DriverState::running, true, true}) ==
          DriverVerb::suspend);
    CHECK(next_verb(workload(InstanceState::suspended), {DriverState::suspended, true, true}) ==
          std::nullopt);
    CHECK(next_verb(workload(InstanceState::stopped), {DriverState::suspended, true, true}) ==
          DriverVerb::stop);
    CHECK(next_verb(workload(InstanceState::stopped), {DriverState::stopped, true, true}) == std::nullopt);
    for (const auto state : {DriverState::prepared, DriverState::running, DriverState::stopped})
        CHECK(next_verb(workload(InstanceState::terminated), {state, true, true}) == DriverVerb::terminate);
    CHECK(next_verb(workload(InstanceState::terminated), {DriverState::absent, true, true}) == std::nullopt);
}

TEST_CASE("[2.13/json] drivers read the instance and its attachments") {
    schema::Port port;
    port.attachment = {Kind::attachment, 1};
    port.record = {Kind::record, 2};
    port.device = "eth0";
    port.netns = "web";
    port.mac = *Mac::parse("02:00:5e:00:00:01");
    port.mtu = 1400;
    port.addresses = {*Address::parse("10.1.2.30"), *Address::parse("2001:db8::30")};
    port.prefix_length = 24;
    port.prefix_length6 = 64;
    port.router = *Address::parse("10.1.2.1");
    port.dns = *Address::parse("10.0.0.53");
    const auto text = instance_document(workload(InstanceState::booting), DriverVerb::launch, {&port});
    CHECK(boost::json::parse(text) == boost::json::parse(R"({"version": 1, "verb": "launch",
        "id": "ins-000000000000000ab", "name": "web", "driver": "netns", "netns": "web",
        "parameters": {"command": "echo \"hi\""},
        "attachments": [{"id": "att-00000000000000001", "record": "rec-00000000000000002", "device": "eth0",
                         "netns": "web", "vlan": 0, "mac": "02:00:5e:00:00:01", "mtu": 1400,
                         "addresses": ["10.1.2.30/24", "2001:db8::30/64"], "routers": ["10.1.2.1"],
                         "dns": "10.0.0.53"}]})"));
}

TEST_CASE("[2.13/json] a driver's answer is a state, or refused with what is wrong") {
    CHECK(driver_state(R"({"state": "suspended", "more": 1})").value() == DriverState::suspended);
    for (const auto* wrong : {"", "running", "[]", "{}", R"({"state": 3})", R"({"state": "unknown"})",
                              R"({"state": "runing"})", R"({"state": "running"} x)"}) {
        const auto state = driver_state(wrong);
        REQUIRE(!state);
        CHECK(state.error().code == ErrorCode::invalid);
    }
}

TEST_CASE("[2.13/driver] a driver gets the verb and the document, and its answer or complaint comes back") {
    const Folder folder;
    folder.script("drivers/mine",
                  "cat >\"${0%/*}/read\"; echo \"$1\" >\"${0%/*}/verb\"; echo '{\"state\": \"running\"}'");
    const auto ran = folder.run(DriverVerb::launch);
    CHECK(ran.error.empty());
    CHECK(ran.output == "{\"state\": \"running\"}\n");
    CHECK(folder.text("drivers/read") == R"({"name": "web"})");
    CHECK(folder.text("drivers/verb") == "launch\n");
    folder.script("drivers/mine", "echo one >&2; echo 'no such image' >&2; exit 3");
    CHECK(folder.run(DriverVerb::launch).error == "driver mine failed (3): no such image");
    // What it writes without end is cut, and what it does without end too, with its children.
    folder.script("drivers/mine", "yes | head -c 200000");
    CHECK(folder.run(DriverVerb::status).output.size() == 48 << 10);
    folder.script("drivers/mine", "sleep 1000 & wait");
    CHECK(folder.run(DriverVerb::launch, std::chrono::milliseconds{200}).error ==
          "driver mine was killed after 200 ms");
}

TEST_CASE("[2.13/root] what others than root could have changed is not run") {
    const Folder folder;
    CHECK(has(folder.run(DriverVerb::launch).error, "driver mine is not installed"));
    folder.script("drivers/mine", "touch \"${0%/*}/ran\"", 0777);
    CHECK(has(folder.run(DriverVerb::launch).error, "can be changed by others than root"));
    folder.script("drivers/mine", "touch \"${0%/*}/ran\"");
    if (::geteuid() == 0) {  // else there is nobody to give it to
        REQUIRE(::chown((folder.path / "drivers/mine").c_str(), 65534, 65534) == 0);
        CHECK(has(folder.run(DriverVerb::launch).error, "is owned by user 65534, not root"));
        REQUIRE(::chown((folder.path / "drivers/mine").c_str(), 0, 0) == 0);
    }
    REQUIRE(::chmod((folder.path / "drivers").c_str(), 0777) == 0);
    CHECK(has(folder.run(DriverVerb::launch).error, "can be changed by others than root"));
    CHECK(!std::filesystem::exists(folder.path / "drivers/ran"));
}

TEST_CASE(
    "[2.13/hooks] hooks are called in order around each verb, and one that fails before it refuses it") {
    const Folder folder;
    const std::string log = "echo \"${0##*/} $*\" >>" + (folder.path / "log").string();
    folder.script("drivers/mine", log + "; echo '{\"state\": \"running\"}'");
    folder.script("hooks/20-b", log);
    folder.script("hooks/10-a", log + "; grep -q web");
    CHECK(folder.run(DriverVerb::launch).error.empty());
    CHECK(folder.text("log") ==
          "10-a before launch\n20-b before launch\nmine launch\n10-a after launch\n20-b after launch\n");
    std::filesystem::remove(folder.path / "log");
    CHECK(folder.run(DriverVerb::status).error.empty());
    CHECK(folder.text("log") == "mine status\n");
    folder.script("hooks/20-b", "echo 'not today' >&2; exit 1");
    std::filesystem::remove(folder.path / "log");
    CHECK(folder.run(DriverVerb::stop).error == "hook 20-b failed (1): not today");
    CHECK(folder.text("log") == "10-a before stop\n");
    folder.script("hooks/20-b", "exit 0", 0757);
    CHECK(has(folder.run(DriverVerb::stop).error, "can be changed by others than root"));
}
