// SPDX-License-Identifier: Apache-2.0
#include "weft/net/prefix.h"

#include <algorithm>
#include <charconv>

namespace weft {
namespace {

// Whether the first `length` bits of both are the same.
bool same_bits(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, unsigned length) {
    const std::size_t whole = length / 8;
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
    const unsigned rest = length % 8;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

}  // namespace

Result<Prefix> Prefix::make(const Address& address, unsigned length) {
    if (length > address.bits())
        return invalid(
            "", "prefix length " + std::to_string(length) + " is above " + std::to_string(address.bits()));
    const auto bytes = address.bytes();
    for (unsigned bit = length; bit < address.bits(); ++bit)
        if ((bytes[bit / 8] & (0x80U >> bit % 8)) != 0)
            return invalid("", to_string(address) + "/" + std::to_string(length) + " has host bits set");
    Prefix out;
    out.address_ = address;
    out.length_ = length;
    return out;
}

Result<Prefix> Prefix::parse(std::string_view text) {
    const auto slash = text.find('/');
    WEFT_TRY(const auto address, Address::parse(text.substr(0, slash)));
    if (slash == std::string_view::npos) return host(address);
    const auto digits = text.substr(slash + 1);
    unsigned length = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (ec != std::errc{} || end != digits.data() + digits.size())
        return invalid("", "'" + std::string(text) + "' is not a CIDR: expected e.g. 10.1.2.0/24");
    return make(address, length);
}

Prefix Prefix::host(const Address& address) noexcept {
    Prefix out;
    out.address_ = address;
    out.length_ = address.bits();
    return out;
}

bool Prefix::contains(const Address& address) const noexcept {
    return *this && address_.bits() == address.bits() &&
           same_bits(address_.bytes(), address.bytes(), length_);
}

bool Prefix::contains(const Prefix& other) const noexcept {
    return other.length_ >= length_ && contains(other.address_);
}

bool Prefix::overlaps(const Prefix& other) const noexcept { return contains(other) || other.contains(*this); }

Address Prefix::broadcast() const noexcept {
    return address_.is_v4() && length_ < 31 ? address_.plus(size() - 1) : Address{};
}

std::uint64_t Prefix::size() const noexcept {
    const unsigned host_bits = address_.bits() - length_;
    return std::uint64_t{1} << std::min(host_bits, 63U);
}

std::string to_string(const Prefix& prefix) {
    return prefix ? to_string(prefix.address()) + '/' + std::to_string(prefix.length()) : std::string{};
}

}  // namespace weft
