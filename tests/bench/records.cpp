// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/records.h"

#include <atomic>
#include <semaphore>

#include "coordinator/model/object.h"
#include "coordinator/service/commit/claims.h"
#include "coordinator/service/groups.h"
#include "tests/bench/bench.h"

namespace weft::bench {

namespace {

using namespace coordinator;

constexpr std::uint32_t tagged_each = 1000;
constexpr std::uint32_t first_address = 0x0a000000;  // of 10.0.0.0/8

template <class T>
void add(Transaction& transaction, const T& object) {
    const Object shared = std::make_shared<const T>(object);
    transaction.writes.push_back({object.id, 0, object.generation, must(encode_object(shared))});
    const auto claims = claims_of(
        shared, [](Id) { return Ptr<schema::Record>{}; },
        [](const schema::Record& record, const Address&) { return record.subnet; });
    transaction.claims_added.insert(transaction.claims_added.end(), claims.begin(), claims.end());
}

}  // namespace

Records::Records(Repository& repository) : repository_(repository) {
    partition_.id = new_id(Kind::partition);
    partition_.name = "blue";
    partition_.gni = 100;
    partition_.cidrs = {must(Prefix::parse("10.0.0.0/8"))};
    partition_.owner = "root";
    partition_.generation = 1;
    subnet_.id = new_id(Kind::subnet);
    subnet_.name = "front";
    subnet_.partition = partition_.id;
    subnet_.cidr = partition_.cidrs.front();
    subnet_.router = Address::v4(first_address + number_);
    subnet_.router_mac = Mac::local(number_);
    subnet_.generation = 1;
    group_ = default_group(partition_);
    group_.generation = 1;
    tag_ = {new_id(Kind::tag), 1, partition_.id, {group_.id}, 1, 0};
    Transaction transaction;
    add(transaction, partition_);
    add(transaction, subnet_);
    add(transaction, group_);
    add(transaction, tag_);
    std::binary_semaphore answered{0};
    repository_.commit(std::move(transaction), [&](const Result<Revision>&) { answered.release(); });
    answered.acquire();
}

Transaction Records::next() {
    number_++;
    schema::Record record;
    record.id = new_id(Kind::record);
    record.name = to_string(record.id);
    record.partition = partition_.id;
    record.subnet = subnet_.id;
    record.addresses = {Address::v4(first_address + number_)};
    record.mac = Mac::local(number_);
    record.owner = record.account = "root";
    record.security_groups = tag_.groups;
    record.tag = tag_.number;
    if (number_ % tagged_each == 0) record.tags = {{"role", "rare"}};
    record.generation = 1;
    Transaction transaction;
    add(transaction, record);
    transaction.relied_on = {{partition_.id, 1}, {subnet_.id, 1}};
    transaction.audit = {{1, "root", "record create", record.name, 0, "", 1}};
    return transaction;
}

double Records::create(std::ptrdiff_t outstanding, const std::function<bool()>& go_on) {
    std::counting_semaphore<> free{outstanding};
    std::atomic<std::uint64_t> done{0};
    const auto begin = Clock::now();
    while (go_on()) {
        free.acquire();
        repository_.commit(next(), [&](const Result<Revision>& revision) {
            if (revision) done++;
            free.release();
        });
    }
    for (std::ptrdiff_t i = 0; i < outstanding; i++) free.acquire();
    const double rate = static_cast<double>(done) / seconds_since(begin);
    if (done == 0) throw std::runtime_error("no creation was committed");
    return rate;
}

}  // namespace weft::bench
