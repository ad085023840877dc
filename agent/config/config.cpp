// SPDX-License-Identifier: Apache-2.0
#include "agent/config/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "weft/abi/framework.h"
#include "weft/config/yaml_config.h"
#include "weft/metrics/settings.h"

namespace weft::agent {
namespace {

using config::Scalar;
using config::Section;

constexpr std::size_t longest_device = 15;   // IFNAMSIZ less its NUL
constexpr std::size_t longest_socket = 107;  // sockaddr_un less its NUL
constexpr std::uint64_t most_entries = 1U << 26;
constexpr std::uint64_t most_seconds = 0xfffffffe;  // of a lease; one more would be for ever (RFC 2131, 3.3)

constexpr std::uint64_t longest_interval = 3600;      // seconds
constexpr std::uint64_t most_log_bytes = 1ULL << 36;  // of a file
constexpr std::uint64_t longest_timeout = 10 * 24 * 3600;

constexpr std::array sized_maps = {
    "peer",         "underlay", "route",     "mapping",      "mapping_prefix", "source",   "source_prefix",
    "any_source",   "counter",  "local",     "local_prefix", "station",        "port",     "policy",
    "rule_address", "rule_tag", "rule_port", "flow",         "quota",          "flow_use", "fragment",
    "record_drop",  "event",    "reject",    "rate",         "rate_state"};

// Keys of `flows` that are seconds.
constexpr std::pair<const char*, std::uint32_t weft_flow_timeouts::*> timeouts[] = {
    {"tcp-opening", &weft_flow_timeouts::tcp_opening},
    {"tcp-established", &weft_flow_timeouts::tcp_established},
    {"tcp-closing", &weft_flow_timeouts::tcp_closing},
    {"tcp-closed", &weft_flow_timeouts::tcp_closed},
    {"udp-single", &weft_flow_timeouts::udp_single},
    {"udp-stream", &weft_flow_timeouts::udp_stream},
    {"icmp", &weft_flow_timeouts::icmp},
    {"other", &weft_flow_timeouts::other},
};

std::string expected(std::string_view key, std::string_view what, const std::string& got) {
    return std::string(key) + ": " + std::string(what) + " was expected, not '" + got + "'";
}

// "192.0.2.250:7470", "[2001:db8::1]:7470" or "coordinator.example:7470".
bool parse_endpoint(const std::string& text, Endpoint& endpoint) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return false;
    auto host = text.substr(0, colon);
    if (host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string::npos)
        return false;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, endpoint.port);
    endpoint.host = std::move(host);
    return error == std::errc{} && stop == end && endpoint.port != 0 && !endpoint.host.empty();
}

std::vector<Endpoint> read_coordinators(Section& root) {
    std::vector<Endpoint> endpoints;
    for (const auto& item : root.list("coordinator", 1)) {
        Endpoint endpoint;
        if (parse_endpoint(item.text, endpoint))
            endpoints.push_back(std::move(endpoint));
        else
            root.complain(item, expected("coordinator", "ADDRESS:PORT", item.text));
    }
    return endpoints;
}

wire::TlsFiles read_tls(Section tls) {
    const auto directory = tls.text("directory", "/etc/weft/tls");
    return {directory + "/ca.pem", directory + "/host.pem", directory + "/host.key"};
}

std::vector<Uplink> read_uplinks(Section& root) {
    static const std::vector<std::string_view> modes{"auto", "xdp", "xdp-generic", "tc"};
    std::vector<Uplink> uplinks;
    for (auto& entry : root.sections("uplinks", 1)) {
        const auto device = entry.text("device");
        if (device.size() > longest_device)
            entry.complain("device", expected("device", "a name of 1..15 characters", device));
        else if (std::ranges::any_of(uplinks, [&](const Uplink& u) { return u.device == device; }))
            entry.complain("device", "device: " + device + " is given twice");
        uplinks.push_back({device, static_cast<UplinkMode>(entry.choice("mode", modes, 0))});
    }
    return uplinks;
}

// As installed: PREFIX/bin/weft-agent, PREFIX/lib/weft/bpf.
std::string installed_objects() {
    std::error_code none;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
    return program.parent_path().parent_path() / "lib/weft/bpf";
}

void read_bpf(Section bpf, DatapathConfig& datapath) {
    datapath.pin = bpf.text("pin", datapath.pin);
    datapath.objects = bpf.text("objects", installed_objects());
    auto sizes = bpf.section("sizes");
    for (const char* name : sized_maps)
        if (const auto entries = sizes.number(name, 0, 1, most_entries); entries != 0)
            datapath.sizes.emplace(name, static_cast<std::uint32_t>(entries));
}

FlowLimits read_flows(Section flows) {
    FlowLimits limits;
    limits.most = static_cast<std::uint32_t>(flows.number("most", limits.most, least_flows, most_entries));
    for (const auto& [name, timeout] : timeouts)
        limits.timeouts.*timeout =
            static_cast<std::uint32_t>(flows.number(name, limits.timeouts.*timeout, 1, longest_timeout));
    return limits;
}

// "60", "60s" or "1m"; 0: it is none of them.
std::uint64_t seconds_of(std::string text) {
    const std::uint64_t unit = text.ends_with('m') ? 60 : 1;
    if (text.ends_with('m') || text.ends_with('s')) text.pop_back();
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? number * unit : 0;
}

FlowLogSettings read_flow_log(Section log) {
    static const std::vector<std::string_view> formats{"text", "json", "both"};
    FlowLogSettings settings;
    settings.directory = log.text("directory", settings.directory);
    if (!settings.directory.starts_with('/'))
        log.complain("directory", expected("directory", "an absolute path", settings.directory));
    const auto interval = log.text("interval", std::to_string(settings.interval));
    settings.interval = static_cast<std::uint32_t>(std::min(seconds_of(interval), longest_interval + 1));
    if (settings.interval == 0 || settings.interval > longest_interval)
        log.complain("interval", expected("interval", "1s to 60m", interval));
    settings.format = static_cast<LogFormat>(log.choice("format", formats, 0));
    settings.file_size = log.number("file-size", settings.file_size, 1U << 12U, most_log_bytes);
    settings.files = static_cast<std::uint32_t>(log.number("files", settings.files, 1, 1000));
    return settings;
}

std::chrono::seconds read_usage(Section usage) {
    const auto interval = usage.text("interval", "60s");
    const auto seconds = seconds_of(interval);
    if (seconds == 0 || seconds > longest_interval)
        usage.complain("interval", expected("interval", "1s to 60m", interval));
    return std::chrono::seconds{seconds};
}

MetricsConfig read_metrics(Section section) {
    MetricsConfig config;
    config.listen = metrics::read_listen(section);
    config.records = section.choice("records", {"false", "true"}, 0) == 1;
    return config;
}

std::string read_socket(Section& root, std::string_view key, std::string fallback) {
    auto path = root.text(key, std::move(fallback));
    if (path.size() > longest_socket)
        root.complain(key, expected(key, "a path of at most 107 characters", path));
    return path;
}

std::vector<std::string> read_frameworks(Section& root) {
    std::vector<std::string> known;
#define WEFT_NAME(number, name, version, overhead4, overhead6) known.emplace_back(#name "/" #version);
    WEFT_FRAMEWORKS(WEFT_NAME)
#undef WEFT_NAME
    std::vector<std::string> frameworks;
    for (const auto& item : root.list("frameworks"))
        if (std::ranges::find(known, item.text) != known.end())
            frameworks.push_back(item.text);
        else
            root.complain(item, expected("frameworks", "a framework such as " + known.front(), item.text));
    return frameworks;
}

}  // namespace

Result<Config> read_config(const config::File& file) {
    static const std::vector<std::string_view> levels{"debug", "info", "warning", "error"};
    auto root = file.root();
    Config config;
    config.coordinators = read_coordinators(root);
    config.tls = read_tls(root.section("tls"));
    config.datapath.uplinks = read_uplinks(root);
    read_bpf(root.section("bpf"), config.datapath);
    config.datapath.helper = read_socket(root, "helper", "");
    config.instance_helper = read_socket(root, "instance-helper", "");
    config.socket = read_socket(root, "socket", "/run/weft/agent.sock");
    config.state = root.text("state", "/run/weft/agent");
    config.frameworks = read_frameworks(root);
    config.flows = read_flows(root.section("flows"));
    config.flow_log = read_flow_log(root.section("flow-log"));
    config.dhcp_lease =
        static_cast<std::uint32_t>(root.section("dhcp").number("lease", config.dhcp_lease, 60, most_seconds));
    config.usage_interval = read_usage(root.section("usage"));
    config.metrics = read_metrics(root.section("metrics"));
    config.log = static_cast<LogLevel>(root.choice("log", levels, 1));
    WEFT_CHECK(file.finish());
    return config;
}

Result<Config> load_config(const std::string& path) {
    WEFT_TRY(const auto file, config::File::load(path));
    return read_config(file);
}

}  // namespace weft::agent
