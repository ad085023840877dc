// SPDX-License-Identifier: Apache-2.0
// What judges histories finds each kind of fault.
#include <doctest/doctest.h>

#include "tests/harness/history.h"

using namespace weft::test;
using Verb = Request::Verb;
using Outcome = Event::Outcome;

namespace {

const Request create_a{Verb::create, "a", "10.1.2.3", {}, "1"};
const Request create_b{Verb::create, "b", "10.1.2.3", {}, "2"};  // the same address
const Request describe_a{Verb::describe, "a", {}, {}, "3"};
const Request attach_a{Verb::attach, "a", {}, "i1", {}};

Event accepted(const Request& request, std::uint64_t revision, std::uint64_t begun, std::uint64_t ended) {
    return {request, Outcome::accepted, true, revision, begun, ended};
}
Event refused(const Request& request) { return {request, Outcome::refused, false, 0, 1, 2}; }
Event unknown(const Request& request, std::uint64_t begun) {
    return {request, Outcome::unknown, false, 0, begun, begun + 100};
}

CloudModel with(std::string mark, std::string instance = {}) {
    CloudModel model;
    model.records["a"] = {"10.1.2.3", std::move(mark), std::move(instance)};
    return model;
}

bool lawful(const std::vector<Event>& events, const CloudModel& after) {
    return contradiction({}, events, after).empty();
}

}  // namespace

TEST_CASE("[8.2/history] what was acknowledged must be there, and nothing else") {
    CHECK(lawful({}, {}));
    CHECK(!lawful({}, with("1")));
    CHECK(lawful({accepted(create_a, 1, 1, 2)}, with("1")));
    CHECK(!lawful({accepted(create_a, 1, 1, 2)}, {}));
    CHECK(!lawful({accepted(create_a, 1, 1, 2)}, with("other")));
    CHECK(!lawful({accepted(create_a, 1, 1, 2)}, with("1", "i1")));
}

TEST_CASE("[8.2/history] what was refused must not be there") {
    CHECK(lawful({refused(create_a)}, {}));
    CHECK(!lawful({refused(create_a)}, with("1")));
}

TEST_CASE("[8.2/history] what nobody heard of may be there, once and not before it was asked for") {
    CHECK(lawful({unknown(create_a, 1)}, {}));
    CHECK(lawful({unknown(create_a, 1)}, with("1")));
    CHECK(lawful({unknown(create_a, 1), unknown(attach_a, 1)}, with("1", "i1")));
    CHECK(lawful({accepted(create_a, 1, 1, 2), unknown(describe_a, 3)}, with("3")));
    CHECK(!lawful({unknown(describe_a, 1)}, with("3")));
    // Changed again by one that began after it was answered.
    CHECK(!lawful({accepted(create_a, 1, 1, 2), accepted({Verb::describe, "a", {}, {}, "4"}, 2, 3, 4),
                   unknown(describe_a, 5)},
                  with("1")));
}

TEST_CASE("[8.2/history] changes that exclude one another are not both acknowledged") {
    CHECK(!lawful({accepted(create_a, 1, 1, 2), accepted(create_b, 2, 3, 4)}, with("1")));
    CHECK(!lawful({accepted(create_a, 1, 1, 2), accepted(attach_a, 2, 3, 4),
                   accepted({Verb::attach, "a", {}, "i2", {}}, 3, 5, 6)},
                  with("1", "i1")));
}

TEST_CASE("[8.2/history] revisions are different, and in the order of time") {
    CHECK(!lawful({accepted(create_a, 1, 1, 2), accepted(describe_a, 1, 3, 4)}, with("3")));
    CHECK(!lawful({accepted(create_a, 2, 1, 2), accepted(describe_a, 1, 3, 4)}, with("1")));
    // Begun before the other was answered: either order.
    CHECK(lawful({accepted(create_a, 1, 1, 5), accepted(describe_a, 2, 3, 4)}, with("3")));
}
