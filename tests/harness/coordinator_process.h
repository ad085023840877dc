// SPDX-License-Identifier: Apache-2.0
// The real weft-coordinator as a process of its own, that can be killed with -9: from outside, or by itself
// at a step of its work on files and sockets (failpoint.c).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "tests/harness/coordinator_site.h"

namespace weft::test {

class CoordinatorProcess : public CoordinatorSite {
public:
    // Writes the configuration; the programs are beside the test's own.
    CoordinatorProcess();
    ~CoordinatorProcess() { kill(); }

    // Starts it and waits until it answers clients. `failpoint`: "before:N" or "after:N", the step at which
    // it dies with SIGKILL; empty: at none. False: it died on the way. Throws ErrorException if it neither
    // answers nor dies.
    bool start(const std::string& failpoint = {});
    // SIGKILL; nothing if it has ended.
    void kill();
    // Waits until it has ended by itself; false after the deadline.
    [[nodiscard]] bool ended(std::chrono::milliseconds deadline = std::chrono::milliseconds{0});

private:
    pid_t pid_{-1};
};

}  // namespace weft::test
