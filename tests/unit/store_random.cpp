// SPDX-License-Identifier: Apache-2.0
// The store against a plain in-memory one, with random transactions and reopenings.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "store_file.h"

using namespace weft;
using namespace weft::coordinator;
using namespace weft::test;

namespace {

// The rules of repository.h, said once more without SQL.
struct Plain {
    std::map<Id, std::pair<std::uint64_t, std::string>> objects;
    std::map<std::tuple<ClaimKind, std::string, std::string>, Id> claims;
    Revision revision{0};

    std::optional<Revision> commit(const Transaction& t) {
        auto next = *this;
        const auto generation = [&](Id id) {
            const auto at = next.objects.find(id);
            return at == next.objects.end() ? 0 : at->second.first;
        };
        for (const auto& r : t.relied_on)
            if (generation(r.id) != r.generation || r.generation == 0) return std::nullopt;
        for (const auto& w : t.writes) {
            if (generation(w.id) != w.expected_generation) return std::nullopt;
            if (w.blob)
                next.objects[w.id] = {w.generation, {w.blob->begin(), w.blob->end()}};
            else
                next.objects.erase(w.id);
        }
        for (const auto& c : t.claims_released) {
            const auto at = next.claims.find({c.kind, c.scope, c.key});
            if (at == next.claims.end() || at->second != c.id) return std::nullopt;
            next.claims.erase(at);
        }
        for (const auto& u : t.unused)
            for (const auto& [key, id] : next.claims)
                if (std::get<0>(key) == u.kind && std::get<1>(key) == u.scope) return std::nullopt;
        for (const auto& c : t.claims_added)
            if (!next.claims.emplace(std::tuple{c.kind, c.scope, c.key}, c.id).second) return std::nullopt;
        if (!t.writes.empty()) ++next.revision;
        *this = next;
        return revision;
    }
};

// Evenly distributed whatever size rapidcheck is at.
std::uint64_t pick(std::uint64_t from, std::uint64_t end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, end));
}

Id random_id() { return {Kind::record, pick(1, 6)}; }

Claim random_claim(Id id) {
    return {*rc::gen::element(ClaimKind::address, ClaimKind::mac),
            *rc::gen::element(std::string("a"), std::string("b")),
            *rc::gen::element(std::string("1"), std::string("2"), std::string("3")), id};
}

Transaction random_transaction(const Plain& plain) {
    Transaction t;
    const Id id = random_id();
    const auto at = plain.objects.find(id);
    const std::uint64_t current = at == plain.objects.end() ? 0 : at->second.first;
    // Mostly right generations, so that much passes; sometimes stale ones.
    const auto expected = pick(0, 8) == 0 ? current + 1 : current;
    if (pick(0, 4) == 0 && current != 0)
        t.writes.push_back({id, expected, 0, {}});
    else
        t.writes.push_back({id, expected, expected + 1, *rc::gen::arbitrary<schema::Bytes>()});
    if (pick(0, 3) == 0) t.claims_added.push_back(random_claim(id));
    if (pick(0, 5) == 0 && !plain.claims.empty()) {
        const auto& [key, holder] = *plain.claims.begin();
        t.claims_released.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), holder});
    }
    if (pick(0, 6) == 0) {
        const auto claim = random_claim(id);
        t.unused.push_back({claim.kind, claim.scope});
    }
    if (pick(0, 4) == 0) t.relied_on.push_back({random_id(), pick(1, 3)});
    return t;
}

}  // namespace

TEST_CASE("[8.2/model] random transactions and reopenings agree with a plain store") {
    const bool passed = rc::check("store equals plain store", [] {
        StoreFile file;
        auto store = file.open();
        Plain plain;
        std::map<Revision, Id> feed;
        for (auto step = pick(5, 40); step > 0; --step) {
            const auto transaction = random_transaction(plain);
            // What a transaction relies on is checked before its own writes.
            const auto expected = plain.commit(transaction);
            const auto got = commit(*store, transaction);
            RC_ASSERT(got.has_value() == expected.has_value());
            if (got) {
                RC_ASSERT(*got == *expected);
                if (transaction.writes[0].blob || transaction.writes[0].expected_generation != 0)
                    feed[*got] = transaction.writes[0].id;
            } else {
                RC_ASSERT(got.error().code == ErrorCode::conflict);
            }
            if (pick(0, 10) == 0) {
                store.reset();
                store = file.open();
            }
        }
        RC_ASSERT(stored(*store) == plain.objects);
        for (const auto& [key, id] : plain.claims)
            RC_ASSERT(*store->holder(std::get<0>(key), std::get<1>(key), std::get<2>(key)).value() == id);
        std::map<Revision, Id> told;
        for (const auto& change : store->changes(0, 1000).value()) told[change.revision] = change.id;
        RC_ASSERT(told == feed);
    });
    CHECK(passed);
}
