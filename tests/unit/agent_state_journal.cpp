// SPDX-License-Identifier: Apache-2.0
// The desired set outlives the agent's process, or is not believed at all.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>

#include "agent/state/journal.h"
#include "agent/state_file.h"
#include "tests/harness/scratch.h"
#include "weft/base/file.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Scratch;

namespace {

constexpr Installed identity{0x1111, 0x2222, 40, 0x3333};

// Few keys, so that objects replace each other.
Object object(unsigned kind, unsigned key, unsigned variant) {
    const auto prefix = Prefix::host(Address::v4(0x0a010200 + key));
    switch (kind) {
        case 0: {
            schema::Peer peer;
            peer.host = {Kind::host, key + 1};
            peer.name = "h" + std::to_string(variant);
            peer.underlay = {Address::v4(0xc0000200 + key)};
            peer.accept_frameworks = {"geneve/1", "vxlan/1"};
            return peer;
        }
        case 1: return schema::Route{variant + 1, prefix, schema::RouteTarget::local, {}};
        case 2:
            return schema::Mapping{7,  prefix, {Kind::host, variant + 1}, {Kind::record, key + 1},
                                   {}, variant};
        case 3: return schema::Source{7, prefix, {{Kind::host, 1}, {Kind::host, variant + 2}}};
        case 4: return schema::Acl{{Kind::network_acl, key + 1}, {{variant + 1, {}, {}, {}, {}, {}, {}}}};
        case 5: {
            schema::SecurityRule rule;
            rule.remote = prefix;
            return schema::Group{{Kind::security_group, key + 1}, 7, variant % 2 == 0, {rule}};
        }
        case 6: return schema::Tag{7, key + 1, {{Kind::security_group, variant + 1}}};
        default: {
            schema::Port port;
            port.attachment = {Kind::attachment, key + 1};
            port.record = {Kind::record, key + 1};
            port.gni = 7;
            port.device = "tap" + std::to_string(variant);
            port.addresses = {Address::v4(0x0a010200 + key)};
            port.transmit = variant % 2 == 0;
            return port;
        }
    }
}

bool same(const DesiredSet& a, const DesiredSet& b) {
    return [&]<class... T>(std::type_identity<std::tuple<T...>>) {
        return ((a.of<T>() == b.of<T>()) && ...);
    }(std::type_identity<schema::DesiredObjects>{});
}

DesiredSet some_objects() {
    DesiredSet desired;
    for (unsigned kind = 0; kind < 8; ++kind)
        for (unsigned key = 0; key < 3; ++key) desired.put(object(kind, key, kind + key));
    return desired;
}

}  // namespace

TEST_CASE("[8.5/restart] a journal gives back whose state it is and every object") {
    const auto desired = some_objects();
    const auto bytes = snapshot_group(desired, identity).value();
    const auto back = recover(bytes);
    if (!back) FAIL(back.error().message());
    CHECK(back->identity == identity);
    CHECK(same(back->desired, desired));
}

TEST_CASE("[8.5/restart] a journal cut at any length is refused, or is an older revision whole") {
    const auto desired = some_objects();
    auto bytes = snapshot_group(desired, identity).value();
    const auto first = bytes.size();
    const auto delta = delta_group({{object(2, 9, 1)}, {key_of(object(2, 0, 0))}}, 41).value();
    bytes.insert(bytes.end(), delta.begin(), delta.end());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        CAPTURE(length);
        const auto cut = recover(std::span(bytes).first(length));
        if (length == first) {
            REQUIRE(cut.has_value());
            CHECK(cut->identity.revision == 40);
            CHECK(same(cut->desired, desired));
        } else {
            REQUIRE_FALSE(cut.has_value());
            CHECK(cut.error().code == ErrorCode::damaged);
            CHECK(cut.error().field.starts_with("byte "));
        }
    }
    const auto whole = recover(bytes);
    REQUIRE(whole.has_value());
    CHECK(whole->identity.revision == 41);
    CHECK(whole->desired.size() == desired.size());
    CHECK(whole->desired.find<schema::Mapping>(key_of(object(2, 0, 0)).key) == nullptr);
}

TEST_CASE("[8.5/restart] no flipped bit in a journal changes what is believed") {
    const auto bytes = snapshot_group(some_objects(), identity).value();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        // Bytes 12 to 15 of a frame's header (netlink's port) are not kept by a frame: nothing depends on
        // them.
        auto wrong = bytes;
        wrong[at] = static_cast<std::uint8_t>(wrong[at] ^ (1U << at % 8));
        const auto read = recover(wrong);
        if (read && (read->identity != identity || !same(read->desired, some_objects())))
            FAIL("believed, byte " << at);
    }
}

TEST_CASE("[8.5/restart] any sequence of snapshots, commits and crashes reads back as what was committed") {
    CHECK(rc::check([] {
        const Scratch scratch;
        DesiredSet told;
        Installed at = identity;
        std::optional<StateFile> file{std::in_place, scratch.path()};
        RC_ASSERT(static_cast<bool>(file->replace(told, at)));
        const auto pick = [](unsigned most) {
            return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0U, most));
        };
        const auto steps = pick(30);
        for (unsigned step = 0; step < steps; ++step) {
            const auto what = pick(8);
            if (what < 6) at.revision += pick(3);
            if (what == 0) {
                told = {};
                for (unsigned i = pick(20); i > 0; --i) told.put(object(pick(8), pick(6), pick(4)));
                RC_ASSERT(static_cast<bool>(file->replace(told, at)));
            } else if (what < 6) {
                Changes changes;
                for (unsigned i = pick(6); i > 0; --i) {
                    const auto made = object(pick(8), pick(6), pick(4));
                    const auto same_key = [&](const Object& o) { return key_of(o) == key_of(made); };
                    if (std::ranges::any_of(changes.puts, same_key)) continue;
                    if (pick(3) == 0) {
                        changes.deletes.push_back(key_of(made));
                        told.remove(key_of(made));
                    } else if (std::ranges::find(changes.deletes, key_of(made)) == changes.deletes.end()) {
                        changes.puts.push_back(made);
                        told.put(made);
                    }
                }
                RC_ASSERT(static_cast<bool>(file->append(changes, told, at)));
            } else if (what == 6) {
                file.emplace(scratch.path());  // the process died: another one continues
            }
            const auto back = file->load();
            RC_ASSERT(back.has_value());
            RC_ASSERT(back->identity == at);
            RC_ASSERT(same(back->desired, told));
        }
    }));
}

TEST_CASE("[8.5/restart] a file of deltas that outgrows its set is written anew") {
    const Scratch scratch;
    StateFile file{scratch.path()};
    DesiredSet desired = some_objects();
    auto at = identity;
    REQUIRE(file.replace(desired, at).has_value());
    std::size_t largest = 0;
    for (unsigned i = 0; i < 20000; ++i) {
        ++at.revision;
        const Changes changes{{object(2, 1, i)}, {}};
        desired.put(object(2, 1, i));
        REQUIRE(file.append(changes, desired, at).has_value());
        largest = std::max(largest, std::filesystem::file_size(file.path()));
    }
    CHECK(largest < (1U << 21));
    const auto back = file.load();
    if (!back) FAIL(back.error().message());
    CHECK(back->identity == at);
    CHECK(same(back->desired, desired));
}

TEST_CASE("[8.5/restart] the file is this user's alone, and a missing one says so") {
    const Scratch scratch;
    StateFile file{scratch / "made/on/demand"};
    const auto none = file.load();
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == ErrorCode::not_found);
    REQUIRE(file.replace(some_objects(), identity).has_value());
    CHECK((std::filesystem::status(file.path()).permissions() & std::filesystem::perms::all) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));

    auto content = read_file(file.path()).value();
    content.resize(content.size() - 1);
    REQUIRE(replace_file(file.path(), content).has_value());
    const auto damaged = file.load();
    REQUIRE_FALSE(damaged.has_value());
    CHECK(damaged.error().message().find(file.path() + ": byte ") != std::string::npos);
}
