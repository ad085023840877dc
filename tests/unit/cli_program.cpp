// SPDX-License-Identifier: Apache-2.0
// The command line as typed: exit codes, where messages go, and that nothing is asked before all is
// understood.
#include "coordinator/cli/program.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "coordinator/cli/completion.h"
#include "coordinator/cli/field_options.h"

using namespace weft;

namespace {

struct Outcome {
    int code;
    std::string out;
    std::string err;
};

// Every request would fail with exit code 6: the socket does not exist.
Outcome weft_(std::vector<std::string> words) {
    std::ostringstream out;
    std::ostringstream err;
    cli::Program program{out, err};
    words.insert(words.begin(), {"--socket", "/nonexistent/weft.sock"});
    const int code = program.run(std::move(words));
    return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("[8.1/exit] help and version are data, exit 0") {
    const auto help = weft_({"--help"});
    CHECK(help.code == 0);
    CHECK(help.out.find("Exit codes: 0 ok, 1 failed or differs, 2 usage, 3 not found") != std::string::npos);
    CHECK(help.err.empty());
    CHECK(weft_({"record", "attach", "--help"}).code == 0);
    CHECK(weft_({"version"}).out == "weft 0.1.0, protocols 1..1\n");
}

TEST_CASE("[8.1/exit] what is not understood is exit 2, with a message and no data") {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"recrod"},
        {"record"},
        {"record", "shw", "i1"},
        {"record", "show"},
        {"record", "show", "i1", "i2"},
        {"record", "create", "i1"},
        {"record", "create", "i1", "--subnet", "web", "--colour", "blue"},
        {"record", "create", "i1", "--subnet", "web", "--subnet", "back"},
        {"record", "create", "i1", "--subnet", "web", "--status", "broken"},
        {"record", "modify", "i1", "--subnet"},
        {"record", "modify", "i1", "--hosts", "h1"},
        {"partition", "create", "blue", "--cidr", "10.1.0.0/16"},
        {"subnet", "modify", "web", "--cidr", "10.1.0.0/16"},
        {"record", "attach", "i1"},
        {"record", "attach", "i1", "vm", "--wait", "long"},
        {"record", "attach", "i1", "vm", "--timeout", "-1"},
        {"record", "list", "-o", "xml"},
        {"--server", "127.0.0.1:7470", "record", "list"},
        {"apply"},
        {"attachment", "create"},
        {"operation", "modify", "op"},
    };
    for (const auto& words : wrong) {
        std::string typed;
        for (const auto& word : words) typed += word + ' ';
        CAPTURE(typed);
        const auto outcome = weft_(words);
        CHECK(outcome.code == 2);
        CHECK(outcome.out.empty());
        CHECK_FALSE(outcome.err.empty());
    }
}

TEST_CASE("[8.1/exit] a coordinator that is not there is exit 6, with what to check") {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"record", "list"},
                                                  {"record", "attach", "i1", "vm"},
                                                  {"status"},
                                                  {"export"}}) {
        const auto outcome = weft_(words);
        CHECK(outcome.code == 6);
        CHECK(outcome.out.empty());
        CHECK(outcome.err ==
              "weft: unreachable: /nonexistent/weft.sock: No such file or directory; check that the daemon "
              "runs "
              "and that /nonexistent/weft.sock is its socket (--socket, WEFT_SOCKET)\n");
    }
    CHECK(weft_({"monitor", "--agent", "/nonexistent/agent.sock"}).code == 6);
    CHECK(weft_({"counters", "--agent", "/nonexistent/agent.sock"}).code == 6);
}

TEST_CASE("[1.12/apply] a document with a wrong form is refused before anything is asked") {
    const auto missing = weft_({"apply", "-f", "/nonexistent/c.yaml"});
    CHECK(missing.code == 1);
    CHECK(missing.err == "weft: system: read /nonexistent/c.yaml: No such file or directory\n");
    CHECK(weft_({"diff", "-f", "/nonexistent/c.yaml"}).code == 2);
}

TEST_CASE(
    "[8.1/options] options come from the tables: one a field, repeatable for lists, by the item's name too") {
    const auto create = weft_({"record", "create", "--help"}).out;
    for (const auto& field : schema::fields_of(Kind::record)) {
        const bool wanted = field.client_may_set() && field.name != "name";
        CAPTURE(field.name);
        const auto option = "  --" + std::string(field.name);
        const bool offered =
            create.find(option + ' ') != std::string::npos || create.find(option + ',') != std::string::npos;
        CHECK(offered == (wanted || field.name == "partition"));
    }
    CHECK(cli::option_names(*schema::find_field(Kind::record, "addresses")) == "--addresses,--address");
    CHECK(cli::option_names(*schema::find_field(Kind::partition, "dedicated-hosts")) ==
          "--dedicated-hosts,--dedicated-host");
    CHECK(cli::option_names(*schema::find_field(Kind::host, "underlay")) == "--underlay");
    CHECK(cli::option_names(*schema::find_field(Kind::host, "capabilities")) ==
          "--capabilities,--capability");
    CHECK(cli::option_names(*schema::find_field(Kind::record, "tags")) == "--tags,--tag");
    CHECK(cli::option_names(*schema::find_field(Kind::record, "status")) == "--status");
}

TEST_CASE("[8.1/options] texts become values of the field's type") {
    const auto value = [](const char* field, const std::vector<std::string>& texts) {
        const auto typed = cli::typed_value(*schema::find_field(Kind::record, field), texts);
        return typed ? describe(*typed) : typed.error().message();
    };
    CHECK(value("description", {"web"}) == "'web'");
    CHECK(value("source-dest-check", {"false"}) == "false");
    CHECK(value("addresses", {"10.1.2.3", "10.1.2.4"}) == "a list");
    CHECK(value("tags", {"a=b", "c=d=e"}) == "a map");
    CHECK(value("tags", {"a"}) == "invalid: tags: expected KEY=VALUE, got 'a'");
    CHECK(value("tags", {"=b"}) == "invalid: tags: expected KEY=VALUE, got '=b'");
    CHECK(value("tags", {"a=b", "a=c"}) == "invalid: tags: 'a' is given twice");
    CHECK(value("generation", {"5"}) == "the integer 5");
    CHECK(value("generation", {"5x"}) == "invalid: generation: expected an integer, got '5x'");
    const auto none = cli::typed_value(*schema::find_field(Kind::record, "addresses"), {""});
    CHECK(none.value().get<schema::Value::List>()->empty());
    const auto tags = cli::typed_value(*schema::find_field(Kind::record, "tags"), {"c=d=e"});
    CHECK(*tags.value().find("c")->get<std::string>() == "d=e");
}

TEST_CASE(
    "[8.6/completion] the script knows every command, the values of options, and where names are asked for") {
    const auto script = weft_({"completion", "bash"}).out;
    for (const char* line : {
             "    'weft record') echo 'create show list modify delete watch attach detach failover --help' "
             ";;\n",
             "    'weft record attach:0') echo 'names record' ;;\n",
             "    'weft record attach:1') echo 'names instance' ;;\n",
             "    'weft instance move:1') echo 'names host' ;;\n",
             "    'weft record attach:--wait') echo 'words store installed all' ;;\n",
             "    'weft record create:--subnet') echo 'names subnet' ;;\n",
             "    'weft record create:--status') echo 'words available disabled in-repair' ;;\n",
             "    'weft apply:--file') echo 'files' ;;\n",
             "    'weft:-o') echo 'words table wide json yaml name csv' ;;\n",
             "complete -F _weft weft\n",
         })
        CHECK_MESSAGE(script.find(line) != std::string::npos, line);
}

TEST_CASE("[1.7/filters] flags, lists and tags become filters of a list") {
    const auto filters = [](std::vector<std::string> words) {
        CLI::App app;
        const cli::FieldOptions options{app, Kind::record,
                                        [](const auto& field) { return cli::is_filter(field); },
                                        [](const auto&) { return false; }};
        std::reverse(words.begin(), words.end());
        app.parse(words);
        return options.filters();
    };
    using schema::Tags;
    CHECK(filters({}).value().empty());
    CHECK(filters({"--source-dest-check=false"}).value() == Tags{{"source-dest-check", "false"}});
    CHECK(filters({"--no-source-dest-check"}).value() == Tags{{"source-dest-check", "false"}});
    CHECK(filters({"--source-dest-check"}).value() == Tags{{"source-dest-check", "true"}});
    CHECK(
        filters({"--address", "10.1.2.30", "--tag", "a=b", "--tag", "c=d", "--status", "disabled"}).value() ==
        Tags{{"addresses", "10.1.2.30"}, {"status", "disabled"}, {"tag:a", "b"}, {"tag:c", "d"}});
    CHECK(filters({"--address", "10.1.2.30,10.1.2.31"}).error().field == "addresses");
    CHECK(filters({"--tag", "a"}).error().field == "tags");
}

TEST_CASE("[8.6/manual] the manual page has every command with its options, and roff sees no stray macro") {
    const auto page = weft_({"manual"}).out;
    for (const char* text : {
             "\n.SS weft record attach\nlet an instance have the record\'s addresses\n.TP\n.B RECORD\n",
             "\n.SS weft instance move\n",
             "\n.SS weft host token\n",
             "\n.SS weft pki user\n",
             "\n.SS weft apply\n",
             "\n.B \\-\\-if\\-generation N\n",
             "\n.B \\-\\-wait store|installed|all\nuntil durable, installed on connected hosts, or on all "
             "(default: "
             "installed)\n",
             "\n.B 7\nnot finished in time",
         })
        CHECK_MESSAGE(page.find(text) != std::string::npos, text);
    std::istringstream lines{page};
    const std::vector<std::string> macros{".TH", ".SH", ".SS", ".TP", ".B"};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with('.') || line.starts_with('\''))
            CHECK_MESSAGE(
                std::find(macros.begin(), macros.end(), line.substr(0, line.find(' '))) != macros.end(),
                line);
}
