// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/namespaces.h"

#include <sys/inotify.h>
#include <sys/timerfd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace weft::agent {
namespace {

constexpr int retries = 6;
constexpr long first_retry_ns = 20'000'000;  // doubled each time: the last one is after 1.3 s
constexpr time_t directory_retry_s = 5;      // while the directory does not exist

}  // namespace

Result<Namespaces> Namespaces::open(const std::string& directory) {
    Fd watch{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    if (!watch) return system_error("inotify", directory, errno);
    Fd timer{::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
    if (!timer) return system_error("timerfd", directory, errno);
    Namespaces namespaces{std::move(watch), std::move(timer), directory};
    namespaces.watch_directory();
    namespaces.arm();
    return namespaces;
}

void Namespaces::watch_directory() {
    watching_ = ::inotify_add_watch(watch_.get(), directory_.c_str(),
                                    IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR) >= 0;
}

void Namespaces::arm() {
    itimerspec when{};
    if (!watching_)
        when.it_value.tv_sec = directory_retry_s;
    else if (retries_ > 0)
        when.it_value.tv_nsec = first_retry_ns << (retries - retries_);
    else if (trying_again_)
        when.it_value.tv_sec = 1;
    (void)::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

bool Namespaces::on_watch() {
    alignas(inotify_event) std::array<char, 4096> buffer{};
    bool any = false;
    for (;;) {
        const auto got = ::read(watch_.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        any = true;
        for (const char* at = buffer.data(); at < buffer.data() + got;) {
            const auto* event = reinterpret_cast<const inotify_event*>(at);
            if ((event->mask & IN_IGNORED) != 0) watching_ = false;
            at += sizeof(inotify_event) + event->len;
        }
    }
    if (any) retries_ = retries;
    arm();
    return any;
}

bool Namespaces::on_timer() {
    std::uint64_t expired = 0;
    if (::read(timer_.get(), &expired, sizeof(expired)) != sizeof(expired)) return false;
    const bool found = !watching_ && (watch_directory(), watching_);
    if (found) retries_ = retries;
    const bool retry = found || retries_ > 0 || trying_again_;
    trying_again_ = false;
    if (retries_ > 0) --retries_;
    arm();
    return retry;
}

void Namespaces::try_again() {
    if (trying_again_) return;
    trying_again_ = true;
    arm();
}

}  // namespace weft::agent
