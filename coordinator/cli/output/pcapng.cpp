// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/output/pcapng.h"

#include <bit>
#include <string>
#include <string_view>

#include "weft/base/version.h"

namespace weft::cli {
namespace {

static_assert(std::endian::native == std::endian::little, "the reader takes the writer's byte order");

constexpr std::uint32_t section_header = 0x0a0d0d0a;
constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t interface_statistics = 5;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::uint16_t end_of_options = 0;
constexpr std::uint16_t linktype_ethernet = 1;
constexpr std::uint32_t inbound = 1;
constexpr std::uint32_t outbound = 2;

template <class T>
void append(std::string& to, T value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void pad(std::string& text) { text.append((4 - text.size() % 4) % 4, '\0'); }

void append_option(std::string& to, std::uint16_t code, std::string_view value) {
    append(to, code);
    append(to, static_cast<std::uint16_t>(value.size()));
    to.append(value);
    pad(to);
}

template <class T>
void append_number(std::string& to, std::uint16_t code, T value) {
    append_option(to, code, {reinterpret_cast<const char*>(&value), sizeof(value)});
}

void append_end(std::string& to) { append_option(to, end_of_options, {}); }

// The length stands before and behind the body.
void write_block(std::ostream& out, std::uint32_t type, const std::string& body) {
    const auto length = static_cast<std::uint32_t>(body.size() + 12);
    std::string block;
    append(block, type);
    append(block, length);
    block += body;
    append(block, length);
    out.write(block.data(), static_cast<std::streamsize>(block.size()));
}

// Times are in nanoseconds, high half first.
void append_time(std::string& to, std::uint64_t ns) {
    append(to, static_cast<std::uint32_t>(ns >> 32));
    append(to, static_cast<std::uint32_t>(ns));
}

void write_interface(std::ostream& out, std::uint32_t snaplen, std::string_view name,
                     const std::string& description) {
    std::string body;
    append(body, linktype_ethernet);
    append(body, std::uint16_t{0});
    append(body, snaplen);
    append_option(body, 2, name);
    append_option(body, 3, description);
    append_number(body, 9, std::uint8_t{9});  // if_tsresol: 10^-9 s
    append_end(body);
    write_block(out, interface_description, body);
}

// tcpdump wants all interfaces of a file to be of one kind and one length, so IP packets get an Ethernet
// header without addresses.
constexpr std::uint32_t made_up = 14;

std::string frame_of(const wire::Captured& packet) {
    std::string frame;
    if (packet.point == wire::CapturePoint::outer) {
        const bool ipv6 = !packet.packet.empty() && packet.packet.front() >> 4 == 6;
        frame.assign(made_up - 2, '\0');
        frame += ipv6 ? std::string_view{"\x86\xdd", 2} : std::string_view{"\x08\x00", 2};
    }
    return frame.append(reinterpret_cast<const char*>(packet.packet.data()), packet.packet.size());
}

}  // namespace

Pcapng::Pcapng(std::ostream& out, const std::string& record, std::uint32_t snaplen) : out_(out) {
    std::string body;
    append(body, byte_order_magic);
    append(body, std::uint16_t{1});
    append(body, std::uint16_t{0});
    append(body, ~std::uint64_t{0});  // the section's length is not known
    append_option(body, 4, "weft " + std::string(version));
    append_end(body);
    write_block(out_, section_header, body);
    write_interface(out_, snaplen + made_up, "inner", "at the device of " + record);
    write_interface(out_, snaplen + made_up, "outer", "on the underlay, of " + record);
    out_.flush();
}

void Pcapng::add(const wire::Captured& packet) {
    const auto interface = static_cast<std::uint32_t>(packet.point);
    std::string body;
    append(body, interface);
    append_time(body, packet.time_ns);
    const auto frame = frame_of(packet);
    append(body, static_cast<std::uint32_t>(frame.size()));
    append(body, packet.length + static_cast<std::uint32_t>(frame.size() - packet.packet.size()));
    body += frame;
    pad(body);
    append_number(body, 2, packet.direction == "tx" ? outbound : inbound);  // epb_flags
    append_end(body);
    write_block(out_, enhanced_packet, body);
    out_.flush();
    ++counts_[interface];
    last_ns_ = packet.time_ns;
}

// What was lost is not known by interface: it stands with the first.
void Pcapng::finish(std::uint64_t lost) {
    for (std::uint32_t interface = 0; interface < 2; ++interface) {
        std::string body;
        append(body, interface);
        append_time(body, last_ns_);
        append_number(body, 4, counts_[interface] + (interface == 0 ? lost : 0));  // isb_ifrecv
        append_number(body, 5, interface == 0 ? lost : std::uint64_t{0});          // isb_ifdrop
        append_end(body);
        write_block(out_, interface_statistics, body);
    }
    out_.flush();
}

}  // namespace weft::cli
