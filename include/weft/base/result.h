// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. `if (!r) return r.error();` or WEFT_TRY.
#pragma once

#include <boost/system/result.hpp>
#include <utility>

#include "weft/base/error.h"

namespace weft {

template <class T = void>
using Result = boost::system::result<T, Error>;

}  // namespace weft

#define WEFT_CONCAT_(a, b) a##b
#define WEFT_CONCAT(a, b) WEFT_CONCAT_(a, b)

// WEFT_TRY(auto fd, open_map(path)): declares `fd` from the value, or returns the error.
#define WEFT_TRY(declaration, expression)                                                         \
    auto WEFT_CONCAT(weft_result_, __LINE__) = (expression);                                      \
    if (!WEFT_CONCAT(weft_result_, __LINE__)) return WEFT_CONCAT(weft_result_, __LINE__).error(); \
    declaration = std::move(*WEFT_CONCAT(weft_result_, __LINE__))

// WEFT_CHECK(write_all(...)): returns the error of a Result<void>, else goes on.
#define WEFT_CHECK(expression)                                                           \
    do {                                                                                 \
        if (auto&& weft_check_ = (expression); !weft_check_) return weft_check_.error(); \
    } while (false)

// The same inside a coroutine.
#define WEFT_CO_TRY(declaration, expression)                                                         \
    auto WEFT_CONCAT(weft_result_, __LINE__) = (expression);                                         \
    if (!WEFT_CONCAT(weft_result_, __LINE__)) co_return WEFT_CONCAT(weft_result_, __LINE__).error(); \
    declaration = std::move(*WEFT_CONCAT(weft_result_, __LINE__))
