// SPDX-License-Identifier: Apache-2.0
// A few records and instances as they should be: the plain second implementation that histories of requests
// are compared with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "weft/base/error.h"

namespace weft::test {

struct Request {
    enum class Verb { create, describe, readdress, remove, attach, detach };
    Verb verb{Verb::create};
    std::string record;
    std::string address{};   // create, readdress
    std::string instance{};  // attach
    std::string mark{};  // create, describe, readdress: the description that it leaves, unique in the history

    friend bool operator==(const Request&, const Request&) = default;
};
[[nodiscard]] std::string to_string(const Request& request);

class CloudModel {
public:
    struct Record {
        std::string address;
        std::string mark;
        std::string instance;  // that it is attached to; empty: none

        friend bool operator==(const Record&, const Record&) = default;
    };
    std::map<std::string, Record> records;  // by name

    // What a coordinator must say to it: nothing, and then it took effect, or why not, and then nothing
    // changed.
    std::optional<ErrorCode> apply(const Request& request);

    friend bool operator==(const CloudModel&, const CloudModel&) = default;
};
[[nodiscard]] std::string to_string(const CloudModel& model);

}  // namespace weft::test
