// SPDX-License-Identifier: Apache-2.0
// Netlink attributes over libnl: one writer, one reader, and how each value type is laid out.
//
//   integers   1, 2, 4 or 8 bytes, little-endian       bool, enumerations   1 byte
//   string     its bytes, UTF-8, no terminator          Bytes                as they are
//   Id         1 byte kind, 8 bytes value (0: none)     Mac                  6 bytes
//   Address    4 or 16 bytes, network order; 0 unset    Prefix               1 byte length, then the address
//   PortRange  2 bytes each: first, last                Icmp                 0 bytes unset, 1 type, 2 and
//   code list       nest of attributes of type 1             Tags                 nest of nests { 1: key, 2:
//   value } struct     nest of its fields (codec.h)
//
// No attribute, nests included, exceeds 65535 bytes with its header: its length has 16 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weft/base/id.h"
#include "weft/net/icmp.h"
#include "weft/net/mac.h"
#include "weft/net/port_range.h"
#include "weft/net/prefix.h"
#include "weft/schema/field.h"

struct nl_msg;
struct nlattr;

namespace weft::wire {

using schema::Bytes;

// Appends attributes to this thread's one message buffer (1 MiB): one Writer at a time in a thread.
// The first failure sticks and is returned by finish().
class Writer {
public:
    Writer();
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void put(std::uint16_t type, std::span<const std::uint8_t> payload);
    void put_integer(std::uint16_t type, std::uint64_t value, std::size_t bytes);
    // Opens a nest; close() takes what open() returned.
    [[nodiscard]] std::size_t open(std::uint16_t type);
    void close(std::size_t nest);
    // The attributes written, without a message header.
    [[nodiscard]] Result<Bytes> finish();

private:
    nl_msg* message_;
    Error error_{};
    bool failed_{false};

    void fail(std::uint16_t type, std::string_view why);
};

// One received attribute. Valid while the bytes it was parsed from are.
struct Attribute {
    std::uint16_t type{0};
    std::span<const std::uint8_t> payload;
};

// Calls fn(Attribute) -> Result<void> for each attribute of `bytes`; an attribute that does not fit, or bytes
// left over behind the last one, is an error.
class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
    // Whether there is another attribute; an error if what is left cannot be one.
    [[nodiscard]] Result<bool> next(Attribute& attribute);

private:
    std::span<const std::uint8_t> rest_;
};

// Little-endian integer of exactly `bytes` bytes.
[[nodiscard]] Result<std::uint64_t> read_integer(const Attribute& attribute, std::size_t bytes);

void put_value(Writer& writer, std::uint16_t type, const std::string& value);
void put_value(Writer& writer, std::uint16_t type, const Id& value);
void put_value(Writer& writer, std::uint16_t type, const Address& value);
void put_value(Writer& writer, std::uint16_t type, const Prefix& value);
void put_value(Writer& writer, std::uint16_t type, const Mac& value);
void put_value(Writer& writer, std::uint16_t type, const PortRange& value);
void put_value(Writer& writer, std::uint16_t type, const Icmp& value);
void put_value(Writer& writer, std::uint16_t type, const Bytes& value);
void put_value(Writer& writer, std::uint16_t type, const schema::Tags& value);

[[nodiscard]] Result<void> get_value(const Attribute& attribute, std::string& value);
[[nodiscard]] Result<void> get_value(const Attribute& attribute, Id& value);
[[nodiscard]] Result<void> get_value(const Attribute& attribute, Address& value);
[[nodiscard]] Result<void> get_value(const Attribute& attribute, Prefix& value);
[[nodiscard]] Result<void> get_value(const Attribute& attribute, Mac& value);
[[nodiscard]] Result<void> get_value(const Attribute& attribute, PortRange& value);
[[nodiscard]] Result<void> get_value(const Attribute& attribute, Icmp& value);
[[nodiscard]] Result<void> get_value(const Attribute& attribute, Bytes& value);
[[nodiscard]] Result<void> get_value(const Attribute& attribute, schema::Tags& value);

}  // namespace weft::wire
