// SPDX-License-Identifier: Apache-2.0
#include "weft/net/address.h"

#include <arpa/inet.h>

#include <algorithm>

namespace weft {
namespace {

constexpr std::size_t v4_offset = 12;

}  // namespace

Address Address::v4(std::uint32_t host_order) noexcept {
    Address out;
    out.family_ = 4;
    out.bytes_[10] = out.bytes_[11] = 0xff;
    for (std::size_t i = 0; i < 4; ++i)
        out.bytes_[v4_offset + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
    return out;
}

Result<Address> Address::from_bytes(std::span<const std::uint8_t> bytes) {
    if (bytes.size() == 4) {
        std::uint32_t value = 0;
        for (const auto b : bytes) value = value << 8 | b;
        return v4(value);
    }
    if (bytes.size() != 16)
        return invalid("", "an address is 4 or 16 bytes, not " + std::to_string(bytes.size()));
    Address out;
    out.family_ = 6;
    std::ranges::copy(bytes, out.bytes_.begin());
    return out;
}

Result<Address> Address::parse(std::string_view text) {
    const std::string copy{text};
    std::array<std::uint8_t, 16> raw{};
    if (copy.find('\0') == std::string::npos) {
        if (inet_pton(AF_INET, copy.c_str(), raw.data()) == 1) return from_bytes(std::span(raw).first(4));
        if (inet_pton(AF_INET6, copy.c_str(), raw.data()) == 1) return from_bytes(raw);
    }
    return invalid("", "'" + copy + "' is not an IP address: expected e.g. 10.1.2.3 or 2001:db8::1");
}

std::span<const std::uint8_t> Address::bytes() const noexcept {
    const std::span<const std::uint8_t> all{bytes_};
    return is_v4() ? all.subspan(v4_offset) : is_v6() ? all : all.first(0);
}

std::uint32_t Address::v4_value() const noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = v4_offset; i < bytes_.size(); ++i) value = value << 8 | bytes_[i];
    return value;
}

Address Address::plus(std::uint64_t offset) const noexcept {
    if (is_v4()) return v4(v4_value() + static_cast<std::uint32_t>(offset));
    Address out = *this;
    std::uint64_t carry = offset;
    for (std::size_t i = out.bytes_.size(); i-- > 0 && carry != 0;) {
        const std::uint64_t sum = out.bytes_[i] + (carry & 0xff);
        out.bytes_[i] = static_cast<std::uint8_t>(sum);
        carry = (carry >> 8) + (sum >> 8);
    }
    return out;
}

bool Address::is_special() const noexcept {
    if (is_v4()) {
        const auto value = v4_value();
        return value >> 24 == 0 || value >> 24 == 127 || value >= 0xe0000000U;
    }
    const bool tiny =
        std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto b) { return b == 0; }) && bytes_[15] < 2;
    const bool mapped = std::equal(bytes_.begin(), bytes_.begin() + v4_offset, v4(0).bytes_.begin());
    return tiny || mapped || bytes_[0] == 0xff;
}

std::string to_string(const Address& address) {
    if (!address) return {};
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(address.is_v4() ? AF_INET : AF_INET6, address.bytes().data(), text, sizeof(text));
}

}  // namespace weft
