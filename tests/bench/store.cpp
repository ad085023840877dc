// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "coordinator/store/sqlite_repository.h"
#include "tests/bench/bench.h"
#include "tests/bench/records.h"
#include "tests/bench/usage.h"
#include "weft/base/fd.h"

namespace weft::bench {

namespace {

constexpr std::ptrdiff_t concurrent_requests = 1000;

// What the disk alone can do: pages appended, each made durable.
double bare_fdatasync(const std::filesystem::path& file, double seconds) {
    const Fd fd{::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
    const std::array<char, 4096> page{};
    unsigned done = 0;
    const auto begin = Clock::now();
    for (; seconds_since(begin) < seconds; done++) {
        if (::write(fd.get(), page.data(), page.size()) < 0 || ::fdatasync(fd.get()) < 0) {
            throw std::system_error(errno, std::system_category(), file.string());
        }
    }
    return done / seconds_since(begin);
}

auto for_seconds(double seconds) {
    return [begin = Clock::now(), seconds] { return seconds_since(begin) < seconds; };
}

}  // namespace

void store(std::span<const std::string> arguments) {
    if (arguments.size() != 2) throw std::runtime_error("store FOLDER SECONDS");
    const std::filesystem::path folder = arguments[0];
    const double seconds = std::stod(arguments[1]);
    const double fdatasync = bare_fdatasync(folder / "fdatasync", seconds);
    auto repository = must(coordinator::SqliteRepository::open({.file = folder / "weft.db", .on_fatal = {}}));
    Records records(*repository);
    const double single = records.create(1, for_seconds(seconds));
    const double batched = records.create(concurrent_requests, for_seconds(seconds));
    const double usage = usage_reports(*repository, seconds);
    std::printf(R"({"fdatasync":%.0f,"single":%.0f,"batched":%.0f,"usage":%.0f})"
                "\n",
                fdatasync, single, batched, usage);
}

void fill(std::span<const std::string> arguments) {
    if (arguments.size() != 2) throw std::runtime_error("fill DATABASE COUNT");
    auto repository = must(coordinator::SqliteRepository::open({.file = arguments[0], .on_fatal = {}}));
    Records records(*repository);
    const double rate = records.create(concurrent_requests,
                                       [left = std::stoul(arguments[1])]() mutable { return left-- > 0; });
    std::printf(R"({"rate":%.0f})"
                "\n",
                rate);
}

}  // namespace weft::bench
