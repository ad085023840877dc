// SPDX-License-Identifier: Apache-2.0
// An access key: by its id and secret a program without a certificate says over TLS which principal it acts
// for (row 3.1). Only a salted hash of the secret is stored.
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::schema {

struct AccessKey {
    Id id;
    std::string user;
    std::string description;
    bool disabled{false};
    std::uint64_t expire_time{0};
    std::string salt;
    std::string hash;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};

    friend bool operator==(const AccessKey&, const AccessKey&) = default;
};

template <>
struct Schema<AccessKey> {
    static constexpr Kind kind = Kind::access_key;
    static constexpr std::string_view name = "key";
    static constexpr auto fields = Fields{
        Field{1, "id", &AccessKey::id, "id of the key", server},
        Field{2, "user", &AccessKey::user, "principal that it stands for; the requester when left out",
              create_only, 0, 255},
        Field{3, "description", &AccessKey::description, "free text", settable, 0, 1024},
        Field{4, "disabled", &AccessKey::disabled, "it opens nothing, and what it opened is closed",
              settable},
        Field{5, "expire-time", &AccessKey::expire_time, "when it ends by itself, as RFC 3339 says it",
              settable | timestamp},
        Field{6, "salt", &AccessKey::salt, "random, hashed with the secret", server | secret},
        Field{7, "hash", &AccessKey::hash, "of salt and secret", server | secret},
        Field{8, "generation", &AccessKey::generation, "counts the changes of this object", server},
        Field{9, "create-time", &AccessKey::create_time, "microseconds since 1970 UTC", server | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(AccessKey);

}  // namespace weft::schema
