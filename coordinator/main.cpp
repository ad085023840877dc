// SPDX-License-Identifier: Apache-2.0
// weft-coordinator: keeps records and their attachments, brings hosts to what they must hold.
#include <getopt.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "coordinator/api/coordinator.h"
#include "weft/base/log.h"
#include "weft/base/version.h"

namespace {

namespace asio = boost::asio;
using namespace weft;
namespace api = weft::coordinator::api;

constexpr int exit_usage = 2;

constexpr const char* usage =
    "weft-coordinator [--config FILE] [--check-config] [--version]\n"
    "  --config FILE    default /etc/weft/coordinator.yaml\n"
    "  --check-config   check the file and do nothing else: exit 0 or 2\n";

struct Arguments {
    std::string config = "/etc/weft/coordinator.yaml";
    bool check_only{false};
};

// Ends the process when there is nothing to run.
Arguments parse(int argc, char** argv) {
    static const option options[] = {{"config", required_argument, nullptr, 'c'},
                                     {"check-config", no_argument, nullptr, 'k'},
                                     {"version", no_argument, nullptr, 'v'},
                                     {"help", no_argument, nullptr, 'h'},
                                     {nullptr, 0, nullptr, 0}};
    Arguments arguments;
    for (int choice = 0; (choice = getopt_long(argc, argv, "h", options, nullptr)) != -1;) {
        switch (choice) {
            case 'c': arguments.config = optarg; break;
            case 'k': arguments.check_only = true; break;
            case 'v': std::printf("weft-coordinator %s\n", std::string(version).c_str()); std::exit(0);
            case 'h': std::fputs(usage, stdout); std::exit(0);
            default: std::fputs(usage, stderr); std::exit(exit_usage);
        }
    }
    if (optind == argc) return arguments;
    std::fprintf(stderr, "unexpected argument '%s'\n%s", argv[optind], usage);
    std::exit(exit_usage);
}

Result<coordinator::config::Settings> read(const std::string& path) {
    WEFT_TRY(const auto file, config::File::load(path));
    return coordinator::config::read_settings(file);
}

// Pings systemd's watchdog from the thread that does the work.
asio::awaitable<void> feed_watchdog() {
    std::uint64_t period_us = 0;
    if (sd_watchdog_enabled(0, &period_us) <= 0) co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (;;) {
        sd_notify(0, "WATCHDOG=1");
        timer.expires_after(std::chrono::microseconds(period_us / 3));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

// A connection a host, and then some.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

[[noreturn]] void end_at_once(const Error& error) {
    log_error("store", "{}; ending, so that nothing more is acknowledged", error.message());
    ::_exit(EXIT_FAILURE);
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = parse(argc, argv);
    const auto settings = read(arguments.config);
    if (!settings) {
        std::fprintf(stderr, "%s\n", settings.error().text.c_str());
        return exit_usage;
    }
    if (arguments.check_only) return EXIT_SUCCESS;
    set_log_level(settings->log_level);
    raise_descriptor_limit();

    asio::io_context context(1);
    asio::signal_set signals(context, SIGTERM, SIGINT);
    const SystemClock clock;
    auto coordinator = api::Coordinator::start(context, *settings, clock, end_at_once);
    if (!coordinator) {
        std::fprintf(stderr, "weft-coordinator: %s\n", coordinator.error().message().c_str());
        return EXIT_FAILURE;
    }
    signals.async_wait([&](boost::system::error_code code, int) {
        if (code) return;
        sd_notify(0, "STOPPING=1");
        context.stop();
    });
    asio::co_spawn(context, feed_watchdog(), asio::detached);
    sd_notify(0, "READY=1");
    context.run();
    log_info("main", "ended by a signal");
    return EXIT_SUCCESS;
}
