// SPDX-License-Identifier: Apache-2.0
// Where objects live durably (design: the store). Blobs are opaque here; what must be unique or unused is
// said with claims, what must not have changed with generations.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/store/usage.h"
#include "weft/base/id.h"
#include "weft/base/result.h"
#include "weft/schema/field.h"

namespace weft::coordinator {

using schema::Bytes;
using Revision = std::uint64_t;

// What a claim makes unique within its scope. The numbers are stored: appended, never reused.
enum class ClaimKind : std::uint8_t {
    partition_name = 1,        // scope: owner
    gni = 2,                   // scope: none
    subnet_name = 3,           // scope: partition
    host_name = 4,             // scope: none
    underlay_address = 5,      // scope: none
    instance_name = 6,         // scope: owner
    instance_host = 7,         // scope: host, key: instance
    record_name = 8,           // scope: partition
    address = 9,               // scope: subnet (subnets of a partition never overlap)
    mac = 10,                  // scope: partition
    attachment = 11,           // scope: record, key: instance
    exclusive = 12,            // scope: record, key: none
    instance_attachment = 13,  // scope: instance, key: attachment
    attachment_host = 14,      // scope: host, key: attachment
    host_token = 15,           // scope: none, key: expiry (16 hex digits, microseconds) and hash of the token
    group_name = 16,           // scope: partition
    group_use = 17,            // scope: security group, key: tag or other group that refers to it
    tag_set = 18,              // scope: partition, key: ids of the groups
    tag_number = 19,           // scope: none
    tag_use = 20,              // scope: tag, key: record
    acl_name = 21,             // scope: partition
    acl_use = 22,              // scope: ACL, key: subnet
    table_name = 23,           // scope: partition
    table_number = 24,         // scope: none
    table_use = 25,            // scope: route table, key: subnet
    route_use = 26,            // scope: record, key: route table
    pool_name = 27,            // scope: partition
    pool_use = 28,             // scope: pool of records, key: record
    address_pool_name = 29,    // scope: partition; none for public ones
    address_pool_use = 30,     // scope: pool of addresses, key: record
    public_address = 31,       // scope: none
    scaling_rule_name = 32,    // scope: owner
    scaling_use = 33,          // scope: pool, subnet, group or host, key: scaling rule
    scaling_instance = 34,     // scope: scaling rule, key: instance
};

// The field a client gave that the claim is about, for its error: "addresses".
[[nodiscard]] std::string_view claim_field(ClaimKind kind) noexcept;

struct Claim {
    ClaimKind kind{};
    std::string scope;
    std::string key;
    Id id;  // who holds it

    friend bool operator==(const Claim&, const Claim&) = default;
    friend auto operator<=>(const Claim&, const Claim&) = default;
};

// Create (expected generation 0), replace, or delete (no blob) one object.
struct Write {
    Id id;
    std::uint64_t expected_generation{0};
    std::uint64_t generation{0};
    std::optional<Bytes> blob;
};

struct Reliance {
    Id id;
    std::uint64_t generation{0};
};

// "No claim of this kind in this scope": how a deletion says that nothing uses its object.
struct Unused {
    ClaimKind kind{};
    std::string scope;
};

// Who asked for what, when, and what came of it (row 1.13). `count` > 1: so many alike until `time_us`.
struct AuditRow {
    std::uint64_t time_us{0};
    std::string principal;
    std::string verb;
    std::string target;
    std::uint16_t code{0};  // 0 or an ErrorCode
    std::string text;       // cut at 512 bytes
    std::uint64_t count{1};

    friend bool operator==(const AuditRow&, const AuditRow&) = default;
};

// The first answer to a client token, repeated for 24 h (row 1.8).
struct TokenRow {
    std::string principal;
    std::string token;
    Bytes request_hash;
    Bytes answer;
    std::uint64_t time_us{0};
    Revision revision{0};  // filled by the store
};

// All of it or nothing. Without writes it takes no revision of its own.
struct Transaction {
    std::vector<Write> writes;
    std::vector<Reliance> relied_on;
    std::vector<Claim> claims_released;
    std::vector<Unused> unused;  // checked after the releases, before the additions
    std::vector<Claim> claims_added;
    std::vector<AuditRow> audit;
    std::optional<TokenRow> token;
    UsageChanges usage;
    std::uint64_t time_us{0};
};

struct StoredObject {
    Id id;
    std::uint64_t generation{0};
    Revision revision{0};  // that wrote it
    std::span<const std::uint8_t> blob;
};

struct StoredChange {
    Revision revision{0};
    Id id;
    std::optional<Bytes> before;
    std::optional<Bytes> after;
};

class Repository {
public:
    using Completion = std::function<void(Result<Revision>)>;

    virtual ~Repository() = default;

    // Answered on the store's thread, in the order of the revisions, once the transaction is durable. Errors:
    // conflict (field "generation", "token", or the claim's field: nothing changed), exhausted or system
    // (nothing changed), unknown (it may have happened; the process must end).
    virtual void commit(Transaction transaction, Completion completion) = 0;

    // Random at creation: an agent tells clusters apart by it.
    [[nodiscard]] virtual std::uint64_t cluster() const = 0;
    // Grows whenever revisions may have gone back (a restore).
    [[nodiscard]] virtual std::uint64_t epoch() const = 0;
    // Names the repository in errors: the file's path.
    [[nodiscard]] virtual const std::string& name() const = 0;

    // The calls below read what is durable; from one thread only.

    // Every object, by kind and id; stops at the first error of `visit`. Returns the newest revision.
    [[nodiscard]] virtual Result<Revision> load(
        const std::function<Result<void>(const StoredObject&)>& visit) = 0;
    // Changes after `after`, oldest first, whole revisions, about `limit` of them. Below the feed's floor:
    // not_found, and the reader starts from all objects.
    [[nodiscard]] virtual Result<std::vector<StoredChange>> changes(Revision after, std::size_t limit) = 0;
    [[nodiscard]] virtual Result<std::optional<TokenRow>> token(const std::string& principal,
                                                                const std::string& token) = 0;
    // Who holds a claim.
    [[nodiscard]] virtual Result<std::optional<Id>> holder(ClaimKind kind, const std::string& scope,
                                                           const std::string& key) = 0;
    // The newest rows, newest first.
    [[nodiscard]] virtual Result<std::vector<AuditRow>> audit(std::size_t limit) = 0;
    // Whether the ledger of usage has every record (UsageChanges::complete).
    [[nodiscard]] virtual Result<bool> usage_complete() = 0;

    // From any thread: a part of what the ledger says, by record.
    [[nodiscard]] virtual Result<UsagePage> usage(const UsageQuery& query) const = 0;
};

}  // namespace weft::coordinator
