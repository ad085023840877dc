// SPDX-License-Identifier: Apache-2.0
// The agent needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, as its unit gives it, and nothing else of root.
#include <doctest/doctest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "agent/reconcile/reconciler.h"
#include "tests/datapath/sandbox.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Sandbox;

namespace {

bool keep_only(std::initializer_list<unsigned> capabilities) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    for (const auto capability : capabilities)
        data[capability / 32].effective = data[capability / 32].permitted |= 1U << (capability % 32);
    return ::syscall(SYS_capset, &header, data.data()) == 0;
}

// Loads, attaches, installs and reads back; what went wrong, or nothing.
std::string work(const Sandbox& sandbox) {
    auto datapath = open_datapath(sandbox.config({{"up0", UplinkMode::xdp}}));
    if (!datapath) return datapath.error().message();
    Reconciler reconciler{**datapath};
    if (const auto adopted = reconciler.adopt(); !adopted) return adopted.error().message();
    schema::Port port;
    port.attachment = {Kind::attachment, 5};
    port.record = {Kind::record, 7};
    port.gni = 42;
    port.device = "inst0";
    port.addresses = {*Address::parse("10.1.2.30")};
    port.tag = 7;
    DesiredSet desired;
    desired.put(schema::Tag{42, 7, {}});
    desired.put(port);
    const auto outcome = reconciler.snapshot(desired, {1, 2, 3, 4});
    if (!outcome.failed.empty()) return outcome.failed[0].reason;
    if (!outcome.waiting.empty()) return outcome.waiting[0].reason;
    const auto report = (*datapath)->report();
    if (!report.problems.empty()) return report.problems[0];
    if ((*datapath)->counters()->size() != 1 || !(*datapath)->drops()) return "counters cannot be read";
    return {};
}

}  // namespace

TEST_CASE("[8.6/hardened] three capabilities are enough, on a fresh host and to take over") {
    const Sandbox sandbox;
    sandbox.add_veth("up0");
    sandbox.add_veth("inst0");
    for (int start = 0; start < 2; ++start) {
        const auto child = ::fork();
        if (child == 0) {
            std::string problem = "capset";
            if (keep_only({CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON})) problem = work(sandbox);
            std::fputs(problem.c_str(), stderr);
            ::_exit(problem.empty() ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
}
