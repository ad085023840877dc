// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/description.h"

#include <doctest/doctest.h>

#include "weft/schema/desired.h"
#include "weft/schema/objects.h"

using namespace weft;
using schema::Shape;

TEST_CASE("[1.1/tables] the description of a kind says what its table says") {
    CHECK(schema::fields_of(Kind::record).size() == schema::field_count<schema::Record>);
    CHECK(schema::fields_of(Kind::gateway).empty());
    const auto* addresses = schema::find_field(Kind::record, "addresses");
    REQUIRE(addresses != nullptr);
    CHECK(addresses->shape == Shape::list);
    CHECK(addresses->max == 64);
    CHECK(addresses->client_may_set());
    const auto* status = schema::find_field(Kind::record, "status");
    CHECK(status->choices == std::vector<std::string_view>{"available", "disabled", "in-repair"});
    CHECK(schema::find_field(Kind::record, "source-dest-check")->shape == Shape::boolean);
    CHECK(schema::find_field(Kind::record, "tags")->shape == Shape::tags);
    CHECK(schema::find_field(Kind::record, "generation")->shape == Shape::integer);
    CHECK_FALSE(schema::find_field(Kind::record, "partition")->client_may_set());
    CHECK(schema::find_field(Kind::record, "nonsense") == nullptr);
}

TEST_CASE("[1.1/tables] every field of ids says what it refers to") {
    CHECK(schema::find_field(Kind::record, "subnet")->refers == Kind::subnet);
    CHECK(schema::find_field(Kind::record, "instances")->refers == Kind::instance);
    CHECK(schema::find_field(Kind::partition, "dedicated-hosts")->refers == Kind::host);
    CHECK(schema::find_field(Kind::operation, "from-host")->refers == Kind::host);
    CHECK(schema::find_field(Kind::operation, "awaited")->refers == Kind::host);
    CHECK(schema::find_field(Kind::record, "id")->refers == Kind::none);
    schema::for_each_object([]<class T>(std::type_identity<T>) {
        schema::for_each_field<T>([](const auto& field) {
            using V = schema::Plain<std::remove_cvref_t<decltype(std::declval<T>().*field.member)>>;
            if constexpr (std::is_same_v<V, Id> || std::is_same_v<V, std::vector<Id>>) {
                const auto* described = schema::find_field(schema::Schema<T>::kind, field.name);
                CAPTURE(field.name);
                CHECK((field.name == "id") == (described->refers == Kind::none));
            }
        });
    });
}

TEST_CASE("[1.1/tables] attribute ids leave the bits that mark optional and nested ones free") {
    schema::for_each_object([]<class T>(std::type_identity<T>) {
        schema::for_each_field<T>([](const auto& field) {
            CAPTURE(field.name);
            CHECK(field.id > 0);
            CHECK(field.id < schema::optional_bit);
            CHECK(field.min <= field.max);
            CHECK_FALSE(field.help.empty());
        });
    });
}

TEST_CASE("[1.1/ids] an id is its kind and 17 hex digits, the first 0") {
    CHECK(to_string(Id{Kind::record, 0xf3a5c1d2e3b4a59}) == "rec-00f3a5c1d2e3b4a59");
    CHECK(parse_id("rec-00f3a5c1d2e3b4a59").value() == Id{Kind::record, 0xf3a5c1d2e3b4a59});
    CHECK(parse_id("host-0ffffffffffffffff").value() == Id{Kind::host, ~std::uint64_t{0}});
    for (const char* bad :
         {"", "rec", "rec-", "rec-10f3a5c1d2e3b4a59", "rec-00f3a5c1d2e3b4a5", "rec-00f3a5c1d2e3b4a590",
          "rec-00f3a5c1d2e3b4a5g", "rec-00000000000000000", "what-00f3a5c1d2e3b4a59"})
        CHECK_MESSAGE(!parse_id(bad).has_value(), bad);
    CHECK(new_id(Kind::host) != new_id(Kind::host));
    CHECK(new_id(Kind::host).kind == Kind::host);
    CHECK(to_string(Id{}).empty());
}
