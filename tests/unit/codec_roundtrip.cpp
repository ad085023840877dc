// SPDX-License-Identifier: Apache-2.0
// Any object survives the wire, JSON and YAML.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "weft/schema/desired.h"
#include "weft/schema/json.h"
#include "weft/schema/objects.h"
#include "weft/schema/yaml.h"
#include "weft/wire/codec.h"
#include "weft/wire/message/hello.h"
#include "weft/wire/message/status.h"

using namespace weft;

namespace {

template <class V>
requires(std::is_integral_v<V> && !std::is_same_v<V, bool>) void fill(V& value, std::uint64_t most) {
    value = static_cast<V>(*rc::gen::arbitrary<std::uint64_t>() %
                           (std::min<std::uint64_t>(most, std::numeric_limits<V>::max()) | 1));
}
void fill(bool& value, std::uint64_t) { value = *rc::gen::arbitrary<bool>(); }
void fill(std::string& value, std::uint64_t most) {
    const auto size = *rc::gen::inRange<std::size_t>(1, 12);
    value = *rc::gen::container<std::string>(std::min<std::size_t>(size, most),
                                             rc::gen::inRange<char>(' ', '\x7f'));
}
void fill(Id& value, std::uint64_t) {
    value = {*rc::gen::element(Kind::record, Kind::host, Kind::subnet), *rc::gen::nonZero<std::uint64_t>()};
}
void fill(Address& value, std::uint64_t) {
    const auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(*rc::gen::element<std::size_t>(4, 16),
                                                                      rc::gen::arbitrary<std::uint8_t>());
    value = Address::from_bytes(bytes).value();
}
void fill(Prefix& value, std::uint64_t) {
    const auto bits = *rc::gen::inRange<std::uint32_t>(0, 33);
    const auto raw = *rc::gen::arbitrary<std::uint32_t>();
    value = Prefix::make(Address::v4(bits == 0 ? 0 : raw & ~std::uint32_t{0} << (32 - bits)), bits).value();
}
void fill(Mac& value, std::uint64_t) { value = Mac::local(*rc::gen::arbitrary<std::uint64_t>()); }
void fill(PortRange& value, std::uint64_t) {
    const auto last = *rc::gen::inRange<std::uint32_t>(1, 65536);
    const auto first = *rc::gen::inRange<std::uint32_t>(0, last + 1);
    value = {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
}
void fill(Icmp& value, std::uint64_t) {
    value.type = *rc::gen::arbitrary<std::uint8_t>();
    if (*rc::gen::arbitrary<bool>()) value.code = *rc::gen::arbitrary<std::uint8_t>();
}
void fill(schema::Tags& value, std::uint64_t) {
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
        std::string key;
        fill(key, 20);
        fill(value[key], 20);
    }
}
template <schema::NamedEnum V>
void fill(V& value, std::uint64_t) {
    const auto& names = schema::enum_names<V>;
    value = names[*rc::gen::inRange<std::size_t>(0, names.size())].first;
}
template <schema::Described V>
void fill(V& value, std::uint64_t);
template <class V>
void fill(std::vector<V>& value, std::uint64_t most) {
    value.resize(std::min<std::size_t>(*rc::gen::inRange<std::size_t>(1, 4), most));
    for (V& item : value) fill(item, 255);
}
template <class V>
void fill(schema::Rare<V>& value, std::uint64_t most) {
    fill(value.edit(), most);
}
// Fields get a value or keep their default, integers within their bounds; times stay below the year 10000
// (their text form has four digits).
template <schema::Described V>
void fill(V& value, std::uint64_t) {
    schema::for_each_field<V>([&](const auto& field) {
        auto& member = value.*field.member;
        constexpr bool number = std::is_integral_v<std::remove_reference_t<decltype(member)>>;
        const bool needed = field.has(schema::required) || (number && field.min > 0);
        if (field.has(schema::timestamp))
            fill(member, 250'000'000'000'000'000ULL);
        else if (needed || *rc::gen::arbitrary<bool>())
            fill(member, field.max);
        if constexpr (number)
            if (member < field.min)
                member = static_cast<std::remove_reference_t<decltype(member)>>(field.min);
    });
}
template <class V>
V any() {
    V value{};
    fill(value, 0);
    return value;
}

template <class T>
bool survives_wire() {
    return rc::check(std::string(schema::Schema<T>::name) + " survives the wire", [] {
        const T object = any<T>();
        const auto bytes = wire::encode(object);
        RC_ASSERT(bytes.has_value());
        T read{};
        const auto mask = wire::decode_into(*bytes, read);
        RC_ASSERT(mask.has_value());
        RC_ASSERT(read == object);
        RC_ASSERT(*mask == wire::changed_fields(object));
    });
}

template <class T>
bool survives_text() {
    return rc::check(std::string(schema::Schema<T>::name) + " survives JSON and YAML", [] {
        T object = any<T>();
        schema::for_each_field<T>([&](const auto& field) {
            if (field.has(schema::secret)) object.*field.member = {};  // which no text shows
        });
        for (const bool yaml : {false, true}) {
            const auto value = schema::to_value(object);
            const auto text = yaml ? schema::to_yaml(value) : schema::to_json(value);
            RC_LOG(text);
            const auto tree = yaml ? schema::parse_yaml(text, "text") : schema::parse_json(text, "text");
            RC_ASSERT(tree.has_value());
            RC_ASSERT(*tree == value);
            T read{};
            RC_ASSERT(schema::patch_from_value(*tree, "", read).has_value());
            RC_ASSERT(read == object);
        }
    });
}

}  // namespace

TEST_CASE("[8.1/codec] every stored object survives the wire") {
    schema::for_each_object([]<class T>(std::type_identity<T>) { CHECK(survives_wire<T>()); });
}

TEST_CASE("[8.1/codec] every desired object survives the wire") {
    []<class... T>(std::type_identity<std::tuple<T...>>) {
        CHECK((survives_wire<T>() && ...));
    }(std::type_identity<schema::DesiredObjects>{});
}

TEST_CASE("[8.1/codec] hellos, reports and nested answers survive the wire") {
    CHECK(survives_wire<wire::Hello>());
    CHECK(survives_wire<wire::Report>());
    CHECK(survives_wire<wire::Counters>());
}

TEST_CASE("[4.1/text] a group's rules survive JSON and YAML") {
    CHECK(survives_wire<schema::SecurityGroup>());
    CHECK(survives_text<schema::SecurityGroup>());
}

TEST_CASE("[8.1/text] every stored object survives JSON and YAML") {
    schema::for_each_object([]<class T>(std::type_identity<T>) { CHECK(survives_text<T>()); });
}

TEST_CASE("[1.12/hostile] arbitrary bytes never get past the table unnoticed") {
    CHECK(rc::check("what is accepted encodes to what the decoder accepts again", [] {
        const auto bytes = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
        schema::Record record;
        if (!wire::decode_into(bytes, record)) return;
        const auto again = wire::encode(record);
        RC_ASSERT(again.has_value());
        schema::Record read;
        RC_ASSERT(wire::decode_into(*again, read).has_value());
        RC_ASSERT(read == record);
    }));
}
