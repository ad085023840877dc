// SPDX-License-Identifier: Apache-2.0
#include "tests/nftables/traffic.h"

#include <fmt/format.h>

namespace weft::test {

namespace {

constexpr const char* instance4 = "10.1.2.30";
constexpr const char* instance6 = "2001:db8:12::30";
constexpr std::size_t conversations = 24;

// One pair of ends, and how far they are. TCP's next step is the initiator's SYN, the answer, the rest.
struct Conversation {
    std::uint8_t protocol{protocol_udp};
    bool ipv6{false};
    bool by_instance{false};  // who starts it
    std::string remote;
    std::uint16_t source{0};  // the initiator's port, or the ICMP identifier
    std::uint16_t destination{0};
    unsigned step{0};
    bool middle{false};  // TCP older than any table
    std::uint8_t request{8};
    std::uint32_t next[2]{1000, 5000};  // TCP, by side
    Bytes first;                        // what began it, for errors to quote
};

Bytes wrap(const Conversation& c, bool from_instance, std::uint8_t protocol, const std::string& from,
           const Bytes& l4) {
    const std::string instance = c.ipv6 ? instance6 : instance4;
    const auto& source = from_instance ? instance : from;
    const auto& destination = from_instance ? c.remote : instance;
    if (c.ipv6) return ipv6({.source = ip6(source), .destination = ip6(destination), .next = protocol}, l4);
    return ipv4({.source = ip(source), .destination = ip(destination), .protocol = protocol}, l4);
}

Bytes echo(const Conversation& c, bool from_instance, std::uint8_t type, const Bytes& number) {
    const auto rest = static_cast<std::uint32_t>(c.source) << 16U | 1U;
    if (!c.ipv6)
        return wrap(c, from_instance, protocol_icmp, c.remote, icmp(type, 0, rest, Bytes(12) + number));
    const Ipv6 header{.source = ip6(from_instance ? instance6 : c.remote),
                      .destination = ip6(from_instance ? c.remote : instance6)};
    return wrap(c, from_instance, protocol_icmp6, c.remote, icmp6(header, type, 0, rest, Bytes(12) + number));
}

// Each side's sequence numbers go on as a real one's would.
Bytes segment(Conversation& c, bool from_instance, std::uint8_t flags, const Bytes& number) {
    const bool starts = from_instance == c.by_instance;
    const unsigned side = starts ? 0 : 1;
    const bool syn = (flags & tcp_syn) != 0;
    const Segment s{.source = starts ? c.source : c.destination,
                    .destination = starts ? c.destination : c.source,
                    .sequence = c.next[side],
                    .ack = (flags & tcp_ack) != 0 ? c.next[1 - side] : 0,
                    .flags = flags};
    c.next[side] += static_cast<std::uint32_t>(number.size()) + (syn ? 1 : 0);
    return wrap(c, from_instance, protocol_tcp, c.remote, tcp(s, number));
}

// An error about what began the conversation, from whoever was on its way.
Bytes error(const Conversation& c, const Bytes& number) {
    const bool to_instance = c.by_instance;
    const auto quote = c.first + number;
    if (!c.ipv6) return wrap(c, !to_instance, protocol_icmp, c.remote, icmp(3, 1, 0, quote));
    const Ipv6 header{.source = ip6(to_instance ? c.remote : instance6),
                      .destination = ip6(to_instance ? instance6 : c.remote)};
    return wrap(c, !to_instance, protocol_icmp6, c.remote, icmp6(header, 1, 3, 0, quote));
}

Conversation begin(Random& random, std::uint16_t unique, bool stateless) {
    Conversation c;
    c.ipv6 = below(random, 2) == 0;
    c.protocol = pick<std::uint8_t>(random, {protocol_tcp, protocol_udp, protocol_udp, protocol_icmp});
    c.by_instance = below(random, 2) == 0;
    c.remote = pick(random, remote_addresses(c.ipv6));
    c.source = static_cast<std::uint16_t>(20000 + unique);
    c.destination =
        pick<std::uint16_t>(random, {1, 53, 54, 80, 81, 443, 1023, 1024, 8080, 32767, 32768, 65535});
    c.middle = !stateless && below(random, 4) == 0;
    c.request = c.ipv6 ? 128 : pick<std::uint8_t>(random, {8, 13});
    return c;
}

struct Step {
    bool from_instance;
    Bytes packet;
    const char* what;
};

Step tcp_step(Conversation& c, bool answer, const Bytes& number) {
    const bool starter = c.by_instance;
    if (c.middle) return {answer != starter, segment(c, answer != starter, tcp_ack, number), "data"};
    switch (c.step++) {
        case 0: return {starter, segment(c, starter, tcp_syn, number), "SYN"};
        case 1: return {!starter, segment(c, !starter, tcp_syn | tcp_ack, number), "SYN, ACK"};
        case 2: return {starter, segment(c, starter, tcp_ack, number), "ACK"};
        default: return {answer != starter, segment(c, answer != starter, tcp_ack, number), "data"};
    }
}

Step udp_step(Conversation& c, bool answer, const Bytes& number) {
    const bool from = answer != c.by_instance;
    const auto l4 = answer ? udp(c.destination, c.source, Bytes(8) + number)
                           : udp(c.source, c.destination, Bytes(8) + number);
    return {from, wrap(c, from, protocol_udp, c.remote, l4), answer ? "answer" : "datagram"};
}

// An answer only to what was asked, and the last that goes by this identifier: if the question was dropped,
// the answer is unsolicited and begins a flow for weft.
Step icmp_step(Conversation& c, bool answer, const Bytes& number) {
    const bool reply = answer && c.step > 0;
    const auto type = static_cast<std::uint8_t>(!reply ? c.request : c.ipv6 ? 129 : c.request == 8 ? 0 : 14);
    const bool from = reply != c.by_instance;
    Step done{from, echo(c, from, type, number), reply ? "reply" : "request"};
    c.step = reply ? 0 : 1;
    if (reply) c.source = static_cast<std::uint16_t>(c.source + conversations);
    return done;
}

Step step(Random& random, Conversation& c, bool stateless, const Bytes& number) {
    const bool answer = below(random, 2) == 0;
    if (!stateless && !c.first.empty() && c.protocol != protocol_icmp && below(random, 8) == 0)
        return {!c.by_instance, error(c, number), "error"};
    if (c.protocol == protocol_udp) return udp_step(c, answer, number);
    if (c.protocol == protocol_icmp) return icmp_step(c, answer, number);
    if (stateless && c.step > 0) {
        c.source = static_cast<std::uint16_t>(c.source + conversations);
        c.step = 0;
    }
    return tcp_step(c, answer, number);
}

}  // namespace

std::vector<Sent> random_traffic(Random& random, std::size_t count, bool stateless) {
    std::vector<Conversation> known;
    for (std::uint16_t i = 0; i < conversations; ++i) known.push_back(begin(random, i, stateless));
    std::vector<Sent> sent;
    for (std::uint32_t i = 0; i < count; ++i) {
        auto& c = known[below(random, known.size())];
        const auto s = step(random, c, stateless, be32(0x77000000U + i));
        if (c.first.empty()) c.first = s.packet;
        const auto ports = fmt::format("{} -> {}", c.source, c.destination);
        sent.push_back({s.from_instance, c.ipv6, c.remote, s.packet,
                        fmt::format("{} {} of {} {}, begun by {}", s.from_instance ? "to" : "from", c.remote,
                                    c.protocol == protocol_icmp  ? "ICMP"
                                    : c.protocol == protocol_tcp ? "TCP"
                                                                 : "UDP",
                                    ports, c.by_instance ? "the instance" : "the other") +
                            ": " + s.what});
    }
    return sent;
}

}  // namespace weft::test
