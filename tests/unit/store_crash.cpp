// SPDX-License-Identifier: Apache-2.0
// kill -9 at random times: nothing acknowledged is lost, nothing refused took effect.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>

#include "store_file.h"
#include "weft/base/fd.h"

using namespace weft;
using namespace weft::coordinator;
using namespace weft::test;

namespace {

struct Report {
    std::uint64_t id;
    std::uint64_t revision;  // 0: refused
};

// Creates objects from `first` on without end; all odd ones claim one key, so that all but the first of them
// are refused. Reports each answer.
[[noreturn]] void write_without_end(const std::string& file, std::uint64_t first, int out) {
    auto store = SqliteRepository::open({file, nullptr, {}, {}}).value();
    std::atomic<int> queued{0};
    for (std::uint64_t value = first;; ++value) {
        while (queued > 64) std::this_thread::yield();
        ++queued;
        auto transaction = creating({Kind::record, value}, std::to_string(value));
        const auto key = value % 2 == 1 ? std::string("same") : std::to_string(value);
        transaction.claims_added.push_back({ClaimKind::address, "s", key, {Kind::record, value}});
        store->commit(std::move(transaction), [&queued, value, out](const Result<Revision>& result) {
            const Report report{value, result ? *result : 0};
            if (write(out, &report, sizeof(report)) != sizeof(report)) _exit(1);
            --queued;
        });
    }
}

// Reads until there are `enough`, or the writer is gone.
void read_reports(int in, std::size_t enough, std::vector<Report>& reports) {
    Report report{};
    while (reports.size() < enough && read(in, &report, sizeof(report)) == sizeof(report))
        reports.push_back(report);
}

}  // namespace

TEST_CASE("[8.2/kill] what was acknowledged before kill -9 is there, what was refused is not") {
    const char* wanted = std::getenv("WEFT_CRASH_ROUNDS");
    const int rounds = wanted == nullptr ? 20 : std::atoi(wanted);
    std::mt19937_64 random{20261121};
    StoreFile file;
    std::map<std::uint64_t, std::uint64_t> acknowledged;
    std::vector<std::uint64_t> refused;
    std::uint64_t first = 1;
    for (int round = 0; round < rounds; ++round) {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        Fd in{ends[0]};
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) write_without_end(file.path(), first, ends[1]);
        close(ends[1]);
        std::vector<Report> reports;
        read_reports(in.get(), 1 + random() % 600, reports);
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        CHECK(WIFSIGNALED(status));
        read_reports(in.get(), SIZE_MAX, reports);  // answered before it died, not yet read
        REQUIRE(!reports.empty());
        for (const auto& report : reports) {
            if (report.revision != 0)
                acknowledged[report.id] = report.revision;
            else
                refused.push_back(report.id);
        }
        const auto store = file.open();
        const auto objects = stored(*store);
        for (const auto& entry : acknowledged) {
            const auto id = entry.first;
            CAPTURE(id);
            const auto at = objects.find({Kind::record, id});
            REQUIRE(at != objects.end());
            CHECK(at->second.second == std::to_string(id));
        }
        for (const auto id : refused) REQUIRE(objects.count({Kind::record, id}) == 0);
        first = std::max(first, objects.rbegin()->first.value + 1);
    }
    CHECK(!acknowledged.empty());
    CHECK(!refused.empty());
}
