// SPDX-License-Identifier: Apache-2.0
#include "agent/service/dhcp4_message.h"

namespace weft::agent::dhcp4 {
namespace {

constexpr std::size_t server_name_at = 44;  // 64 bytes
constexpr std::size_t file_at = 108;        // 128 bytes
constexpr std::size_t cookie_at = 236;
constexpr std::size_t options_at = 240;
constexpr std::size_t shortest = 300;
constexpr std::uint32_t cookie = 0x63825363;
constexpr std::uint8_t ethernet = 1;
constexpr std::uint8_t pad = 0;
constexpr std::uint8_t end = 255;
constexpr std::uint32_t broadcast_flag = 0x8000;

Result<void> parse_options(View field, std::map<Option, Bytes>& options) {
    for (std::size_t at = 0; at < field.size() && field[at] != end;) {
        const auto code = field[at++];
        if (code == pad) continue;
        if (at == field.size() || field.size() - at - 1 < field[at])
            return damaged("options", "an option goes beyond the end");
        put(options[Option{code}], field.subspan(at + 1, field[at]));
        at += 1U + field[at];
    }
    return {};
}

}  // namespace

Type Message::type() const {
    const auto found = options.find(Option::message_type);
    if (found == options.end() || found->second.size() != 1) return Type::none;
    const auto value = found->second.front();
    return value <= static_cast<std::uint8_t>(Type::inform) ? Type{value} : Type::none;
}

Address Message::address(Option option) const {
    const auto found = options.find(option);
    return found == options.end() || found->second.size() != 4 ? Address{} : get_v4(found->second, 0);
}

Result<Message> parse(View payload) {
    if (payload.size() < options_at) return damaged("length", "shorter than a DHCP message");
    if (payload[1] != ethernet || payload[2] != 6) return damaged("htype", "not an Ethernet client");
    if (get32(payload, cookie_at) != cookie) return damaged("cookie", "BOOTP without DHCP's options");
    Message out;
    out.operation = payload[0];
    out.transaction = get32(payload, 4);
    out.broadcast = (get16(payload, 10) & broadcast_flag) != 0;
    out.client = get_v4(payload, 12);
    out.yours = get_v4(payload, 16);
    out.relay = get_v4(payload, 24);
    out.hardware = get_mac(payload, 28);
    WEFT_CHECK(parse_options(payload.subspan(options_at), out.options));
    const auto overload = out.options.find(Option::overload);
    const auto used = overload != out.options.end() && overload->second.size() == 1 ? overload->second[0] : 0;
    if ((used & 1) != 0)
        WEFT_CHECK(parse_options(payload.subspan(file_at, cookie_at - file_at), out.options));
    if ((used & 2) != 0)
        WEFT_CHECK(parse_options(payload.subspan(server_name_at, file_at - server_name_at), out.options));
    return out;
}

Bytes to_bytes(const Message& message) {
    Bytes out;
    out.reserve(shortest);
    put8(out, message.operation);
    put8(out, ethernet);
    put8(out, 6);
    put8(out, 0);  // hops
    put32(out, message.transaction);
    put16(out, 0);  // seconds
    put16(out, message.broadcast ? broadcast_flag : 0);
    put_v4(out, message.client);
    put_v4(out, message.yours);
    put32(out, 0);  // no next server
    put_v4(out, message.relay);
    put(out, message.hardware.bytes);
    out.resize(cookie_at);
    put32(out, cookie);
    for (const auto& [option, value] : message.options) {
        put8(out, static_cast<std::uint8_t>(option));
        put8(out, static_cast<std::uint32_t>(value.size()));
        put(out, value);
    }
    put8(out, end);
    if (out.size() < shortest) out.resize(shortest);
    return out;
}

}  // namespace weft::agent::dhcp4
