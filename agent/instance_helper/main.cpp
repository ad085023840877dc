// SPDX-License-Identifier: Apache-2.0
// weft-instance-helper: runs instances' drivers and hooks for weft-agent, which may not.
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "agent/device_helper/server.h"
#include "agent/instance_helper/driver.h"
#include "weft/base/log.h"
#include "weft/base/version.h"
#include "weft/wire/codec.h"

namespace {

using namespace weft::agent;

constexpr unsigned most_children = 16;

void on_child(int) {}

// As installed: PREFIX/bin/weft-instance-helper, PREFIX/lib/weft/instance.d.
std::string installed_drivers() {
    std::error_code none;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
    return program.parent_path().parent_path() / "lib/weft/instance.d";
}

void serve(const HelperServer::Request& request, const DriverFolders& folders) {
    DriverRan ran;
    auto asked = request.frame.type == static_cast<std::uint16_t>(InstanceCommand::run)
                     ? weft::wire::decode<RunDriver>(request.frame.payload)
                     : weft::invalid("type", "no such request: " + std::to_string(request.frame.type));
    if (asked)
        ran = run_driver(folders, *asked);
    else
        ran.error = asked.error().message().substr(0, 1000);
    if (!ran.error.empty()) weft::log_warning("instance-helper", "{}", ran.error);
    weft::wire::Frame answered;
    answered.type = static_cast<std::uint16_t>(InstanceCommand::ran);
    answered.sequence = request.frame.sequence;
    if (auto payload = weft::wire::encode(ran)) answered.payload = std::move(*payload);
    answer(request.connection, answered);
}

// Each request in a process of its own: one that takes its time holds up nobody.
[[noreturn]] void run(HelperServer& server, const DriverFolders& folders) {
    unsigned children = 0;
    for (;;) {
        const auto request = server.next();
        while (children > 0 && ::waitpid(-1, nullptr, children < most_children ? WNOHANG : 0) > 0) --children;
        if (!request) continue;
        const pid_t child = ::fork();
        if (child == 0) {
            (void)std::signal(SIGCHLD, SIG_DFL);
            serve(*request, folders);
            ::_exit(0);
        }
        if (child > 0)
            ++children;
        else
            weft::log_error("instance-helper", "no process for a request");
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string socket{"/run/weft/instance-helper.sock"};
    uid_t user = 0;
    DriverFolders folders;
    folders.drivers = {"/etc/weft/instance.d", installed_drivers()};
    folders.hooks = "/etc/weft/hooks.d";
    CLI::App app{"Runs the drivers and hooks of instances for weft-agent.", "weft-instance-helper"};
    app.set_version_flag("--version", "weft-instance-helper " + std::string(weft::version));
    app.add_option("--socket", socket, "Where the agent asks")->capture_default_str();
    app.add_option("--uid", user, "The agent's user; root may always ask")->capture_default_str();
    app.add_option("--drivers", folders.drivers, "Folders of drivers")->capture_default_str();
    app.add_option("--hooks", folders.hooks, "Folder of hooks")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    // Only so that the end of one interrupts the waiting for the next request.
    struct sigaction action {};
    action.sa_handler = on_child;
    (void)::sigaction(SIGCHLD, &action, nullptr);
    auto server = HelperServer::open(socket, user);
    if (!server) {
        std::cerr << "weft-instance-helper: " << server.error().message() << '\n';
        return 1;
    }
    sd_notify(0, "READY=1");
    run(*server, folders);
}
