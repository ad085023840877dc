// SPDX-License-Identifier: Apache-2.0
// The one error type: what failed, on which object, in which field, and what was expected.
#pragma once

#include <boost/assert/source_location.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

// Classes of failure. The numbers travel in acknowledgements (wire/): appended, never reused.
enum class ErrorCode : std::uint16_t {
    invalid = 1,      // the request or input breaks a rule; `field` names the place
    not_found = 2,    // no such object
    conflict = 3,     // taken, in use, or changed meanwhile (generation)
    refused = 4,      // the principal may not do this
    unreachable = 5,  // the other side does not answer
    timeout = 6,      // not finished by the deadline; it may still finish
    unsupported = 7,  // understood, and not possible here
    exhausted = 8,    // a map, a pool, a queue or a quota is full
    unknown = 9,      // the outcome of a commit cannot be known (store failure)
    system = 10,      // a system call failed; `sys_errno` says how
    damaged = 11,     // stored or received bytes that cannot be what they claim
    failed = 12,      // an operation did not succeed and was undone; the text names the step
};

// The code's name as printed and matched by scripts, e.g. "not_found".
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

// The exit code of the CLI for a failure: 1 failed, 2 usage, 3 not found, 4 conflict, 5 refused,
// 6 unreachable, 7 timeout (design: CLI manners).
[[nodiscard]] int exit_code(ErrorCode code) noexcept;

struct Error {
    ErrorCode code{ErrorCode::system};
    std::string text;   // one sentence: what was wrong and what was expected
    std::string field;  // the offending field, attribute or file:line:column; empty when none
    int sys_errno{0};   // errno of the failed call, 0 when none

    // "invalid: addresses: 10.9.0.1 is not inside 10.1.2.0/24".
    [[nodiscard]] std::string message() const;
};

[[nodiscard]] inline Error invalid(std::string field, std::string text) {
    return {ErrorCode::invalid, std::move(text), std::move(field), 0};
}
[[nodiscard]] inline Error not_found(std::string text) {
    return {ErrorCode::not_found, std::move(text), {}, 0};
}
[[nodiscard]] inline Error conflict(std::string field, std::string text) {
    return {ErrorCode::conflict, std::move(text), std::move(field), 0};
}
[[nodiscard]] inline Error refused(std::string text) { return {ErrorCode::refused, std::move(text), {}, 0}; }
[[nodiscard]] inline Error damaged(std::string field, std::string text) {
    return {ErrorCode::damaged, std::move(text), std::move(field), 0};
}

// A failed system call: "OPERATION OBJECT: strerror(err)".
[[nodiscard]] Error system_error(std::string_view operation, std::string_view object, int err);

// Thrown by Result<T>::value() on an error: only where the process cannot go on.
struct ErrorException : std::runtime_error {
    explicit ErrorException(Error e) : std::runtime_error(e.message()), error(std::move(e)) {}
    Error error;
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& loc);

}  // namespace weft
