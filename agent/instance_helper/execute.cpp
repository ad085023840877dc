// SPDX-License-Identifier: Apache-2.0
#include "agent/instance_helper/execute.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "weft/base/fd.h"

namespace weft::agent {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t most = 48U << 10;

struct Pipe {
    Fd read;
    Fd write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", "", errno);
    (void)::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return Pipe{Fd{ends[0]}, Fd{ends[1]}};
}

Result<Fd> input_file(const std::string& text) {
    Fd file{::memfd_create("document", MFD_CLOEXEC)};
    if (!file) return system_error("memfd", "", errno);
    for (std::size_t at = 0; at < text.size();) {
        const auto wrote = ::write(file.get(), text.data() + at, text.size() - at);
        if (wrote < 0) return system_error("write", "document", errno);
        at += static_cast<std::size_t>(wrote);
    }
    (void)::lseek(file.get(), 0, SEEK_SET);
    return file;
}

// What is there now; more than is kept is thrown away. False: the other end is closed.
bool drain(const Fd& pipe, std::string& into) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto got = ::read(pipe.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 && errno == EAGAIN;
        const auto room = most - into.size();
        into.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
    }
}

// Only what may be done between fork and exec.
[[noreturn]] void become(char* const* command, int input, int output, int errors) {
    static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    static char language[] = "LANG=C.UTF-8";
    char* const environment[] = {path, language, nullptr};
    (void)::setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(errors, 2) < 0) ::_exit(126);
    ::execve(command[0], command, environment);
    ::_exit(127);
}

std::string how_it_ended(int status) {
    if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
    const int code = WEXITSTATUS(status);
    if (code == 127) return "cannot be run";
    return code == 0 ? std::string{} : "failed (" + std::to_string(code) + ")";
}

}  // namespace

Result<Executed> execute(const std::vector<std::string>& command, const std::string& input,
                         std::chrono::milliseconds time) {
    WEFT_TRY(const auto document, input_file(input));
    WEFT_TRY(auto output, make_pipe());
    WEFT_TRY(auto errors, make_pipe());
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) return system_error("fork", command.front(), errno);
    if (child == 0) become(words.data(), document.get(), output.write.get(), errors.write.get());
    (void)::setpgid(child, child);  // whoever of the two comes first
    output.write = {};
    errors.write = {};
    const Fd process{static_cast<int>(::syscall(SYS_pidfd_open, child, 0))};

    Executed out;
    const auto deadline = steady_clock::now() + time;
    bool late = false;
    for (bool ended = false; !ended;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
        std::array<pollfd, 3> watched{
            pollfd{process.get(), POLLIN, 0}, {output.read.get(), POLLIN, 0}, {errors.read.get(), POLLIN, 0}};
        const int ready =
            ::poll(watched.data(), watched.size(), static_cast<int>(std::max<long>(left.count(), 0)));
        if (ready == 0 || left.count() <= 0) {
            late = true;
            break;
        }
        ended = (watched[0].revents & POLLIN) != 0;
        if (output.read && !drain(output.read, out.output)) output.read = {};
        if (errors.read && !drain(errors.read, out.errors)) errors.read = {};
    }
    if (late) (void)::kill(-child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (output.read) (void)drain(output.read, out.output);
    if (errors.read) (void)drain(errors.read, out.errors);
    out.how = late ? "was killed after " + std::to_string(time.count()) + " ms" : how_it_ended(status);
    return out;
}

}  // namespace weft::agent
