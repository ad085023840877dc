// SPDX-License-Identifier: Apache-2.0
// Named network namespaces coming and going: /run/netns, where `ip netns` keeps them. A namespace is mounted
// a moment after its name appears, of which nothing tells; so each change is told again a few times.
#pragma once

#include <string>

#include "weft/base/fd.h"
#include "weft/base/result.h"

namespace weft::agent {

class Namespaces {
public:
    [[nodiscard]] static Result<Namespaces> open(const std::string& directory = "/run/netns");

    [[nodiscard]] int watch_descriptor() const { return watch_.get(); }
    [[nodiscard]] int timer_descriptor() const { return timer_.get(); }
    // Reads what is there; true when devices that wait for a namespace should be tried.
    bool on_watch();
    bool on_timer();
    // on_timer() says once more, a second from now, that waiting devices should be tried.
    void try_again();

private:
    Namespaces(Fd watch, Fd timer, std::string directory)
        : watch_(std::move(watch)), timer_(std::move(timer)), directory_(std::move(directory)) {}
    void watch_directory();
    void arm();

    Fd watch_;
    Fd timer_;
    std::string directory_;
    bool watching_{false};
    int retries_{0};
    bool trying_again_{false};
};

}  // namespace weft::agent
