// SPDX-License-Identifier: Apache-2.0
#include "agent/instance_helper/driver.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "agent/instance_helper/execute.h"
#include "weft/base/log.h"

namespace weft::agent {
namespace {

namespace fs = std::filesystem;

// Whoever could change it would be root: who runs this, in the end.
Result<void> check_root_only(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return system_error("stat", path, errno);
    if (found.st_uid != 0 && found.st_uid != ::geteuid())
        return refused(path + " is owned by user " + std::to_string(found.st_uid) + ", not root");
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return refused(path + " can be changed by others than root");
    return {};
}

Result<std::string> find_driver(const DriverFolders& folders, const std::string& name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (name.empty() || !std::ranges::all_of(name, plain))
        return invalid("driver", "'" + name + "' is not the name of a driver");
    for (const auto& folder : folders.drivers) {
        const auto path = folder + '/' + name;
        std::error_code none;
        if (!fs::is_regular_file(path, none)) continue;
        WEFT_CHECK(check_root_only(folder));
        WEFT_CHECK(check_root_only(path));
        return path;
    }
    return not_found("driver " + name + " is not installed on this host");
}

// In the order of their names; no folder, no hooks.
Result<std::vector<std::string>> find_hooks(const std::string& folder) {
    std::vector<std::string> hooks;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none))
        if (entry.is_regular_file(none) && entry.path().filename().string().front() != '.')
            hooks.push_back(entry.path());
    if (!hooks.empty()) WEFT_CHECK(check_root_only(folder));
    for (const auto& hook : hooks) WEFT_CHECK(check_root_only(hook));
    std::ranges::sort(hooks);
    return hooks;
}

// "it failed (2): no such image": the last line that it wrote to standard error.
std::string complaint(const Executed& executed) {
    auto text = executed.errors;
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (const auto line = text.rfind('\n'); line != std::string::npos) text.erase(0, line + 1);
    return executed.how + (text.empty() ? "" : ": " + text.substr(0, 800));
}

Result<void> ask_hooks(const std::vector<std::string>& hooks, const std::string& when,
                       const DriverFolders& folders, const RunDriver& request) {
    for (const auto& hook : hooks) {
        WEFT_TRY(const auto executed, execute({hook, when, std::string(schema::to_string(request.verb))},
                                              request.document, folders.hook_time));
        if (!executed.how.empty())
            return refused("hook " + fs::path(hook).filename().string() + " " + complaint(executed));
    }
    return {};
}

Result<std::string> run(const DriverFolders& folders, const RunDriver& request) {
    WEFT_TRY(const auto driver, find_driver(folders, request.driver));
    std::vector<std::string> hooks;
    if (request.verb != DriverVerb::status) {
        WEFT_TRY(hooks, find_hooks(folders.hooks));
    }
    WEFT_CHECK(ask_hooks(hooks, "before", folders, request));
    WEFT_TRY(const auto executed, execute({driver, std::string(schema::to_string(request.verb))},
                                          request.document, folders.driver_time));
    if (!executed.how.empty())
        return Error{ErrorCode::failed, "driver " + request.driver + " " + complaint(executed), {}, 0};
    if (const auto after = ask_hooks(hooks, "after", folders, request); !after)
        log_warning("instance-helper", "{}", after.error().text);
    return executed.output;
}

}  // namespace

DriverRan run_driver(const DriverFolders& folders, const RunDriver& request) {
    auto output = run(folders, request);
    if (!output) return {output.error().text.substr(0, 1000), {}};
    return {{}, std::move(*output)};
}

}  // namespace weft::agent
