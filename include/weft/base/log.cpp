// SPDX-License-Identifier: Apache-2.0
#include "weft/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace weft {
namespace {

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_color_mt("weft");
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%f %l %v");
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum spd(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::err;
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(spd(level)); }

void log_line(LogLevel level, std::string_view component, std::string_view text) {
    logger().log(spd(level), "{}: {}", component, text);
}

}  // namespace weft
