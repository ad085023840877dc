// SPDX-License-Identifier: Apache-2.0
// weft-device-helper: puts veth ends into named network namespaces, for hosts of containers and for labs.
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "agent/device_helper/server.h"
#include "weft/base/version.h"

int main(int argc, char** argv) {
    std::string socket{"/run/weft/helper.sock"};
    uid_t user = 0;
    CLI::App app{"Puts network devices into containers' namespaces for weft-agent.", "weft-device-helper"};
    app.set_version_flag("--version", "weft-device-helper " + std::string(weft::version));
    app.add_option("--socket", socket, "Where the agent asks")->capture_default_str();
    app.add_option("--uid", user, "The agent's user; root may always ask")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    auto server = weft::agent::HelperServer::open(socket, user);
    if (!server) {
        std::cerr << "weft-device-helper: " << server.error().message() << '\n';
        return 1;
    }
    sd_notify(0, "READY=1");
    for (;;)
        if (const auto request = server->next())
            weft::agent::answer(request->connection, weft::agent::handle(request->frame));
}
