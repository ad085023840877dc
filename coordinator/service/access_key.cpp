// SPDX-License-Identifier: Apache-2.0
// Access keys (row 3.1): made for oneself, by the operator for anyone.
#include "coordinator/service/access_key.h"

#include <algorithm>

#include "coordinator/pki/secret.h"
#include "coordinator/pki/token.h"
#include "coordinator/service/fields.h"
#include "coordinator/service/service.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::AccessKey;

constexpr std::ptrdiff_t most_keys = 100;  // of a user

}  // namespace

bool usable(const AccessKey& key, std::uint64_t now_us) {
    return !key.disabled && (key.expire_time == 0 || now_us < key.expire_time);
}

Result<Plan> create_key(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<AccessKey>(request.object));
    AccessKey& key = given.object;
    if (key.user.empty()) key.user = context.principal.name;
    WEFT_CHECK(context.permit_new(key, "user"));
    const auto& keys = context.cloud.table<AccessKey>();
    const auto of_user = [&](const auto& entry) { return entry.second.object->user == key.user; };
    if (std::count_if(keys.begin(), keys.end(), of_user) >= most_keys)
        return Error{ErrorCode::exhausted,
                     key.user + " has " + std::to_string(most_keys) + " access keys: delete some first",
                     "user", 0};
    if (key.expire_time != 0 && key.expire_time <= context.now_us)
        return invalid("expire-time", "has passed already");
    WEFT_TRY(auto secret, pki::new_token());
    WEFT_TRY(key.salt, pki::new_salt());
    key.hash = pki::salted_hash(key.salt, secret);
    key.id = new_id(Kind::access_key);
    Plan plan{context.draft(), "created access key " + to_string(key.id) + " of " + key.user, key.id};
    plan.secret = std::move(secret);
    plan.draft.put(key);
    return plan;
}

Result<Plan> modify_key(const Context& context, const AccessKey& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    return replace(context, context.draft(), before, after);
}

Result<Plan> remove_key(const Context& context, const AccessKey& key) {
    Plan plan{context.draft(), "deleted access key " + to_string(key.id) + " of " + key.user};
    plan.draft.erase(key.id);
    return plan;
}

Result<Ptr<AccessKey>> Service::login(const wire::LoginRequest& request) {
    const auto id = parse_id(request.key);
    auto key = id ? ledger_.cloud().find<AccessKey>(*id) : nullptr;
    // As much work for a key that is not there.
    const auto hash = pki::salted_hash(key ? key->salt : std::string(32, '0'), request.secret);
    const bool same = pki::same_hash(hash, key ? key->hash : std::string(64, '0'));
    if (!key || !same || !usable(*key, clock_.unix_us())) {
        const auto refusal =
            refused("the access key is unknown, disabled or expired, or its secret is wrong");
        note({}, "login", request.key, refusal);
        return refusal;
    }
    note({key->user}, "login", request.key, {});
    return key;
}

}  // namespace weft::coordinator
