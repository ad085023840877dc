// SPDX-License-Identifier: Apache-2.0
// What flow logs write: the documented format, files within their bounds, and the state that is read back.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <filesystem>

#include "agent/flow_log/entry.h"
#include "agent/flow_log/files.h"
#include "agent/flow_log/state.h"
#include "agent/reconcile/bytes.h"
#include "tests/harness/scratch.h"
#include "weft/abi/counter.h"
#include "weft/abi/flow.h"
#include "weft/base/file.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Scratch;

namespace {

LogEntry example() {
    LogEntry entry;
    entry.account = "123456789010";
    entry.interface = "eni-1235b8ca123456789";
    entry.source = *Address::parse("172.31.16.139");
    entry.destination = *Address::parse("172.31.16.21");
    entry.source_port = 20641;
    entry.destination_port = 22;
    entry.protocol = 6;
    entry.packets = 20;
    entry.bytes = 4249;
    entry.start = 1418530010;
    entry.end = 1418530070;
    return entry;
}

weft_flow_key key(std::uint64_t record) {
    weft_flow_key out{};
    out.record = record;
    out.local_port = htons(1000);
    out.protocol = 17;
    return out;
}

}  // namespace

TEST_CASE("[8.3/flow-log] lines are those of VPC flow logs, version 2") {
    auto entry = example();
    CHECK(log_line(entry) ==
          "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 "
          "1418530070 "
          "ACCEPT OK\n");
    entry.action = LogAction::reject;
    entry.source = *Address::parse("2001:db8:1234:a100:8d6e:3477:df66:f105");
    CHECK(log_line(entry) ==
          "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 172.31.16.21 20641 22 "
          "6 20 "
          "4249 1418530010 1418530070 REJECT OK\n");
    entry = {};
    entry.account = "123456789010";
    entry.interface = "eni-1235b8ca123456789";
    entry.start = 1431280876;
    entry.end = 1431280934;
    entry.status = LogStatus::no_data;
    CHECK(log_line(entry) ==
          "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA\n");
    entry.status = LogStatus::skip_data;
    CHECK(log_line(entry) ==
          "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - SKIPDATA\n");
}

TEST_CASE("[8.3/flow-log] an account is one word, or - when there is none") {
    auto entry = example();
    entry.account = "";
    CHECK(log_line(entry).starts_with("2 - eni-"));
    entry.account = "Sales & Co\nx";
    CHECK(log_line(entry).starts_with("2 Sales_&_Co_x eni-"));
}

TEST_CASE("[8.3/flow-log] JSON has the same fields by name") {
    CHECK(
        log_json(example()) ==
        R"({"version":2,"account-id":"123456789010","interface-id":"eni-1235b8ca123456789",)"
        R"("srcaddr":"172.31.16.139","dstaddr":"172.31.16.21","srcport":20641,"dstport":22,"protocol":6,)"
        R"("packets":20,"bytes":4249,"start":1418530010,"end":1418530070,"action":"ACCEPT","log-status":"OK"})"
        "\n");
    auto entry = example();
    entry.status = LogStatus::no_data;
    entry.account = "a \"b\"";
    CHECK(log_json(entry) == R"({"version":2,"account-id":"a \"b\"","interface-id":"eni-1235b8ca123456789",)"
                             R"("start":1418530010,"end":1418530070,"log-status":"NODATA"})"
                             "\n");
}

TEST_CASE("[8.3/flow-log] the files never take more than their share, and the oldest go") {
    Scratch scratch;
    const auto path = scratch / "flows.log";
    LogFile file{path, 100, 3};
    for (int i = 0; i < 40; ++i)
        REQUIRE(file.append(std::string(29, static_cast<char>('a' + i % 26)) + '\n').has_value());
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(scratch / "")) {
        ++files;
        CHECK(entry.file_size() <= 100);
    }
    CHECK(files == 3);
    CHECK(read_text(path)->back() == '\n');
    const auto much = file.append(std::string(60, 'x') + '\n' + std::string(60, 'y') + '\n');
    REQUIRE_FALSE(much.has_value());
    CHECK(much.error().code == ErrorCode::exhausted);
    CHECK(read_text(path)->ends_with('\n' + std::string(60, 'x') + '\n'));
    CHECK(read_text(path)->find('y') == std::string::npos);
}

TEST_CASE("[8.3/flow-log] the state on disk is read back as it was, and nothing else is taken for one") {
    LogState state;
    state.boot = "b-1";
    state.records[7] = {"an account", schema::FlowLog::rejected, 3};
    state.records[8] = {"", schema::FlowLog::all, 0};
    state.flows.restore(to_bytes(key(7)), {{1, 2}, {3, 4}});
    state.rejects.restore(to_bytes(weft_reject_key{key(8), WEFT_TX, 0}), {{5, 0}, {6, 0}});
    const auto text = to_text(state);
    const auto read = parse_log_state(text);
    REQUIRE(read.has_value());
    CHECK(read->boot == state.boot);
    CHECK(read->records == state.records);
    CHECK(to_text(*read) == text);
    for (std::size_t cut = 0; cut < text.size(); ++cut)
        CHECK_FALSE(parse_log_state(text.substr(0, cut)).has_value());
    CHECK(rc::check("noise", [&text](std::string noise, std::size_t at) {
        auto mixed = text;
        mixed.insert(at % mixed.size(), noise);
        (void)parse_log_state(mixed);
    }));
    CHECK(parse_log_mark(to_text(LogMark{5, true})).value() == LogMark{5, true});
    CHECK_FALSE(parse_log_mark("begin x clean 1").has_value());
}
