// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/period.h"

#include <chrono>
#include <cstdio>

namespace weft::cli {
namespace {

constexpr std::uint64_t second_us = 1000000;

// Whether the text is all of the pattern: '0' stands for any digit.
bool has_form(const std::string& text, std::string_view form) {
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) return false;
    return true;
}

unsigned digits(const std::string& text, std::size_t at, std::size_t count) {
    unsigned value = 0;
    for (std::size_t i = at; i < at + count; ++i) value = value * 10 + static_cast<unsigned>(text[i] - '0');
    return value;
}

}  // namespace

Result<std::uint64_t> parse_hour(const std::string& option, const std::string& text) {
    using namespace std::chrono;
    if (text.empty()) return std::uint64_t{0};
    const bool seconds = has_form(text, "0000-00-00T00:00:00Z");
    const bool minutes = seconds || has_form(text, "0000-00-00T00:00Z");
    const bool days = minutes || has_form(text, "0000-00-00");
    if (!days && !has_form(text, "0000-00"))
        return invalid(option,
                       "a time in UTC such as 2026-01-31T12:00Z, 2026-01-31 or 2026-01 was expected, not '" +
                           text + "'");
    const year_month_day date{year{static_cast<int>(digits(text, 0, 4))}, month{digits(text, 5, 2)},
                              day{days ? digits(text, 8, 2) : 1}};
    const unsigned hour = minutes ? digits(text, 11, 2) : 0;
    if (!date.ok() || hour > 23 || date.year() < year{1970})
        return invalid(option, "there is no such time: " + text);
    if ((minutes && digits(text, 14, 2) != 0) || (seconds && digits(text, 17, 2) != 0))
        return invalid(option, "a whole hour was expected, not '" + text + "'");
    const auto since = sys_days{date}.time_since_epoch();
    return (static_cast<std::uint64_t>(duration_cast<std::chrono::seconds>(since).count()) + hour * 3600ULL) *
           second_us;
}

}  // namespace weft::cli
