// SPDX-License-Identifier: Apache-2.0
// Lets doctest print a Result in a failed check.
#pragma once

#include <doctest/doctest.h>

#include "weft/base/result.h"

template <class T>
struct doctest::StringMaker<boost::system::result<T, weft::Error>> {
    static String convert(const boost::system::result<T, weft::Error>& result) {
        return result ? String{"success"} : String{result.error().message().c_str()};
    }
};
