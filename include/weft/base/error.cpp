// SPDX-License-Identifier: Apache-2.0
#include "weft/base/error.h"

#include <cstring>

namespace weft {

std::string_view to_string(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid: return "invalid";
        case ErrorCode::not_found: return "not_found";
        case ErrorCode::conflict: return "conflict";
        case ErrorCode::refused: return "refused";
        case ErrorCode::unreachable: return "unreachable";
        case ErrorCode::timeout: return "timeout";
        case ErrorCode::unsupported: return "unsupported";
        case ErrorCode::exhausted: return "exhausted";
        case ErrorCode::unknown: return "unknown";
        case ErrorCode::system: return "system";
        case ErrorCode::damaged: return "damaged";
        case ErrorCode::failed: return "failed";
    }
    return "error";
}

int exit_code(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid: return 2;
        case ErrorCode::not_found: return 3;
        case ErrorCode::conflict: return 4;
        case ErrorCode::refused: return 5;
        case ErrorCode::unreachable: return 6;
        case ErrorCode::timeout: return 7;
        default: return 1;
    }
}

std::string Error::message() const {
    std::string out{to_string(code)};
    out += ": ";
    if (!field.empty()) {
        out += field;
        out += ": ";
    }
    return out + text;
}

Error system_error(std::string_view operation, std::string_view object, int err) {
    std::string text{operation};
    if (!object.empty()) {
        text += ' ';
        text += object;
    }
    text += ": ";
    text += std::strerror(err);
    return {ErrorCode::system, std::move(text), {}, err};
}

void throw_exception_from_error(const Error& error, const boost::source_location& /*loc*/) {
    throw ErrorException(error);
}

}  // namespace weft
