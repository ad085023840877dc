// SPDX-License-Identifier: Apache-2.0
// A database file that goes with the test, and commits that wait for their answer.
#pragma once

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

#include "coordinator/store/sqlite_repository.h"
#include "store_result.h"

namespace weft::test {

class StoreFile {
public:
    StoreFile() {
        std::string pattern = (std::filesystem::temp_directory_path() / "weft-store-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        folder_ = pattern;
    }
    ~StoreFile() { std::filesystem::remove_all(folder_); }
    StoreFile(const StoreFile&) = delete;
    StoreFile& operator=(const StoreFile&) = delete;

    [[nodiscard]] std::string path() const { return (folder_ / "weft.db").string(); }
    [[nodiscard]] std::string bytes() const {
        std::ifstream in(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }
    [[nodiscard]] std::unique_ptr<coordinator::SqliteRepository> open() const {
        return coordinator::SqliteRepository::open({path(), nullptr, {}, {}}).value();
    }

private:
    std::filesystem::path folder_;
};

inline Result<coordinator::Revision> commit(coordinator::Repository& repository,
                                            coordinator::Transaction transaction) {
    std::promise<Result<coordinator::Revision>> promise;
    auto future = promise.get_future();
    repository.commit(std::move(transaction),
                      [&](Result<coordinator::Revision> result) { promise.set_value(std::move(result)); });
    return future.get();
}

inline coordinator::Transaction creating(Id id, const std::string& blob) {
    coordinator::Transaction transaction;
    transaction.writes.push_back({id, 0, 1, schema::Bytes{blob.begin(), blob.end()}});
    return transaction;
}

// Everything stored: id -> (generation, blob).
inline std::map<Id, std::pair<std::uint64_t, std::string>> stored(coordinator::Repository& repository) {
    std::map<Id, std::pair<std::uint64_t, std::string>> objects;
    repository
        .load([&](const coordinator::StoredObject& object) -> Result<void> {
            objects[object.id] = {object.generation, {object.blob.begin(), object.blob.end()}};
            return {};
        })
        .value();
    return objects;
}

}  // namespace weft::test
