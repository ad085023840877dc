// SPDX-License-Identifier: Apache-2.0
// Logging to stderr (journald takes it from there): one line an event, "<component>: <text>".
#pragma once

#include <fmt/core.h>

#include <string_view>

namespace weft {

enum class LogLevel { debug, info, warning, error };

// Lines below `level` are not printed. Default: info. Thread-safe.
void set_log_level(LogLevel level);
void log_line(LogLevel level, std::string_view component, std::string_view text);

template <class... Args>
void log_debug(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    log_line(LogLevel::debug, component, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_info(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    log_line(LogLevel::info, component, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    log_line(LogLevel::warning, component, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_error(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    log_line(LogLevel::error, component, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace weft
