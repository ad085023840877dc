// SPDX-License-Identifier: Apache-2.0
#include "service_world.h"

using namespace weft;
using namespace weft::test;

namespace {

std::vector<std::string> names(World& world, const Principal& principal, const schema::Tags& filters) {
    std::vector<std::string> found;
    for (const auto& answer : world.service->list(principal, {Kind::record, filters, {}, 0}).value().objects)
        found.push_back(object_of<schema::Record>(answer.object).name);
    std::sort(found.begin(), found.end());
    return found;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "[1.7/filter] records by partition, subnet, instance, host, owner, status, address, tag; combined") {
    World world;
    const auto host = world.add_host("h1", "192.0.2.1");
    const auto blue = world.add_partition(world.ann, "blue");
    const auto red = world.add_partition(world.bob, "red");
    world.add_instance(world.ann, "i1", host);
    world.add_record(world.ann, world.subnet_of(blue), "a");
    const auto b = world.add_record(world.ann, world.subnet_of(blue), "b");
    world.add_record(world.bob, world.subnet_of(red), "c");
    world.attached("a", "i1");
    schema::Record tag;
    tag.tags = {{"role", "db"}};
    REQUIRE(world.modify(world.ann, "b", tag).code == 0);

    CHECK(names(world, world.root, {}) == Names{"a", "b", "c"});
    CHECK(names(world, world.ann, {}) == Names{"a", "b"});
    CHECK(names(world, world.root, {{"partition", "blue"}}) == Names{"a", "b"});
    CHECK(names(world, world.root, {{"partition", to_string(red.id)}}) == Names{"c"});
    CHECK(names(world, world.root, {{"subnet", to_string(world.subnet_of(red))}}) == Names{"c"});
    CHECK(names(world, world.root, {{"subnet", "front"}}) == Names{"a", "b", "c"});
    CHECK(names(world, world.root, {{"instances", "i1"}}) == Names{"a"});
    CHECK(names(world, world.ann, {{"hosts", "h1"}}) == Names{"a"});
    CHECK(names(world, world.root, {{"owner", "bob"}}) == Names{"c"});
    CHECK(names(world, world.root, {{"attachment-status", "detached"}}) == Names{"b", "c"});
    CHECK(names(world, world.root, {{"status", "available"}}) == Names{"a", "b", "c"});
    CHECK(names(world, world.root, {{"addresses", "10.1.2.3"}}) == Names{"b"});
    CHECK(names(world, world.root, {{"tag:role", "db"}}) == Names{"b"});
    CHECK(names(world, world.root, {{"tag:role", "web"}}).empty());
    CHECK(names(world, world.root, {{"name", "b"}, {"owner", "ann"}}) == Names{"b"});
    CHECK(names(world, world.root, {{"name", "b"}, {"owner", "bob"}}).empty());
    CHECK(names(world, world.root, {{"id", to_string(b.id)}}) == Names{"b"});
    CHECK(names(world, world.root, {{"exclusive", "true"}, {"instances", "i1"}}) == Names{"a"});
    const auto unknown = world.service->list(world.root, {Kind::record, {{"colour", "x"}}, {}, 0});
    CHECK(unknown.error().code == ErrorCode::invalid);
    CHECK(unknown.error().field == "filters");
    CHECK(!world.service->list(world.root, {Kind::gateway, {}, {}, 0}));
    // Hosts are the operator's.
    CHECK(world.service->list(world.ann, {Kind::host, {}, {}, 0}).value().objects.empty());
    CHECK(world.service->list(world.root, {Kind::host, {}, {}, 0}).value().objects.size() == 1);
}

TEST_CASE("[1.7/page] pages are stable by id while objects come and go") {
    World world;
    const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
    for (int i = 0; i < 10; ++i) world.add_record(world.ann, subnet, "r" + std::to_string(i));
    std::set<std::string> seen;
    wire::ListRequest request{Kind::record, {}, {}, 3};
    int pages = 0;
    Id last;
    for (bool more = true; more; ++pages) {
        const auto page = world.service->list(world.ann, request).value();
        CHECK(page.objects.size() <= 3);
        for (const auto& answer : page.objects) {
            const auto record = object_of<schema::Record>(answer.object);
            CHECK(record.id > last);
            last = record.id;
            seen.insert(record.name);
        }
        // The one just shown goes: the next page starts behind its id all the same.
        world.remove(world.ann, Kind::record, to_string(page.last));
        request.after = to_string(page.last);
        more = page.more;
    }
    CHECK(pages == 4);
    CHECK(seen.size() == 10);
    request.after = "part-00000000000000001";
    CHECK(world.service->list(world.ann, request).error().field == "after");
}

TEST_CASE("[1.7/get] by id, name, scope and name, or unambiguous id prefix; ambiguous names the candidates") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const auto red = world.add_partition(world.ann, "red");
    const auto one = world.add_record(world.ann, world.subnet_of(blue), "web");
    const auto two = world.add_record(world.ann, world.subnet_of(red), "web");
    const auto get = [&](const std::string& ref) {
        return world.service->get(world.ann, {Kind::record, ref});
    };
    CHECK(object_of<schema::Record>(get(to_string(one.id))->object).id == one.id);
    CHECK(object_of<schema::Record>(get("blue/web")->object).id == one.id);
    CHECK(object_of<schema::Record>(get("red/web")->object).id == two.id);
    CHECK(get("green/web").error().code == ErrorCode::not_found);
    const auto ambiguous = get("web").error();
    CHECK(ambiguous.code == ErrorCode::conflict);
    CHECK(ambiguous.text.find(to_string(one.id) + " (blue/web)") != std::string::npos);
    CHECK(ambiguous.text.find(to_string(two.id) + " (red/web)") != std::string::npos);
    // Random ids differ early.
    auto prefix = to_string(one.id);
    while (prefix.size() > 5 && to_string(two.id).find(prefix.substr(0, prefix.size() - 1)) != 0)
        prefix.pop_back();
    CHECK(object_of<schema::Record>(get(prefix)->object).id == one.id);
    CHECK(get("rec-0").error().code == ErrorCode::conflict);
    CHECK(world.service->get(world.bob, {Kind::record, to_string(one.id)}).error().code ==
          ErrorCode::not_found);
    CHECK(world.service->get(world.bob, {Kind::record, prefix}).error().code == ErrorCode::not_found);
}

TEST_CASE("[1.7/watch] a watcher is shown what it owns and what fits, as it is seen") {
    World world;
    const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
    const auto record = world.add_record(world.ann, subnet, "r");
    const Object object = world.cloud().find(record.id);
    CHECK(world.service->show(world.ann, Kind::record, {}, object));
    CHECK(world.service->show(world.ann, Kind::record, {{"name", "r"}}, object));
    CHECK(!world.service->show(world.ann, Kind::record, {{"name", "s"}}, object));
    CHECK(!world.service->show(world.bob, Kind::record, {}, object));
}
