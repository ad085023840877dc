// SPDX-License-Identifier: Apache-2.0
// Everything that a receiver must refuse, with the name of the field; nothing is taken from such a message.
#include <doctest/doctest.h>

#include "weft/schema/partition.h"
#include "weft/schema/record.h"
#include "weft/wire/message.h"
#include "weft/wire/message/attach_request.h"
#include "weft/wire/message/object_request.h"

using namespace weft;
using schema::Bytes;

namespace {

template <class T>
Error refused(const Bytes& bytes) {
    T object{};
    const auto result = wire::decode_into(bytes, object);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::invalid);
    return result.error();
}

// One attribute with a padded payload.
Bytes attribute(std::uint16_t type, const Bytes& payload) {
    const auto length = static_cast<std::uint16_t>(4 + payload.size());
    Bytes out{static_cast<std::uint8_t>(length), static_cast<std::uint8_t>(length >> 8),
              static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(type >> 8)};
    out.insert(out.end(), payload.begin(), payload.end());
    out.resize((out.size() + 3) & ~std::size_t{3});
    return out;
}

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Bytes text(const std::string& value) { return {value.begin(), value.end()}; }

}  // namespace

TEST_CASE("[1.12/unknown] an unknown mandatory attribute is refused, an optional one is skipped") {
    CHECK(refused<schema::Partition>(attribute(0x1000, {1, 2, 3, 4})).field == "attribute 4096");
    schema::Partition read;
    const auto mask = wire::decode_into(attribute(0x3000, {1, 2, 3, 4}) + attribute(2, text("blue")), read);
    REQUIRE(mask.has_value());
    CHECK(*mask == 0b10);
    CHECK(read.name == "blue");
}

TEST_CASE("[1.12/length] a payload of another length than the field's is refused") {
    CHECK(refused<schema::Partition>(attribute(4, {1, 2, 3})).field == "gni");
    CHECK(refused<schema::Partition>(attribute(4, {1, 2, 3, 4, 5, 6, 7, 8})).field == "gni");
    CHECK(refused<schema::Partition>(attribute(1, {1, 2, 3})).field == "id");
    CHECK(refused<schema::Partition>(attribute(6, {10, 1, 2})).field == "dns");
    CHECK(refused<schema::Record>(attribute(8, {2, 0, 0, 0, 1})).field == "mac");
    CHECK(refused<schema::Record>(attribute(11, {})).field == "delete-on-terminate");
    CHECK(refused<schema::Partition>(attribute(0x8000 | 5, attribute(1, {16, 10, 1}))).field == "cidrs");
}

TEST_CASE("[1.12/value] values that a type does not have are refused") {
    CHECK(refused<schema::Record>(attribute(11, {2})).field == "delete-on-terminate");
    CHECK(refused<schema::Record>(attribute(13, {3})).field == "status");
    CHECK(refused<schema::Partition>(attribute(1, {99, 1, 0, 0, 0, 0, 0, 0, 0})).field == "id");
    CHECK(refused<schema::Partition>(attribute(0x8000 | 5, attribute(1, {33, 10, 1, 0, 0}))).field ==
          "cidrs");
    CHECK(refused<schema::Partition>(attribute(0x8000 | 5, attribute(1, {8, 10, 1, 0, 0}))).field == "cidrs");
    CHECK(refused<wire::GetRequest>(attribute(1, {200})).field == "kind");
}

TEST_CASE("[1.12/bounds] values outside a field's bounds are refused") {
    const auto gni = refused<schema::Partition>(attribute(4, {0, 0, 0, 1}));
    CHECK(gni.field == "gni");
    CHECK(gni.text == "value 16777216 is outside 0..16777215");
    CHECK(refused<schema::Partition>(attribute(2, {})).field == "name");
    CHECK(refused<schema::Partition>(attribute(2, Bytes(256, 'x'))).field == "name");
    CHECK(refused<schema::Partition>(attribute(0x8000 | 5, {})).field == "cidrs");
    schema::Partition read;
    CHECK(wire::decode_into(attribute(2, Bytes(255, 'x')) + attribute(4, {255, 255, 255, 0}), read)
              .has_value());
}

TEST_CASE("[1.12/duplicate] an attribute, a list's wrong item and a tag given twice are refused") {
    const auto twice = refused<schema::Partition>(attribute(2, text("a")) + attribute(2, text("b")));
    CHECK(twice.field == "name");
    CHECK(twice.text == "is given twice");
    CHECK(refused<schema::Partition>(attribute(0x8000 | 5, attribute(2, {8, 10, 0, 0, 0}))).field == "cidrs");
    const Bytes tag = attribute(0x8000 | 1, attribute(1, text("k")) + attribute(2, text("v")));
    CHECK(refused<schema::Partition>(attribute(0x8000 | 9, tag + tag)).field == "tags");
    CHECK(refused<schema::Partition>(attribute(0x8000 | 9, attribute(0x8000 | 1, {}))).field == "tags");
    CHECK(refused<schema::Partition>(attribute(0x8000 | 9, attribute(0x8000 | 1, attribute(3, {1})))).field ==
          "tags");
}

TEST_CASE("[1.12/truncated] a message cut at any byte is refused or lacks whole attributes") {
    const Bytes whole = attribute(2, text("blue")) + attribute(4, {1, 0, 0, 0}) + attribute(6, {10, 1, 0, 2});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        schema::Partition read;
        const auto mask = wire::decode_into(std::span(whole).first(size), read);
        CAPTURE(size);
        if (size % 8 == 0) {
            REQUIRE(mask.has_value());
            CHECK(*mask == (size == 0 ? 0b0 : size == 8 ? 0b10 : 0b1010));
        } else {
            CHECK_FALSE(mask.has_value());
        }
    }
}

TEST_CASE(
    "[1.12/trailing] an attribute longer than the message, shorter than its header, or bytes behind it") {
    CHECK(refused<schema::Partition>({9, 0, 2, 0, 'b', 'l', 'u', 'e'}).field == "attribute 2");
    CHECK(refused<schema::Partition>({3, 0, 2, 0}).field == "attribute 2");
    CHECK(refused<schema::Partition>({0, 0, 2, 0}).field == "attribute 2");
    refused<schema::Partition>(attribute(2, text("blue")) + Bytes{0, 0});
}

TEST_CASE("[1.12/required] a whole message without a required field is refused") {
    const auto missing = wire::decode<wire::AttachRequest>(attribute(1, text("i1")));
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().field == "instance");
    CHECK(wire::decode<wire::AttachRequest>(attribute(1, text("i1")) + attribute(2, text("v1"))).has_value());
    const wire::Frame other{static_cast<std::uint16_t>(wire::Command::detach), 0, 1, {}};
    CHECK_FALSE(wire::unpack<wire::AttachRequest>(other, wire::Command::attach).has_value());
}

TEST_CASE("[1.12/oversize] no attribute exceeds 64 KiB, nests included, and no message 1 MiB") {
    wire::CreateRequest request{Kind::record, Bytes(65531, 1), {}, {}};
    CHECK(wire::encode(request).has_value());
    request.object.push_back(1);
    const auto large = wire::encode(request);
    REQUIRE_FALSE(large.has_value());
    CHECK(large.error().code == ErrorCode::exhausted);
    request = {Kind::partition, {}, {}, {}};
    request.subnets.assign(2, Bytes(40000, 1));
    CHECK_FALSE(wire::encode(request).has_value());
    // The buffer of the thread is usable again.
    CHECK(wire::encode(wire::GetRequest{Kind::host, "h1"}).has_value());
}
