// SPDX-License-Identifier: Apache-2.0
// Loaded into a program with LD_PRELOAD: WEFT_FAILPOINT=before:N or after:N kills it with -9 before or after
// its Nth step. Steps are the calls by which something lasting or something told to others comes about:
// writing to a file at a position, cutting it, making it durable, sending to a socket.
#include <dlfcn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace {

struct Failpoint {
    bool after{false};
    long step{0};  // 0: never

    Failpoint() {
        const char* const variable = std::getenv("WEFT_FAILPOINT");
        const std::string text = variable == nullptr ? "" : variable;
        const auto colon = text.find(':');
        if (colon == std::string::npos) return;
        after = text.substr(0, colon) == "after";
        step = std::atol(text.c_str() + colon + 1);
    }
};

std::atomic<long> steps{0};

void die_at(long step, bool after) {
    static const Failpoint failpoint;
    if (step == failpoint.step && after == failpoint.after) ::kill(::getpid(), SIGKILL);
}

// Calls the library's own function of that name, as a step.
template <class Function, class... Arguments>
auto step(const char* name, Arguments... arguments) {
    auto* const real = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
    const long number = ++steps;
    die_at(number, false);
    const auto result = real(arguments...);
    die_at(number, true);
    return result;
}

}  // namespace

extern "C" {

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
    return step<ssize_t(int, const void*, size_t, off_t)>("pwrite", fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
    return step<ssize_t(int, const void*, size_t, off64_t)>("pwrite64", fd, bytes, size, at);
}
int ftruncate(int fd, off_t size) noexcept { return step<int(int, off_t)>("ftruncate", fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return step<int(int, off64_t)>("ftruncate64", fd, size); }
int fsync(int fd) { return step<int(int)>("fsync", fd); }
int fdatasync(int fd) { return step<int(int)>("fdatasync", fd); }
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    return step<ssize_t(int, const msghdr*, int)>("sendmsg", fd, message, flags);
}
}
