// SPDX-License-Identifier: Apache-2.0
// weft trace --from RECORD --to ADDRESS --proto tcp --dport 443: would this packet pass, and what decides.
#include <netinet/in.h>

#include <array>
#include <charconv>

#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/verbs/verbs.h"
#include "weft/wire/message/trace.h"

namespace weft::cli {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 4> protocols{{
    {"icmp", IPPROTO_ICMP},
    {"icmp6", IPPROTO_ICMPV6},
    {"tcp", IPPROTO_TCP},
    {"udp", IPPROTO_UDP},
}};
constexpr std::uint32_t echo = 8U << 8U;
constexpr std::uint32_t echo6 = 128U << 8U;

Result<std::uint32_t> number(std::string_view text, std::uint32_t most, const char* field) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > most)
        return invalid(field, "a number up to " + std::to_string(most) + " was expected, not '" +
                                  std::string(text) + "'");
    return value;
}

Result<std::uint32_t> protocol_of(const std::string& text) {
    for (const auto& [name, value] : protocols)
        if (name == text) return value;
    return number(text, 255, "proto");
}

// "8/0" or "8".
Result<std::uint32_t> icmp_of(const std::string& text) {
    const auto slash = text.find('/');
    WEFT_TRY(const auto type, number(text.substr(0, slash), 255, "icmp"));
    if (slash == std::string::npos) return type << 8U;
    WEFT_TRY(const auto code, number(text.substr(slash + 1), 255, "icmp"));
    return type << 8U | code;
}

struct Options {
    std::string from, to, source, protocol{"tcp"}, icmp;
    std::uint32_t source_port{0}, destination_port{0}, size{0};
};

Result<wire::TraceRequest> request_of(const Options& options) {
    wire::TraceRequest request;
    request.record = options.from;
    WEFT_TRY(request.destination, Address::parse(options.to));
    if (!options.source.empty()) {
        WEFT_TRY(request.source, Address::parse(options.source));
    }
    WEFT_TRY(request.protocol, protocol_of(options.protocol));
    const bool ports = request.protocol == IPPROTO_TCP || request.protocol == IPPROTO_UDP;
    if (!ports && (options.source_port != 0 || options.destination_port != 0))
        return invalid("dport", "ports are for tcp and udp");
    const bool icmp = request.protocol == IPPROTO_ICMP || request.protocol == IPPROTO_ICMPV6;
    if (!icmp && !options.icmp.empty()) return invalid("icmp", "a type is for icmp and icmp6");
    request.icmp = request.protocol == IPPROTO_ICMPV6 ? echo6 : echo;
    if (!options.icmp.empty()) {
        WEFT_TRY(request.icmp, icmp_of(options.icmp));
    }
    if (!icmp) request.icmp = 0;
    request.source_port = options.source_port;
    request.destination_port = options.destination_port;
    request.size = options.size;
    return request;
}

void print_trace(std::ostream& out, const wire::Trace& trace) {
    for (const auto& hop : trace.hops) {
        out << (hop.host.empty() ? "?" : hop.host) << '\n';
        for (const auto& step : hop.steps) out << "  " << step << '\n';
    }
    if (!trace.hops.empty()) out << schema::to_string(trace.hops.back().verdict) << '\n';
}

// A trace that ends with `sent` ends at a foreign host.
bool passes(const wire::Trace& trace) {
    return !trace.hops.empty() && trace.hops.back().verdict != wire::TraceVerdict::dropped;
}

}  // namespace

void add_trace(Program& program) {
    auto& verb = *program.app().add_subcommand(
        "trace", "would this packet pass, and what decides; exit code 1 when it would not");
    const auto options = std::make_shared<Options>();
    verb.add_option("--from", options->from, "the sending record")->type_name("RECORD")->required();
    verb.add_option("--to", options->to, "destination")->type_name("ADDRESS")->required();
    verb.add_option("--source", options->source, "another of the record's addresses")->type_name("ADDRESS");
    verb.add_option("--proto", options->protocol, "tcp, udp, icmp, icmp6 or a number")->type_name("PROTOCOL");
    verb.add_option("--sport", options->source_port, "source port")
        ->type_name("PORT")
        ->check(CLI::Range(65535));
    verb.add_option("--dport", options->destination_port, "destination port")
        ->type_name("PORT")
        ->check(CLI::Range(65535));
    verb.add_option("--icmp", options->icmp, "type and code; echo request when left out")
        ->type_name("TYPE[/CODE]");
    verb.add_option("--size", options->size, "payload, bytes")->type_name("BYTES")->check(CLI::Range(8900));
    program.on(verb, [&program, options]() -> Result<int> {
        WEFT_TRY(const auto request, request_of(*options));
        WEFT_TRY(Client * client, program.client());
        WEFT_TRY(const auto trace, client->trace(request));
        const auto format = program.settings().format;
        if (format == Format::json || format == Format::yaml)
            print_value(program.out(), format, schema::to_value(trace));
        else
            print_trace(program.out(), trace);
        return passes(trace) ? 0 : 1;
    });
}

}  // namespace weft::cli
