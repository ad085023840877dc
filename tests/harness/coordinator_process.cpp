// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/coordinator_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "weft/base/fd.h"

namespace weft::test {

namespace {

constexpr std::chrono::seconds patience{30};

// A port of the loopback device that nobody has now.
std::uint16_t free_port() {
    const Fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd.get(), any, size) != 0 || ::getsockname(fd.get(), any, &size) != 0)
        throw std::runtime_error("no port of the loopback device is free");
    return ntohs(address.sin_port);
}

std::string beside_this(const std::string& name) {
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

}  // namespace

CoordinatorProcess::CoordinatorProcess() {
    settings_.listen.front().port = free_port();
    std::ofstream(scratch_ / "coordinator.yaml")
        << "database: " << settings_.database << "\nsocket: " << settings_.socket
        << "\nlisten: ['127.0.0.1:" << port() << "']\ntls:\n  directory: " << settings_.tls_directory
        << "\nprincipals:\n  - {uid: " << ::getuid() << ", name: root, role: operator}\n";
}

bool CoordinatorProcess::start(const std::string& failpoint) {
    kill();
    std::vector<std::string> variables{"WEFT_FAILPOINT=" + failpoint,
                                       "LD_PRELOAD=" + beside_this("libweft-failpoint.so")};
    if (failpoint.empty()) variables.clear();
    std::vector<char*> environment;
    for (auto& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string program = beside_this("weft-coordinator");
    std::string option = "--config";
    std::string config = scratch_ / "coordinator.yaml";
    char* const arguments[] = {program.data(), option.data(), config.data(), nullptr};
    const std::string log = scratch_ / "coordinator.log";
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int problem = posix_spawn(&pid_, program.c_str(), &files, nullptr, arguments, environment.data());
    posix_spawn_file_actions_destroy(&files);
    if (problem != 0) throw std::runtime_error("cannot start " + program);

    const auto end = std::chrono::steady_clock::now() + patience;
    while (!connect()) {
        if (ended()) return false;
        if (std::chrono::steady_clock::now() > end)
            throw std::runtime_error(program + " does not answer: " + log);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

bool CoordinatorProcess::ended(std::chrono::milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (pid_ > 0) {
        int status = 0;
        if (waitpid(pid_, &status, WNOHANG) == pid_)
            pid_ = -1;
        else if (std::chrono::steady_clock::now() >= end)
            return false;
        else
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

void CoordinatorProcess::kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

}  // namespace weft::test
