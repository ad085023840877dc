// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>

#include "agent/config/config.h"
#include "tests/harness/scratch.h"
#include "weft/base/file.h"
#include "weft/config/yaml_config.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Scratch;

namespace {

constexpr const char* minimal = "coordinator: [192.0.2.250:7470]\nuplinks:\n  - {device: uplink0}\n";

Result<Config> parse(const std::string& text) {
    WEFT_TRY(const auto file, config::File::parse(text, "agent.yaml"));
    return read_config(file);
}

// The complaint about `minimal` with one more line at its end: line 4.
std::string complaint(const std::string& line) {
    const auto config = parse(minimal + line + "\n");
    return config ? "none" : config.error().text;
}

}  // namespace

TEST_CASE("[8.6/config] what is left out has its default") {
    const auto config = parse(minimal);
    REQUIRE(config.has_value());
    CHECK(config->coordinators == std::vector<agent::Endpoint>{{"192.0.2.250", 7470}});
    CHECK(config->tls.authority == "/etc/weft/tls/ca.pem");
    CHECK(config->tls.certificate == "/etc/weft/tls/host.pem");
    CHECK(config->tls.key == "/etc/weft/tls/host.key");
    REQUIRE(config->datapath.uplinks.size() == 1);
    CHECK(config->datapath.uplinks[0].device == "uplink0");
    CHECK(config->datapath.uplinks[0].mode == UplinkMode::automatic);
    CHECK(config->datapath.pin == "/sys/fs/bpf/weft");
    const auto bin = std::filesystem::canonical("/proc/self/exe").parent_path();
    CHECK(config->datapath.objects == (bin.parent_path() / "lib/weft/bpf").string());
    CHECK(config->datapath.helper.empty());
    CHECK(config->socket == "/run/weft/agent.sock");
    CHECK(config->state == "/run/weft/agent");
    CHECK(config->frameworks.empty());
    CHECK(config->flows.most == 65536);
    CHECK(config->flows.timeouts.tcp_opening == 60);
    CHECK(config->flows.timeouts.tcp_established == 7440);
    CHECK(config->flows.timeouts.tcp_closing == 240);
    CHECK(config->flows.timeouts.tcp_closed == 10);
    CHECK(config->flows.timeouts.udp_single == 30);
    CHECK(config->flows.timeouts.udp_stream == 180);
    CHECK(config->flows.timeouts.icmp == 30);
    CHECK(config->flows.timeouts.other == 60);
    CHECK(config->log == LogLevel::info);
}

TEST_CASE("[8.6/config] every key is read") {
    const auto config = parse(
        "coordinator: ['[2001:db8::1]:7470', coordinator.example:1]\n"
        "tls: {directory: /t}\n"
        "uplinks: [{device: a, mode: xdp-generic}, {device: b, mode: tc}, {device: c, mode: xdp}]\n"
        "bpf: {pin: /p, objects: /o, sizes: {mapping: 1000, port: 10}}\n"
        "flows: {most: 100, tcp-opening: 1, tcp-established: 2, tcp-closing: 3, tcp-closed: 4, udp-single: "
        "5, "
        "udp-stream: 6, icmp: 7, other: 8}\n"
        "socket: /s\nstate: /d\nhelper: /h\nframeworks: [vxlan/1]\nlog: debug\n");
    REQUIRE(config.has_value());
    CHECK(config->coordinators ==
          std::vector<agent::Endpoint>{{"2001:db8::1", 7470}, {"coordinator.example", 1}});
    CHECK(config->tls.authority == "/t/ca.pem");
    REQUIRE(config->datapath.uplinks.size() == 3);
    CHECK(config->datapath.uplinks[0].mode == UplinkMode::xdp_generic);
    CHECK(config->datapath.uplinks[1].mode == UplinkMode::tc);
    CHECK(config->datapath.uplinks[2].mode == UplinkMode::xdp);
    CHECK(config->datapath.pin == "/p");
    CHECK(config->datapath.objects == "/o");
    CHECK(config->datapath.sizes == std::map<std::string, std::uint32_t>{{"mapping", 1000}, {"port", 10}});
    CHECK(config->socket == "/s");
    CHECK(config->state == "/d");
    CHECK(config->datapath.helper == "/h");
    CHECK(config->frameworks == std::vector<std::string>{"vxlan/1"});
    CHECK(config->flows.most == 100);
    CHECK(config->flows.timeouts.tcp_opening == 1);
    CHECK(config->flows.timeouts.tcp_established == 2);
    CHECK(config->flows.timeouts.tcp_closing == 3);
    CHECK(config->flows.timeouts.tcp_closed == 4);
    CHECK(config->flows.timeouts.udp_single == 5);
    CHECK(config->flows.timeouts.udp_stream == 6);
    CHECK(config->flows.timeouts.icmp == 7);
    CHECK(config->flows.timeouts.other == 8);
    CHECK(config->log == LogLevel::debug);
}

TEST_CASE("[8.6/config] what is wrong is named with line, column and what was expected") {
    CHECK(complaint("colour: blue").starts_with("agent.yaml:4:1: unknown key colour, expected one of "));
    CHECK(complaint("tls: {dir: /x}").starts_with("agent.yaml:4:7: unknown key tls.dir"));
    CHECK(complaint("bpf: {sizes: {mapings: 1}}")
              .starts_with("agent.yaml:4:15: unknown key bpf.sizes.mapings"));
    CHECK(complaint("bpf: {sizes: {mapping: many}}")
              .starts_with("agent.yaml:4:24: bpf.sizes.mapping: a number 1.."));
    CHECK(complaint("bpf: {sizes: {mapping: 0}}").starts_with("agent.yaml:4:24: "));
    CHECK(complaint("flows: {most: 63}").starts_with("agent.yaml:4:15: flows.most: a number 64.."));
    CHECK(complaint("flows: {icmp: 0}").starts_with("agent.yaml:4:15: flows.icmp: a number 1..864000"));
    CHECK(complaint("flows: {tcp: 1}").starts_with("agent.yaml:4:9: unknown key flows.tcp"));
    CHECK(complaint("log: loud") ==
          "agent.yaml:4:6: log: one of debug, info, warning, error was expected, not 'loud'");
    CHECK(complaint("frameworks: [vxlan/2]").starts_with("agent.yaml:4:14: frameworks: "));
    CHECK(complaint("socket: [a, b]") == "agent.yaml:4:9: socket: one plain value was expected");
    CHECK(complaint("socket: /" + std::string(107, 'x'))
              .starts_with("agent.yaml:4:9: socket: a path of at most 107"));
    CHECK(complaint("state: {a: b}").starts_with("agent.yaml:4:8: state: "));
    CHECK(complaint("socket: {a: [b}").starts_with("agent.yaml:4:"));
}

TEST_CASE("[8.6/config] wrong coordinators and uplinks are refused") {
    for (const auto* endpoint : {"192.0.2.1", "192.0.2.1:0", "192.0.2.1:65536", ":7470", "192.0.2.1:port",
                                 "192.0.2.1:7470x", "2001:db8::1:7470", "[]:1"}) {
        CAPTURE(endpoint);
        const auto config = parse("coordinator: ['" + std::string(endpoint) + "']\nuplinks: [{device: a}]\n");
        REQUIRE_FALSE(config.has_value());
        CHECK(config.error().text.starts_with("agent.yaml:1:15: coordinator: ADDRESS:PORT was expected"));
    }
    const auto refused = [](const std::string& uplinks) {
        const auto config = parse("coordinator: [a:1]\nuplinks: " + uplinks + "\n");
        return config ? std::string{"none"} : config.error().text;
    };
    CHECK(refused("[{device: a, mode: fast}]").starts_with("agent.yaml:2:"));
    CHECK(refused("[{device: a, mode: fast}]").find("one of auto, xdp, xdp-generic, tc was expected") !=
          std::string::npos);
    CHECK(refused("[{mode: tc}]").find("device is missing") != std::string::npos);
    CHECK(refused("[{device: a}, {device: a}]").find("a is given twice") != std::string::npos);
    CHECK(refused("[{device: abcdefghijklmnop}]").find("a name of 1..15 characters") != std::string::npos);
    CHECK(refused("[]").find("at least 1") != std::string::npos);
    CHECK(refused("eth0").find("a list of mappings was expected") != std::string::npos);
    CHECK(parse("coordinator: [a:1]\n").has_value() == false);
}

TEST_CASE("[8.6/config] everything that is wrong is said at once") {
    const auto config = parse("colour: blue\nuplinks: [{device: a}]\ncoordinator: [x]\nlog: loud\n");
    REQUIRE_FALSE(config.has_value());
    const auto& text = config.error().text;
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
    CHECK(text.find("agent.yaml:1:1: ") != std::string::npos);
    CHECK(text.find("agent.yaml:3:15: ") != std::string::npos);
    CHECK(text.find("agent.yaml:4:6: ") != std::string::npos);
}

TEST_CASE("[8.6/config] files of the conf.d folder replace keys and are named in complaints") {
    const Scratch scratch;
    REQUIRE(replace_file(scratch / "agent.yaml", std::string(minimal)).has_value());
    std::filesystem::create_directory(scratch / "agent.conf.d");
    REQUIRE(replace_file(scratch / "agent.conf.d/10-log.yaml", std::string("log: warning\n")).has_value());
    const auto config = load_config(scratch / "agent.yaml");
    REQUIRE(config.has_value());
    CHECK(config->log == LogLevel::warning);

    REQUIRE(replace_file(scratch / "agent.conf.d/20-more.yaml", std::string("\nlog: 7\n")).has_value());
    const auto wrong = load_config(scratch / "agent.yaml");
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().text.starts_with((scratch / "agent.conf.d/20-more.yaml") + ":2:6: log: "));
    CHECK_FALSE(load_config(scratch / "absent.yaml").has_value());
}

TEST_CASE("[8.3/flow-log] where flow logs go, how often and how much, and what is wrong with it") {
    const auto standard = parse(minimal);
    REQUIRE(standard.has_value());
    CHECK(standard->flow_log.directory == "/var/log/weft");
    CHECK(standard->flow_log.interval == 60);
    CHECK(standard->flow_log.format == LogFormat::text);
    const auto config =
        parse(std::string(minimal) +
              "flow-log: {directory: /x, interval: 5m, format: both, file-size: 4096, files: 2}\n");
    REQUIRE(config.has_value());
    CHECK(config->flow_log.directory == "/x");
    CHECK(config->flow_log.interval == 300);
    CHECK(config->flow_log.format == LogFormat::both);
    CHECK(config->flow_log.file_size == 4096);
    CHECK(config->flow_log.files == 2);
    CHECK(parse(std::string(minimal) + "flow-log: {interval: 90}\n")->flow_log.interval == 90);
    CHECK(complaint("flow-log: {interval: 0s}") ==
          "agent.yaml:4:22: interval: 1s to 60m was expected, not '0s'");
    CHECK(complaint("flow-log: {interval: 61m}").starts_with("agent.yaml:4:22: "));
    CHECK(complaint("flow-log: {interval: 1h}").starts_with("agent.yaml:4:22: "));
    CHECK(complaint("flow-log: {interval: 99999999999999999999m}").starts_with("agent.yaml:4:22: "));
    CHECK(complaint("flow-log: {directory: log}").starts_with("agent.yaml:4:23: "));
    CHECK(complaint("flow-log: {format: xml}").starts_with("agent.yaml:4:20: "));
    CHECK(complaint("flow-log: {file-size: 1}").starts_with("agent.yaml:4:23: "));
    CHECK(complaint("flow-log: {files: 0}").starts_with("agent.yaml:4:19: "));
    CHECK(complaint("flow-log: {colour: red}").starts_with("agent.yaml:4:12: "));
}

TEST_CASE("[8.3/metrics] metrics are served where agent.yaml says, and nowhere without a word") {
    CHECK(!parse(minimal)->metrics.listen.has_value());
    CHECK(!parse(minimal)->metrics.records);
    const auto config = parse(minimal + std::string{"metrics: {listen: '127.0.0.1:9101', records: true}\n"});
    REQUIRE(config.has_value());
    CHECK(config->metrics.listen == weft::Endpoint{*Address::parse("127.0.0.1"), 9101});
    CHECK(config->metrics.records);
    CHECK(complaint("metrics: {listen: localhost}") ==
          "agent.yaml:4:19: metrics.listen: ADDRESS:PORT or [ADDRESS]:PORT was expected, not 'localhost'");
    CHECK(complaint("metrics: {listen: '127.0.0.1:70000'}") ==
          "agent.yaml:4:19: metrics.listen: ADDRESS:PORT or [ADDRESS]:PORT was expected, not "
          "'127.0.0.1:70000'");
    CHECK(complaint("metrics: {records: maybe}") ==
          "agent.yaml:4:20: metrics.records: one of false, true was expected, not 'maybe'");
}

TEST_CASE("[8.4/config] how often usage is reported, and what is wrong with it") {
    CHECK(parse(minimal)->usage_interval == std::chrono::seconds{60});
    CHECK(parse(std::string(minimal) + "usage: {interval: 5m}\n")->usage_interval ==
          std::chrono::seconds{300});
    CHECK(complaint("usage: {interval: 61m}").starts_with("agent.yaml:4:19: "));
    CHECK(complaint("usage: {interval: often}").starts_with("agent.yaml:4:19: "));
    CHECK(complaint("usage: {every: 5s}").starts_with("agent.yaml:4:9: "));
}
