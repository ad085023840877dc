// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <sstream>

#include "coordinator/cli/output/csv.h"
#include "coordinator/cli/period.h"

using namespace weft;
using namespace weft::cli;

TEST_CASE("[8.4/period] whole hours in their forms") {
    constexpr std::uint64_t second = 1'000'000;
    CHECK(parse_hour("--from", "").value() == 0);
    // Of `date -u -d ... +%s`.
    CHECK(parse_hour("--from", "2026-01-31T12:00:00Z").value() == 1769860800 * second);
    CHECK(parse_hour("--from", "2026-01-31T12:00Z").value() == 1769860800 * second);
    CHECK(parse_hour("--from", "2026-01-31").value() == 1769817600 * second);
    CHECK(parse_hour("--from", "2026-02").value() == 1769904000 * second);
    CHECK(parse_hour("--from", "2024-02-29").value() == 1709164800 * second);
}

TEST_CASE("[8.4/period] everything else says what was expected") {
    for (const std::string text : {"yesterday", "2026", "2026-1-31", "2026-01-31 12:00Z", "2026-01-31T12:00",
                                   "2026-01-31T12:00:00+01:00", "2026-01-31T12:00Zz", "2026/01/31"}) {
        CAPTURE(text);
        const auto time = parse_hour("--to", text);
        REQUIRE(!time);
        CHECK(time.error().field == "--to");
        CHECK(time.error().text ==
              "a time in UTC such as 2026-01-31T12:00Z, 2026-01-31 or 2026-01 was expected, not '" + text +
                  "'");
    }
    for (const std::string text :
         {"2026-02-29", "2026-13", "2026-00-01", "2026-01-31T24:00Z", "1969-12-31"}) {
        CAPTURE(text);
        const auto time = parse_hour("--to", text);
        REQUIRE(!time);
        CHECK(time.error().text == "there is no such time: " + text);
    }
    for (const std::string text : {"2026-01-31T12:30Z", "2026-01-31T12:00:01Z"}) {
        CAPTURE(text);
        const auto time = parse_hour("--to", text);
        REQUIRE(!time);
        CHECK(time.error().text == "a whole hour was expected, not '" + text + "'");
    }
}

TEST_CASE("[8.4/csv] cells are quoted as RFC 4180 has it") {
    std::ostringstream out;
    print_csv_row(out, {"plain", "", "with, comma", "with \"quotes\"", "two\nlines"});
    CHECK(out.str() == "plain,,\"with, comma\",\"with \"\"quotes\"\"\",\"two\nlines\"\n");
}
