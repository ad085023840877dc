// SPDX-License-Identifier: Apache-2.0
// An IP address, v4 or v6. IPv4 is held v4-mapped (RFC 4291, 2.5.5.2), as in the BPF maps' keys.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "weft/base/result.h"

namespace weft {

class Address {
public:
    // The unset address ("no address"), distinct from 0.0.0.0 and from ::.
    constexpr Address() noexcept = default;
    // From host byte order: 0x0a010203 is 10.1.2.3.
    [[nodiscard]] static Address v4(std::uint32_t host_order) noexcept;
    // 4 or 16 bytes in network order; another length is an error.
    [[nodiscard]] static Result<Address> from_bytes(std::span<const std::uint8_t> bytes);
    [[nodiscard]] static Result<Address> parse(std::string_view text);

    explicit operator bool() const noexcept { return family_ != 0; }
    [[nodiscard]] bool is_v4() const noexcept { return family_ == 4; }
    [[nodiscard]] bool is_v6() const noexcept { return family_ == 6; }
    // 32 or 128; 0 when unset.
    [[nodiscard]] unsigned bits() const noexcept { return is_v4() ? 32 : is_v6() ? 128 : 0; }
    // 16 bytes, network order, IPv4 as ::ffff:a.b.c.d.
    [[nodiscard]] const std::array<std::uint8_t, 16>& mapped() const noexcept { return bytes_; }
    // 4 or 16 bytes, network order.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;
    // Host byte order; only for is_v4().
    [[nodiscard]] std::uint32_t v4_value() const noexcept;
    // The address `offset` further on (carries through all bytes).
    [[nodiscard]] Address plus(std::uint64_t offset) const noexcept;
    // Multicast, broadcast, unspecified, loopback, or IPv4-mapped IPv6: never an instance's or
    // a host's own address.
    [[nodiscard]] bool is_special() const noexcept;

    friend bool operator==(const Address&, const Address&) = default;
    friend auto operator<=>(const Address&, const Address&) = default;

private:
    std::uint8_t family_{0};  // 0 unset, 4, 6
    std::array<std::uint8_t, 16> bytes_{};
};

// "10.1.2.3", "2001:db8::1" (RFC 5952); empty when unset.
[[nodiscard]] std::string to_string(const Address& address);

}  // namespace weft

template <>
struct std::hash<weft::Address> {
    std::size_t operator()(const weft::Address& a) const noexcept {
        return std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(a.mapped().data()), a.mapped().size()});
    }
};
