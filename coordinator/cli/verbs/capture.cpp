// SPDX-License-Identifier: Apache-2.0
// weft capture RECORD -w FILE: packets of a record on this machine, before and after encapsulation
#include <fmt/format.h>

#include <fstream>

#include "coordinator/cli/names.h"
#include "coordinator/cli/output/pcapng.h"
#include "coordinator/cli/verbs/agent_socket.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/abi/capture.h"

namespace weft::cli {
namespace {

struct Options {
    std::string record;
    std::string file;
    std::string direction;
    std::uint32_t snaplen{WEFT_CAPTURE_MOST};
    std::uint64_t count{0};
    double seconds{0};
};

// On which hosts the record is, if the coordinator can be asked.
std::string elsewhere(Program& program, const std::string& record) {
    const auto client = program.client();
    if (!client) return {};
    const auto object = (*client)->get(Kind::record, record);
    const auto* hosts = object ? object->find("hosts") : nullptr;
    const auto* ids = hosts == nullptr ? nullptr : hosts->get<schema::Value::List>();
    if (ids == nullptr || ids->empty()) return "; it is attached nowhere";
    std::string names;
    for (const auto& id : *ids) {
        const auto host = (*client)->get(Kind::host, *id.get<std::string>());
        names += (names.empty() ? "" : ", ") + (host ? text_of(*host, "name") : *id.get<std::string>());
    }
    return "; capture on " + names;
}

Result<int> run(Program& program, AgentSocket& agent, const Options& options) {
    std::string record = options.record;
    if (!parse_id(record)) {
        WEFT_TRY(Client * coordinator, program.client());
        WEFT_TRY(record, coordinator->resolve(Kind::record, options.record));
    }
    WEFT_TRY(Client * client, agent_client(agent));
    std::ofstream file;
    std::optional<Pcapng> pcapng;
    auto& out = options.file == "-" ? program.out() : file;
    Client::CaptureEvents events;
    events.started = [&]() -> Result<void> {
        if (options.file != "-") file.open(options.file, std::ios::binary | std::ios::trunc);
        pcapng.emplace(out, record, options.snaplen);
        if (!out.good()) return system_error("write", options.file, errno);
        program.err() << "capturing " << options.record << std::endl;
        return {};
    };
    events.packet = [&](const wire::Captured& packet) {
        pcapng->add(packet);
        return out.good() && (options.count == 0 || pcapng->packets() < options.count);
    };
    const auto duration = std::chrono::milliseconds(static_cast<std::int64_t>(options.seconds * 1000));
    const auto lost = client->capture({record, options.snaplen, options.direction, false}, duration, events);
    if (!lost && lost.error().code == ErrorCode::not_found) {
        auto error = lost.error();
        error.text += elsewhere(program, record);
        return error;
    }
    if (!lost) return lost.error();
    pcapng->finish(*lost);
    if (!out.good()) return system_error("write", options.file, errno);
    program.err() << fmt::format("{} packets captured, {} lost", pcapng->packets(), *lost) << std::endl;
    return 0;
}

}  // namespace

void add_capture(Program& program) {
    auto& verb = *program.app().add_subcommand(
        "capture", "write a record's packets, at its device and on the underlay, to a pcapng file");
    const auto options = std::make_shared<Options>();
    verb.add_option("record", options->record, "a record that is attached on this machine")
        ->type_name("RECORD")
        ->required();
    verb.add_option("-w,--write", options->file, "the file; - is standard output")
        ->type_name("FILE")
        ->required();
    verb.add_option("-c,--count", options->count, "end after so many packets")->type_name("NUMBER");
    verb.add_option("--duration", options->seconds, "end after so many seconds")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.0, 1e6));
    verb.add_option("--snaplen", options->snaplen, "most bytes of each packet")
        ->type_name("BYTES")
        ->check(CLI::Range(1, WEFT_CAPTURE_MOST))
        ->capture_default_str();
    verb.add_option("--direction", options->direction, "only what the record sends (tx) or receives (rx)")
        ->check(CLI::IsMember({"tx", "rx"}));
    const auto agent = add_agent_socket(verb);
    program.on(verb, [&program, agent, options]() { return run(program, *agent, *options); });
}

}  // namespace weft::cli
