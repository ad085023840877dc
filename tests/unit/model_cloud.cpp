// SPDX-License-Identifier: Apache-2.0
// The indices of the cloud against scans of all objects, after random changes; and what is chosen from it.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "coordinator/model/addresses.h"
#include "coordinator/model/cloud.h"
#include "store_result.h"

using namespace weft;
using namespace weft::coordinator;

namespace {

std::uint64_t pick(std::uint64_t from, std::uint64_t end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, end));
}

Prefix prefix(const char* text) { return Prefix::parse(text).value(); }
Address address(const char* text) { return Address::parse(text).value(); }

template <class T>
Change put(T object) {
    return {object.id, {}, Ptr<T>{std::make_shared<T>(std::move(object))}};
}

schema::Partition partition(std::uint64_t n) {
    schema::Partition p;
    p.id = {Kind::partition, n};
    p.name = "p" + std::to_string(n % 2);
    p.owner = "o" + std::to_string(n);
    p.gni = static_cast<std::uint32_t>(n);
    return p;
}

// Random objects that keep the rules the service keeps: names and addresses unique in their scope.
Change random_change(const Cloud& cloud) {
    const auto n = pick(1, 5);
    const auto erased = [&](Id id) { return Change{id, cloud.find(id), {}}; };
    const bool erase = pick(0, 4) == 0;
    switch (pick(0, 4)) {
        case 0: {
            schema::Host h;
            h.id = {Kind::host, n};
            h.name = "h" + std::to_string(n);
            h.underlay = {Address::v4(static_cast<std::uint32_t>(10 * n + pick(0, 3)))};
            return erase ? erased(h.id) : put(h);
        }
        case 1: {
            schema::Instance i;
            i.id = {Kind::instance, n};
            i.name = "i" + std::to_string(n);
            if (pick(0, 2) == 0) i.host = {Kind::host, pick(1, 5)};
            return erase ? erased(i.id) : put(i);
        }
        case 2: {
            schema::Record r;
            r.id = {Kind::record, n};
            r.partition = {Kind::partition, n % 2 + 1};
            r.subnet = {Kind::subnet, n % 2 + 1};
            r.name = "r" + std::to_string(n) + std::to_string(pick(0, 3));
            r.addresses = {Address::v4(static_cast<std::uint32_t>(10 * n + pick(0, 3)))};
            return erase ? erased(r.id) : put(r);
        }
        default: {
            schema::Attachment a;
            a.id = {Kind::attachment, n};
            a.record = {Kind::record, n};
            a.instance = {Kind::instance, pick(1, 5)};
            if (pick(0, 3) != 0) a.host = {Kind::host, pick(1, 5)};
            return erase || !cloud.find<schema::Record>(a.record) ? erased(a.id) : put(a);
        }
    }
}

template <class T>
std::vector<T> all(const Cloud& cloud) {
    std::vector<T> objects;
    for (const auto& [id, entry] : cloud.table<T>()) objects.push_back(*entry.object);
    return objects;
}

std::vector<Id> ids(const std::vector<Ptr<schema::Attachment>>& attachments) {
    std::vector<Id> found;
    for (const auto& a : attachments) found.push_back(a->id);
    return found;
}

// What the indices must say, by looking at everything.
void check_indices(const Cloud& cloud) {
    using schema::Attachment;
    const auto attachments = all<Attachment>(cloud);
    const auto where = [&](auto predicate) {
        std::vector<Id> found;
        for (const auto& a : attachments)
            if (predicate(a)) found.push_back(a.id);
        return found;
    };
    for (std::uint64_t n = 1; n < 6; ++n) {
        const Id record{Kind::record, n};
        const Id instance{Kind::instance, n};
        const Id host{Kind::host, n};
        RC_ASSERT(ids(cloud.attachments_of_record(record)) ==
                  where([&](const auto& a) { return a.record == record; }));
        RC_ASSERT(ids(cloud.attachments_of_instance(instance)) ==
                  where([&](const auto& a) { return a.instance == instance; }));
        RC_ASSERT(ids(cloud.attachments_on_host(host)) ==
                  where([&](const auto& a) { return a.host == host; }));
        std::vector<Id> placed;
        for (const auto& i : all<schema::Instance>(cloud))
            if (i.host == host) placed.push_back(i.id);
        RC_ASSERT(cloud.instances_on_host(host) == placed);
        const Id part{Kind::partition, n};
        std::vector<Id> hosts;
        for (const auto& a : attachments)
            if (a.host && a.record.value % 2 + 1 == n) hosts.push_back(a.host);
        std::sort(hosts.begin(), hosts.end());
        hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
        RC_ASSERT(cloud.hosts_of_partition(part) == hosts);
        RC_ASSERT(ids(cloud.attachments_in_partition(part)) ==
                  where([&](const auto& a) { return a.record.value % 2 + 1 == n; }));
    }
    std::size_t addresses = 0;
    for (const auto& r : all<schema::Record>(cloud)) {
        RC_ASSERT(cloud.record(r.partition, r.name)->id == r.id);
        RC_ASSERT(cloud.record_at(r.subnet, r.addresses.front())->id == r.id);
        RC_ASSERT(cloud.named<schema::Record>(r.name).size() == 1U);
        addresses += r.addresses.size();
    }
    RC_ASSERT(cloud.addresses().size() == addresses);
    for (const auto& h : all<schema::Host>(cloud)) {
        RC_ASSERT(cloud.host(h.name)->id == h.id);
        RC_ASSERT(cloud.host_at(h.underlay.front())->id == h.id);
    }
}

}  // namespace

TEST_CASE("[1.7/index] after random changes every index says what a scan of all objects says") {
    const bool passed = rc::check("indices equal scans", [] {
        Cloud cloud;
        Revision revision = 0;
        for (auto steps = pick(1, 60); steps > 0; --steps) {
            const auto change = random_change(cloud);
            // A record leaves only when nothing is attached to it.
            if (change.id.kind == Kind::record && !cloud.attachments_of_record(change.id).empty() &&
                is_null(change.after))
                continue;
            cloud.apply(++revision, std::span{&change, 1});
            RC_ASSERT(cloud.revision() == revision);
        }
        check_indices(cloud);
    });
    CHECK(passed);
}

TEST_CASE("[1.7/name] names are found in their scope, and all of one name together") {
    Cloud cloud;
    std::vector<Change> changes;
    for (std::uint64_t n = 1; n <= 4; ++n) changes.push_back(put(partition(n)));
    cloud.apply(7, changes);
    CHECK(cloud.partition("o2", "p0")->id.value == 2);
    CHECK(!cloud.partition("o2", "p1"));
    CHECK(cloud.named<schema::Partition>("p1").size() == 2);
    CHECK(cloud.named<schema::Partition>("p").empty());
    CHECK(cloud.highest_gni() == 4);
    CHECK(cloud.table<schema::Partition>().revision({Kind::partition, 3}) == 7);
    const Change gone{{Kind::partition, 4}, changes[3].after, {}};
    cloud.apply(8, std::span{&gone, 1});
    CHECK(cloud.highest_gni() == 3);
    CHECK(!cloud.gni_used(4));
    CHECK(cloud.table<schema::Partition>().revision({Kind::partition, 4}) == 0);
}

TEST_CASE("[8.2/encode] an object decodes to itself without its derived fields; damage is named") {
    schema::Record record;
    record.id = {Kind::record, 0x1234};
    record.name = "r";
    record.addresses = {address("10.1.2.30"), address("2001:db8::30")};
    record.mac = Mac::parse("02:00:5e:10:20:30").value();
    record.tags = {{"a", "b"}};
    record.source_dest_check = false;
    record.generation = 3;
    auto shown = record;
    shown.notice = "not stored";
    shown.attachment_status = schema::AttachmentStatus::attached;
    const auto blob =
        encode_object(Object{Ptr<schema::Record>{std::make_shared<schema::Record>(shown)}}).value();
    CHECK(*as<schema::Record>(decode_object(record.id, blob).value()) == record);
    const auto other = decode_object({Kind::record, 0x99}, blob);
    CHECK(other.error().code == ErrorCode::damaged);
    CHECK(other.error().field == to_string(Id{Kind::record, 0x99}));
    auto cut = blob;
    cut.pop_back();
    CHECK(decode_object(record.id, cut).error().code == ErrorCode::damaged);
    CHECK(decode_object({Kind::pool, 1}, blob).error().code == ErrorCode::damaged);
}

TEST_CASE("[1.2/next-free] the chooser skips what is taken, goes around, and ends exhausted") {
    Cloud cloud;
    schema::Subnet subnet;
    subnet.id = {Kind::subnet, 1};
    subnet.cidr = prefix("10.0.0.0/29");
    subnet.router = subnet.cidr.router();
    schema::Record taken;
    taken.id = {Kind::record, 1};
    taken.subnet = subnet.id;
    taken.addresses = {address("10.0.0.3"), address("10.0.0.4")};
    std::vector<Change> changes{put(subnet), put(taken)};
    cloud.apply(1, changes);
    Chooser chooser;
    const auto choose = [&] { return to_string(chooser.addresses(cloud, subnet).value().front()); };
    CHECK(choose() == "10.0.0.5");  // behind the highest in use
    CHECK(choose() == "10.0.0.6");
    CHECK(choose() == "10.0.0.2");  // around, without network, router and broadcast
    CHECK(choose() == "10.0.0.5");
    taken.addresses = {address("10.0.0.2"), address("10.0.0.3"), address("10.0.0.4"), address("10.0.0.5"),
                       address("10.0.0.6")};
    const auto full = put(taken);
    cloud.apply(2, std::span{&full, 1});
    CHECK(chooser.addresses(cloud, subnet).error().code == ErrorCode::exhausted);

    schema::Subnet six;
    six.id = {Kind::subnet, 2};
    six.cidr = prefix("2001:db8::/64");
    six.router = six.cidr.router();
    CHECK(to_string(chooser.addresses(cloud, six).value().front()) == "2001:db8::2");
    CHECK(is_assignable(six, address("2001:db8::ffff:ffff:ffff:ffff")));
    CHECK(!is_assignable(six, address("2001:db8::1")));
    CHECK(!is_assignable(six, address("2001:db8:0:1::5")));

    schema::Subnet both = subnet;
    both.id = {Kind::subnet, 3};
    both.cidr6 = prefix("2001:db8:5::/64");
    both.router6 = both.cidr6.router();
    schema::Record dual;
    dual.id = {Kind::record, 2};
    dual.subnet = both.id;
    dual.addresses = {address("10.0.0.2"), address("2001:db8:5::9")};
    const auto known = put(dual);
    cloud.apply(3, std::span{&known, 1});
    CHECK(chooser.addresses(cloud, both).value() ==
          std::vector{address("10.0.0.3"), address("2001:db8:5::a")});
    CHECK(!is_assignable(both, address("2001:db8:5::1")));
    CHECK(!is_assignable(both, address("2001:db8:5::")));
    CHECK(is_assignable(both, address("2001:db8:5::2")));
}
