// SPDX-License-Identifier: Apache-2.0
// Pages of a list while objects come, go and change, and what a turn of it may cost.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "service_world.h"

using namespace weft;
using namespace weft::test;

namespace {

// Evenly distributed whatever size rapidcheck is at.
std::size_t pick(std::size_t end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, end));
}

schema::Record named(const std::string& name, Id subnet) {
    schema::Record record;
    record.name = name;
    record.subnet = subnet;
    record.tags = {{"role", "web"}};
    return record;
}

// Partition `big` of ann with `count` records r0, r1 and so on, written past the verbs; each hundredth is
// tagged.
void fill(World& world, std::uint64_t count) {
    world.add_partition(world.ann, "big");
    const auto subnet = world.cloud().named<schema::Subnet>("front").front();
    std::vector<Change> changes;
    for (std::uint64_t n = 0; n < count; ++n) {
        auto record = std::make_shared<schema::Record>(named("r" + std::to_string(n), subnet->id));
        record->id = {Kind::record, 1000 + n};
        record->partition = subnet->partition;
        record->owner = "ann";
        record->addresses = {Address::v4(0x0a640000U + static_cast<std::uint32_t>(n))};
        record->tags = n % 100 == 0 ? schema::Tags{{"role", "rare"}} : schema::Tags{};
        changes.push_back({record->id, {}, Object{Ptr<schema::Record>{record}}});
    }
    const_cast<Cloud&>(world.cloud()).apply(world.cloud().revision(), changes);
}

struct Listed {
    std::vector<std::string> names;
    unsigned turns{0};
    std::size_t most{0};
};

Listed all(World& world, const Principal& principal, const schema::Tags& filters, std::uint32_t limit = 0) {
    Listed out;
    wire::ListRequest request{Kind::record, filters, {}, limit};
    for (bool more = true; more; ++out.turns) {
        const auto page = world.service->list(principal, request).value();
        for (const auto& answer : page.objects)
            out.names.push_back(object_of<schema::Record>(answer.object).name);
        out.most = std::max(out.most, page.objects.size());
        request.after = to_string(page.last);
        more = page.more;
    }
    return out;
}

}  // namespace

TEST_CASE(
    "[1.7/page] whatever comes, goes and changes between pages: nothing twice, and what stayed is there") {
    rc::check([] {
        World world;
        const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
        std::set<std::string> there;      // ids
        std::set<std::string> all_while;  // of those that fit from the first page to the last
        const auto create = [&](unsigned n) {
            const auto ack = world.create(world.ann, named("r" + std::to_string(n), subnet));
            RC_ASSERT(ack.code == 0);
            return to_string(object_of<schema::Record>(ack.object).id);
        };
        unsigned made = 0;
        for (; made < 12; ++made) there.insert(create(made));
        all_while = there;
        const schema::Tags filters =
            *rc::gen::element(schema::Tags{}, schema::Tags{{"tag:role", "web"}},
                              schema::Tags{{"subnet", "front"}}, schema::Tags{{"partition", "blue"}},
                              schema::Tags{{"owner", "ann"}}, schema::Tags{{"status", "available"}});
        wire::ListRequest request{Kind::record, filters, {}, static_cast<std::uint32_t>(1 + pick(5))};
        std::set<std::string> seen;
        for (bool more = true; more;) {
            const auto page = world.service->list(world.ann, request).value();
            RC_ASSERT(page.objects.size() <= request.limit);
            for (const auto& answer : page.objects) {
                const auto id = to_string(object_of<schema::Record>(answer.object).id);
                RC_ASSERT(there.contains(id));
                RC_ASSERT(seen.insert(id).second);
            }
            request.after = to_string(page.last);
            more = page.more;
            for (auto steps = pick(4); steps > 0 && !there.empty(); --steps) {
                const auto id = *std::next(there.begin(), static_cast<std::ptrdiff_t>(pick(there.size())));
                switch (pick(4)) {
                    case 0: there.insert(create(made++)); break;
                    case 1:
                        RC_ASSERT(world.remove(world.ann, Kind::record, id).code == 0);
                        there.erase(id);
                        all_while.erase(id);
                        break;
                    case 2: {
                        schema::Record patch;
                        patch.name = "renamed" + std::to_string(made++);
                        RC_ASSERT(world.modify(world.ann, id, patch).code == 0);
                        break;
                    }
                    default: {  // fits no more, if tags are asked for
                        schema::Record patch;
                        patch.tags = {{"role", "db"}};
                        RC_ASSERT(world.modify(world.ann, id, patch).code == 0);
                        if (filters.contains("tag:role")) all_while.erase(id);
                    }
                }
            }
        }
        for (const auto& id : all_while) RC_ASSERT(seen.contains(id));
    });
}

TEST_CASE("[1.7/page] a turn is bounded: some hundred objects, and few that are looked at in vain") {
    World world;
    fill(world, 20'000);
    const auto whole = all(world, world.root, {});
    CHECK(whole.names.size() == 20'000);
    CHECK(whole.most <= 300);
    CHECK(whole.turns >= 60);
    // Nobody knows where these are: all are looked at, some thousand a turn.
    const auto rare = all(world, world.root, {{"zone", "nowhere"}});
    CHECK(rare.names.empty());
    CHECK(rare.turns >= 4);
    CHECK(rare.turns <= 8);
    // Another customer is shown nothing, in as many turns.
    CHECK(all(world, world.bob, {}).names.empty());
    CHECK(all(world, world.bob, {}).turns >= 4);
    CHECK(all(world, world.root, {}, 7).most == 7);
}

TEST_CASE("[1.7/page] what an index knows is found in a turn, among however many others") {
    World world;
    fill(world, 20'000);
    const auto one = [&](const schema::Tags& filters) {
        const auto found = all(world, world.ann, filters);
        CHECK(found.turns == 1);
        REQUIRE(found.names.size() == 1);
        return found.names.front();
    };
    CHECK(one({{"name", "r17"}}) == "r17");
    CHECK(one({{"id", to_string(Id{Kind::record, 1023})}}) == "r23");
    CHECK(one({{"addresses", "10.100.0.99"}}) == "r99");
    CHECK(one({{"addresses", "10.100.0.99"}, {"name", "r99"}, {"partition", "big"}}) == "r99");
    const auto tagged = all(world, world.ann, {{"tag:role", "rare"}});
    CHECK(tagged.turns == 1);
    CHECK(tagged.names.size() == 200);
    for (const auto& filters : {schema::Tags{{"subnet", "front"}}, schema::Tags{{"partition", "big"}},
                                schema::Tags{{"owner", "ann"}}})
        CHECK(all(world, world.root, filters).names.size() == 20'000);
    CHECK(all(world, world.ann, {{"partition", "none"}}).names.empty());
    CHECK(all(world, world.ann, {{"addresses", "10.101.0.1"}}).turns == 1);
    CHECK(all(world, world.ann, {{"addresses", "not an address"}}).turns == 1);
    CHECK(all(world, world.ann, {{"tag:role", "rare"}, {"addresses", "10.100.0.1"}}).names.empty());
}
