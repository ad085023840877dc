// SPDX-License-Identifier: Apache-2.0
// The fields of one object, of the kind that the first byte names: desired objects of a session, then stored
// objects of requests. What is accepted reads the same after being written.
#include <cstdlib>

#include "agent/state/object.h"
#include "weft/schema/objects.h"
#include "weft/wire/codec.h"

using namespace weft;

namespace {

// Below it are desired objects, from `more_desired` on those whose kinds are not below it.
constexpr std::uint8_t first_stored = 8;
constexpr std::uint8_t more_desired = 64;

template <class T>
void check(std::span<const std::uint8_t> bytes) {
    T object{};
    const auto given = wire::decode_into(bytes, object);
    if (!given) return;
    const auto written = wire::encode(object, *given);
    if (!written) return;  // larger than one attribute can be
    T again{};
    const auto read = wire::decode_into(std::span<const std::uint8_t>(*written), again);
    if (!read || *read != *given || again != object) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::span bytes{data + 1, size - 1};
    if (data[0] < first_stored || data[0] >= more_desired) {
        const auto kind = data[0] < first_stored ? data[0] : data[0] - more_desired + first_stored;
        const wire::Put put{static_cast<schema::DesiredKind>(kind), {bytes.begin(), bytes.end()}};
        const auto object = agent::decode_object(put);
        if (!object) return 0;
        const auto written = agent::encode_object(*object);
        if (!written) return 0;
        const auto again = agent::decode_object(*written);
        if (!again || *again != *object) std::abort();
        return 0;
    }
    schema::with_object(static_cast<Kind>(data[0] - first_stored),
                        [&]<class T>(std::type_identity<T>) { check<T>(bytes); });
    return 0;
}
