// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "coordinator/config/settings.h"

using namespace weft;
using coordinator::config::read_settings;
using coordinator::config::Settings;

namespace {

Result<Settings> settings_of(const std::string& text) {
    WEFT_TRY(const auto file, config::File::parse(text, "c.yaml"));
    return read_settings(file);
}

std::string complaints(const std::string& text) {
    const auto settings = settings_of(text);
    return settings ? "" : settings.error().text;
}

}  // namespace

TEST_CASE("[8.6/config] coordinator.yaml is read, what is left out has its default") {
    const auto settings = settings_of(
        "database: /d/weft.db\n"
        "listen: [192.0.2.250:7470, '[2001:db8::250]:7470']\n"
        "tls: {directory: /d/tls}\n"
        "principals:\n"
        "  - {uid: 1000, name: alice, role: customer}\n"
        "  - {name: ops, role: operator}\n"
        "log: {level: warning}\n");
    REQUIRE(settings.has_value());
    CHECK(settings->database == "/d/weft.db");
    CHECK(settings->socket == "/run/weft/coordinator.sock");
    CHECK(settings->tls_directory == "/d/tls");
    REQUIRE(settings->listen.size() == 2);
    CHECK(settings->listen[1].address == Address::parse("2001:db8::250").value());
    CHECK(settings->listen[1].port == 7470);
    CHECK(settings->log_level == LogLevel::warning);
    REQUIRE(settings->users.size() == 3);
    CHECK(settings->users[0].name == "alice");
    CHECK(!settings->users[1].uid.has_value());
    CHECK(settings->users[2].name == "root");  // always there
    CHECK(settings->users[2].role == coordinator::config::Role::op);
}

TEST_CASE("[8.6/config] everything wrong is reported at once, with line and column") {
    CHECK(complaints("databse: x\n"
                     "listen: [192.0.2.1, 192.0.2.1:99999]\n"
                     "principals:\n"
                     "  - {uid: many, name: a, role: king}\n"
                     "  - {uid: 0, name: a}\n"
                     "  - {uid: 0, name: b, role: operator}\n") ==
          "c.yaml:2:10: listen: ADDRESS:PORT or [ADDRESS]:PORT was expected, not '192.0.2.1'\n"
          "c.yaml:2:21: listen: ADDRESS:PORT or [ADDRESS]:PORT was expected, not '192.0.2.1:99999'\n"
          "c.yaml:4:11: principals[0].uid: a number 0..4294967294 was expected, not 'many'\n"
          "c.yaml:4:32: principals[0].role: one of operator, customer was expected, not 'king'\n"
          "c.yaml:5:20: principals: the name 'a' stands here twice\n"
          "c.yaml:5:5: principals: root is always an operator\n"
          "c.yaml:6:11: principals: the uid 0 stands here twice\n"
          "c.yaml:1:1: unknown key databse, expected one of database, listen, log, metrics, principals, "
          "socket, tls, usage");
}

TEST_CASE("[3.2/config] principals have groups; words that lists could not name are refused in their place") {
    const auto settings = settings_of(
        "principals:\n"
        "  - {uid: 1000, name: ann, groups: [web, db]}\n"
        "  - {name: bob, groups: web}\n"
        "  - {name: ops, role: operator}\n");
    REQUIRE(settings.has_value());
    CHECK(settings->users[0].groups == std::vector<std::string>{"web", "db"});
    CHECK(settings->users[1].groups == std::vector<std::string>{"web"});
    CHECK(settings->users[2].groups.empty());
    CHECK(
        complaints("principals:\n"
                   "  - {name: 'group:x', uid: 1}\n"
                   "  - {name: ann, groups: [ok, 'two words', {a: b}]}\n"
                   "  - {name: bob, groups: {a: b}}\n") ==
        "c.yaml:2:12: principals: a name of 1 to 255 bytes without blanks, commas and colons was expected, "
        "not 'group:x'\n"
        "c.yaml:3:43: principals[1].groups: a plain value was expected\n"
        "c.yaml:3:30: principals: a group of 1 to 255 bytes without blanks, commas and colons was expected, "
        "not 'two words'\n"
        "c.yaml:4:25: principals[2].groups: a list of plain values was expected");
}

TEST_CASE("[8.6/config] wrong types and broken YAML have their place too") {
    CHECK(complaints("tls: yes\n") == "c.yaml:1:6: tls: a mapping was expected");
    CHECK(complaints("principals: root\n") == "c.yaml:1:13: principals: a list of mappings was expected");
    CHECK(complaints("database: [a]\n") == "c.yaml:1:11: database: one plain value was expected");
    CHECK(complaints("- a\n") == "c.yaml:1:1: a mapping of keys was expected");
    CHECK(complaints("database: a\ndatabase: b\n") == "c.yaml:2:1: database is given twice");
    CHECK(complaints("a: [1\n").starts_with("c.yaml:"));
}

TEST_CASE(
    "[8.6/config] files of the .conf.d folder replace whole top-level keys, in the order of their names") {
    namespace fs = std::filesystem;
    std::string made = (fs::temp_directory_path() / "weft-config-XXXXXX").string();
    REQUIRE(mkdtemp(made.data()) != nullptr);
    const fs::path folder = made;
    fs::create_directories(folder / "c.conf.d");
    std::ofstream(folder / "c.yaml") << "database: /a\nsocket: /s\n";
    std::ofstream(folder / "c.conf.d/20-b.yaml") << "database: /c\n";
    std::ofstream(folder / "c.conf.d/10-a.yaml") << "database: /b\nextra: 1\n";
    std::ofstream(folder / "c.conf.d/README") << "not: read\n";
    const auto file = config::File::load((folder / "c.yaml").string());
    REQUIRE(file.has_value());
    auto root = file->root();
    CHECK(root.text("database") == "/c");
    CHECK(root.text("socket") == "/s");
    CHECK(file->finish().error().text == (folder / "c.conf.d/10-a.yaml").string() +
                                             ":2:1: unknown key extra, expected one of database, socket");
    const auto missing = config::File::load((folder / "none.yaml").string());
    CHECK(missing.error().text == (folder / "none.yaml").string() + ": cannot be read");
    fs::remove_all(folder);
}

TEST_CASE("[8.3/metrics] metrics are served where coordinator.yaml says, and nowhere without a word") {
    CHECK(!settings_of("{}")->metrics.has_value());
    CHECK(settings_of("metrics: {listen: '[::1]:9102'}")->metrics == Endpoint{*Address::parse("::1"), 9102});
    CHECK(complaints("metrics: {listen: 127.0.0.1}") ==
          "c.yaml:1:19: metrics.listen: ADDRESS:PORT or [ADDRESS]:PORT was expected, not '127.0.0.1'");
}

TEST_CASE("[8.4/config] how long usage is kept") {
    CHECK(settings_of("{}")->usage_days == 400);
    CHECK(settings_of("usage: {retention-days: 31}")->usage_days == 31);
    CHECK(complaints("usage: {retention-days: 0}") ==
          "c.yaml:1:25: usage.retention-days: a number 1..36500 was expected, not '0'");
}
