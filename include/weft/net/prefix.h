// SPDX-License-Identifier: Apache-2.0
// A CIDR: an address with its host bits zero, and a length.
#pragma once

#include <string>
#include <string_view>

#include "weft/net/address.h"

namespace weft {

class Prefix {
public:
    constexpr Prefix() noexcept = default;  // unset
    // A length above the family's, or host bits that are set, is an error.
    [[nodiscard]] static Result<Prefix> make(const Address& address, unsigned length);
    // "10.1.2.0/24"; a bare address means all bits.
    [[nodiscard]] static Result<Prefix> parse(std::string_view text);
    // The /32 or /128 of one address.
    [[nodiscard]] static Prefix host(const Address& address) noexcept;

    explicit operator bool() const noexcept { return static_cast<bool>(address_); }
    [[nodiscard]] const Address& address() const noexcept { return address_; }
    [[nodiscard]] unsigned length() const noexcept { return length_; }
    [[nodiscard]] bool contains(const Address& address) const noexcept;
    [[nodiscard]] bool contains(const Prefix& other) const noexcept;
    [[nodiscard]] bool overlaps(const Prefix& other) const noexcept;
    // First address after the network address: the phantom router of a subnet.
    [[nodiscard]] Address router() const noexcept { return address_.plus(1); }
    // IPv4: the all-ones address. Unset for IPv6 and for /31 and /32 (RFC 3021).
    [[nodiscard]] Address broadcast() const noexcept;
    // How many addresses; saturates at 2^63.
    [[nodiscard]] std::uint64_t size() const noexcept;

    friend bool operator==(const Prefix&, const Prefix&) = default;
    friend auto operator<=>(const Prefix&, const Prefix&) = default;

private:
    Address address_;
    unsigned length_{0};
};

[[nodiscard]] std::string to_string(const Prefix& prefix);

}  // namespace weft

template <>
struct std::hash<weft::Prefix> {
    std::size_t operator()(const weft::Prefix& p) const noexcept {
        return std::hash<weft::Address>{}(p.address()) * 131 + p.length();
    }
};
