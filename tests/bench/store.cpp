// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <semaphore>
#include <system_error>

#include "coordinator/model/object.h"
#include "coordinator/store/sqlite_repository.h"
#include "tests/bench/bench.h"
#include "weft/base/fd.h"

namespace weft::bench {

namespace {

using namespace coordinator;

constexpr std::ptrdiff_t concurrent_requests = 1000;

// What the disk alone can do: pages appended, each made durable.
double bare_fdatasync(const std::filesystem::path& file, double seconds) {
    const Fd fd{::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
    const std::array<char, 4096> page{};
    unsigned done = 0;
    const auto begin = Clock::now();
    for (; seconds_since(begin) < seconds; done++) {
        if (::write(fd.get(), page.data(), page.size()) < 0 || ::fdatasync(fd.get()) < 0) {
            throw std::system_error(errno, std::system_category(), file.string());
        }
    }
    return done / seconds_since(begin);
}

// The transaction of `weft record create`: the record, its name, MAC and address, relying on its subnet.
Transaction create_record(Id partition, Id subnet, std::uint32_t number) {
    const Address address = Address::v4(0x0a000000 + number);
    schema::Record record;
    record.id = new_id(Kind::record);
    record.name = to_string(record.id);
    record.partition = partition;
    record.subnet = subnet;
    record.zone = "z1";
    record.addresses = {address};
    record.mac = must(Mac::parse("02:00:00:00:00:01"));
    record.owner = record.account = "alice";
    record.security_groups = {"default"};
    record.generation = 1;
    const auto bytes = address.bytes();
    Transaction transaction;
    transaction.writes = {
        {record.id, 0, 1, must(encode_object(std::make_shared<const schema::Record>(record)))}};
    transaction.relied_on = {{subnet, 1}};
    transaction.claims_added = {
        {ClaimKind::record_name, to_string(partition), record.name, record.id},
        {ClaimKind::mac, to_string(partition), record.name, record.id},
        {ClaimKind::address, to_string(subnet), {bytes.begin(), bytes.end()}, record.id}};
    transaction.audit = {{1, "alice", "record create", record.name, 0, "", 1}};
    return transaction;
}

// Creations a second with so many requests outstanding.
double creations(Repository& repository, Id partition, Id subnet, std::uint32_t& number,
                 std::ptrdiff_t outstanding, double seconds) {
    std::counting_semaphore<> free{outstanding};
    std::atomic<std::uint64_t> done{0};
    const auto begin = Clock::now();
    while (seconds_since(begin) < seconds) {
        free.acquire();
        repository.commit(create_record(partition, subnet, ++number), [&](const Result<Revision>& revision) {
            if (revision) done++;
            free.release();
        });
    }
    for (std::ptrdiff_t i = 0; i < outstanding; i++) free.acquire();
    const double rate = static_cast<double>(done) / seconds_since(begin);
    if (done == 0) throw std::runtime_error("no creation was committed");
    return rate;
}

}  // namespace

void store(std::span<const std::string> arguments) {
    if (arguments.size() != 2) throw std::runtime_error("store FOLDER SECONDS");
    const std::filesystem::path folder = arguments[0];
    const double seconds = std::stod(arguments[1]);
    const double fdatasync = bare_fdatasync(folder / "fdatasync", seconds);

    auto repository = must(SqliteRepository::open({.file = folder / "weft.db", .on_fatal = {}}));
    const Id partition = new_id(Kind::partition);
    const Id subnet = new_id(Kind::subnet);
    std::binary_semaphore written{0};
    Transaction base;
    base.writes = {{subnet, 0, 1, Bytes(64)}};
    repository->commit(std::move(base), [&](const Result<Revision>&) { written.release(); });
    written.acquire();

    std::uint32_t number = 0;
    const double single = creations(*repository, partition, subnet, number, 1, seconds);
    const double batched = creations(*repository, partition, subnet, number, concurrent_requests, seconds);
    std::printf(R"({"fdatasync":%.0f,"single":%.0f,"batched":%.0f})"
                "\n",
                fdatasync, single, batched);
}

}  // namespace weft::bench
