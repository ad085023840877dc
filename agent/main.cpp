// SPDX-License-Identifier: Apache-2.0
// weft-agent: parses, constructs, connects, runs.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <iostream>

#include "agent/agent.h"
#include "agent/session/enroll.h"
#include "weft/base/version.h"

namespace {

using namespace weft;
namespace asio = boost::asio;

struct Options {
    std::string config{"/etc/weft/agent.yaml"};
    std::string token;
    bool check{false};
    bool detach{false};
};

int fail(const Error& error) {
    std::cerr << "weft-agent: " << error.message() << '\n';
    return exit_code(error.code);
}

asio::awaitable<Result<Id>> enroll_at(const agent::Config& config, std::string token) {
    const wire::TlsFiles authority_only{config.tls.authority, {}, {}};
    auto channel = co_await agent::connect_any(config.coordinators, authority_only);
    if (!channel) co_return channel.error();
    co_return co_await agent::enroll(std::move(*channel), std::move(token), config.tls);
}

int enroll(const agent::Config& config, const std::string& token) {
    asio::io_context context{1};
    auto enrolled = asio::co_spawn(context, enroll_at(config, token), asio::use_future);
    context.run();
    const auto host = enrolled.get();
    if (!host) return fail(host.error());
    std::cerr << "weft-agent: enrolled as " << to_string(*host) << ", " << config.tls.certificate << '\n';
    return 0;
}

int detach(const agent::Config& config) {
    if (const auto removed = agent::remove_datapath(config.datapath); !removed) return fail(removed.error());
    std::error_code none;
    std::filesystem::remove(agent::StateFile{config.state}.path(), none);
    return 0;
}

int run(const agent::Config& config) {
    const auto datapath = agent::open_datapath(config.datapath);
    if (!datapath) return fail(datapath.error());
    const SystemClock clock;
    agent::Agent agent{config, **datapath, clock};
    const auto ended = agent.run();
    return ended ? 0 : fail(ended.error());
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"Programs the packet path of this host as weft's coordinator says.", "weft-agent"};
    app.set_version_flag("--version", "weft-agent " + std::string(version));
    app.add_option("--config", options.config, "Configuration file")->capture_default_str();
    auto* const check =
        app.add_flag("--check-config", options.check, "Check the configuration, do nothing else");
    auto* const token =
        app.add_option("--enroll", options.token,
                       "Get this host's certificate with a token of `weft host token`, then exit");
    auto* const detach_flag =
        app.add_flag("--detach", options.detach,
                     "Remove all programs, maps and devices of weft from this host, then exit");
    check->excludes(token)->excludes(detach_flag);
    token->excludes(detach_flag);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    const auto config = agent::load_config(options.config);
    if (!config) {
        std::cerr << config.error().text << '\n';
        return 2;
    }
    set_log_level(config->log);
    if (options.check) return 0;
    if (options.detach) return detach(*config);
    if (!options.token.empty()) return enroll(*config, options.token);
    return run(*config);
}
