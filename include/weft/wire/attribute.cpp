// SPDX-License-Identifier: Apache-2.0
#include "weft/wire/attribute.h"

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "weft/wire/frame.h"

namespace weft::wire {
namespace {

constexpr std::size_t max_attribute = 0xffff;
constexpr std::uint16_t item = 1;
constexpr std::uint16_t tag_key = 1;
constexpr std::uint16_t tag_value = 2;

struct MessageDeleter {
    void operator()(nl_msg* message) const noexcept { nlmsg_free(message); }
};

nl_msg* thread_message() {
    thread_local const std::unique_ptr<nl_msg, MessageDeleter> message{nlmsg_alloc_size(max_frame)};
    return message.get();
}

Error wrong_length(std::string_view expected, std::size_t got) {
    return invalid("", "expected " + std::string(expected) + ", got " + std::to_string(got) + " bytes");
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string string_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Writer::Writer() : message_(thread_message()) { nlmsg_hdr(message_)->nlmsg_len = NLMSG_HDRLEN; }

Writer::~Writer() = default;

void Writer::fail(std::uint16_t type, std::string_view why) {
    if (failed_) return;
    failed_ = true;
    error_ = {ErrorCode::exhausted, std::string(why), "attribute " + std::to_string(type), 0};
}

void Writer::put(std::uint16_t type, std::span<const std::uint8_t> payload) {
    if (payload.size() > max_attribute - NLA_HDRLEN) return fail(type, "exceeds 64 KiB");
    if (nla_put(message_, type, static_cast<int>(payload.size()), payload.data()) < 0)
        fail(type, "the message exceeds 1 MiB");
}

void Writer::put_integer(std::uint16_t type, std::uint64_t value, std::size_t bytes) {
    std::uint8_t raw[8];
    for (std::size_t i = 0; i < sizeof(raw); ++i) raw[i] = static_cast<std::uint8_t>(value >> (8 * i));
    put(type, {raw, bytes});
}

std::size_t Writer::open(std::uint16_t type) {
    const std::size_t at = nlmsg_hdr(message_)->nlmsg_len;
    if (nla_put(message_, type | NLA_F_NESTED, 0, nullptr) < 0) fail(type, "the message exceeds 1 MiB");
    return at;
}

void Writer::close(std::size_t nest) {
    if (failed_) return;
    auto* header = nlmsg_hdr(message_);
    auto* attribute = reinterpret_cast<nlattr*>(reinterpret_cast<std::uint8_t*>(header) + nest);
    const std::size_t length = header->nlmsg_len - nest;
    if (length > max_attribute)
        return fail(static_cast<std::uint16_t>(nla_type(attribute)), "exceeds 64 KiB");
    attribute->nla_len = static_cast<std::uint16_t>(length);
}

Result<Bytes> Writer::finish() {
    if (failed_) return error_;
    const auto* header = nlmsg_hdr(message_);
    const auto* data = static_cast<const std::uint8_t*>(nlmsg_data(header));
    return Bytes(data, data + nlmsg_datalen(header));
}

Result<bool> Reader::next(Attribute& attribute) {
    if (rest_.empty()) return false;
    nlattr header{};
    if (rest_.size() < NLA_HDRLEN)
        return invalid("", std::to_string(rest_.size()) + " bytes are left over behind the last attribute");
    std::memcpy(&header, rest_.data(), sizeof(header));
    const auto type = static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK);
    if (header.nla_len < NLA_HDRLEN || header.nla_len > rest_.size())
        return invalid("attribute " + std::to_string(type), "length " + std::to_string(header.nla_len) +
                                                                " does not fit the " +
                                                                std::to_string(rest_.size()) + " bytes left");
    attribute = {type, rest_.subspan(NLA_HDRLEN, header.nla_len - NLA_HDRLEN)};
    rest_ = rest_.subspan(std::min<std::size_t>(NLA_ALIGN(header.nla_len), rest_.size()));
    return true;
}

Result<std::uint64_t> read_integer(const Attribute& attribute, std::size_t bytes) {
    if (attribute.payload.size() != bytes)
        return wrong_length(std::to_string(bytes) + " bytes", attribute.payload.size());
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | attribute.payload[i];
    return value;
}

void put_value(Writer& writer, std::uint16_t type, const std::string& value) {
    writer.put(type, bytes_of(value));
}

void put_value(Writer& writer, std::uint16_t type, const Id& value) {
    std::uint8_t raw[9] = {static_cast<std::uint8_t>(value.kind)};
    for (std::size_t i = 0; i < 8; ++i) raw[1 + i] = static_cast<std::uint8_t>(value.value >> (8 * i));
    writer.put(type, raw);
}

void put_value(Writer& writer, std::uint16_t type, const Address& value) { writer.put(type, value.bytes()); }

void put_value(Writer& writer, std::uint16_t type, const Prefix& value) {
    std::uint8_t raw[17] = {static_cast<std::uint8_t>(value.length())};
    const auto bytes = value.address().bytes();
    std::ranges::copy(bytes, raw + 1);
    writer.put(type, {raw, value ? 1 + bytes.size() : 0});
}

void put_value(Writer& writer, std::uint16_t type, const Mac& value) { writer.put(type, value.bytes); }
void put_value(Writer& writer, std::uint16_t type, const PortRange& value) {
    const std::uint32_t both = value.first | static_cast<std::uint32_t>(value.last) << 16;
    writer.put_integer(type, both, sizeof(both));
}

void put_value(Writer& writer, std::uint16_t type, const Icmp& value) {
    const std::uint8_t raw[] = {value.type.value_or(0), value.code.value_or(0)};
    writer.put(type, {raw, !value ? 0U : value.code ? 2U : 1U});
}

void put_value(Writer& writer, std::uint16_t type, const Bytes& value) { writer.put(type, value); }

void put_value(Writer& writer, std::uint16_t type, const schema::Tags& value) {
    const auto list = writer.open(type);
    for (const auto& [key, text] : value) {
        const auto pair = writer.open(item);
        put_value(writer, tag_key, key);
        put_value(writer, tag_value, text);
        writer.close(pair);
    }
    writer.close(list);
}

Result<void> get_value(const Attribute& attribute, std::string& value) {
    value = string_of(attribute.payload);
    return {};
}

Result<void> get_value(const Attribute& attribute, Id& value) {
    const auto raw = attribute.payload;
    if (raw.size() != 9) return wrong_length("an id of 9 bytes", raw.size());
    WEFT_TRY(const auto number, read_integer({attribute.type, raw.subspan(1)}, 8));
    const auto kind = static_cast<Kind>(raw[0]);
    if (number != 0 && id_prefix(kind).empty())
        return invalid("", "unknown kind of id " + std::to_string(raw[0]));
    value = number == 0 ? Id{} : Id{kind, number};
    return {};
}

Result<void> get_value(const Attribute& attribute, Address& value) {
    if (attribute.payload.empty()) {
        value = {};
        return {};
    }
    WEFT_TRY(value, Address::from_bytes(attribute.payload));
    return {};
}

Result<void> get_value(const Attribute& attribute, Prefix& value) {
    const auto raw = attribute.payload;
    if (raw.empty()) {
        value = {};
        return {};
    }
    WEFT_TRY(const auto address, Address::from_bytes(raw.subspan(1)));
    WEFT_TRY(value, Prefix::make(address, raw[0]));
    return {};
}

Result<void> get_value(const Attribute& attribute, Mac& value) {
    if (attribute.payload.size() != value.bytes.size())
        return wrong_length("a MAC address of 6 bytes", attribute.payload.size());
    std::ranges::copy(attribute.payload, value.bytes.begin());
    return {};
}

Result<void> get_value(const Attribute& attribute, PortRange& value) {
    WEFT_TRY(const auto both, read_integer(attribute, 4));
    value = {};
    if (both == 0) return {};
    WEFT_TRY(value,
             PortRange::make(static_cast<std::uint16_t>(both), static_cast<std::uint16_t>(both >> 16)));
    return {};
}

Result<void> get_value(const Attribute& attribute, Icmp& value) {
    const auto raw = attribute.payload;
    if (raw.size() > 2) return wrong_length("an ICMP type of up to 2 bytes", raw.size());
    value = {};
    if (!raw.empty()) value.type = raw[0];
    if (raw.size() > 1) value.code = raw[1];
    return {};
}

Result<void> get_value(const Attribute& attribute, Bytes& value) {
    value.assign(attribute.payload.begin(), attribute.payload.end());
    return {};
}

Result<void> get_value(const Attribute& attribute, schema::Tags& value) {
    value.clear();
    Reader list{attribute.payload};
    Attribute pair;
    for (;;) {
        WEFT_TRY(const bool more, list.next(pair));
        if (!more) return {};
        Reader inside{pair.payload};
        Attribute part;
        std::string key;
        std::string text;
        for (;;) {
            WEFT_TRY(const bool another, inside.next(part));
            if (!another) break;
            if (part.type == tag_key)
                key = string_of(part.payload);
            else if (part.type == tag_value)
                text = string_of(part.payload);
            else
                return invalid("", "a tag has a key and a value, not attribute " + std::to_string(part.type));
        }
        if (key.empty()) return invalid("", "a tag has no key");
        if (!value.emplace(key, text).second) return invalid("", "tag '" + key + "' is given twice");
    }
}

}  // namespace weft::wire
