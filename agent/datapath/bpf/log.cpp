// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/log.h"

#include <bpf/libbpf.h>

#include <array>
#include <cstdio>

namespace weft::agent::bpf {
namespace {

constexpr std::size_t most_kept = 16384;  // the end of a verifier's log is what explains it

std::string& kept() {
    static std::string text;
    return text;
}

int keep(libbpf_print_level level, const char* format, va_list arguments) {
    if (level == LIBBPF_DEBUG) return 0;
    va_list again;
    va_copy(again, arguments);
    const int size = std::vsnprintf(nullptr, 0, format, arguments);
    std::string line(static_cast<std::size_t>(size > 0 ? size : 0) + 1, '\0');
    std::vsnprintf(line.data(), line.size(), format, again);
    va_end(again);
    line.pop_back();
    kept() += line;
    return size;
}

}  // namespace

Log::Log() {
    kept().clear();
    libbpf_set_print(keep);
}

Log::~Log() { libbpf_set_print(nullptr); }

Error Log::error(std::string_view operation, std::string_view object, int err) const {
    auto out = system_error(operation, object, err);
    const auto& text = kept();
    if (!text.empty())
        out.text += '\n' + (text.size() > most_kept ? text.substr(text.size() - most_kept) : text);
    return out;
}

}  // namespace weft::agent::bpf
