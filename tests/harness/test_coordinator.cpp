// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/test_coordinator.h"

#include "coordinator/service/commit/ledger.h"
#include "coordinator/store/sqlite_repository.h"

namespace weft::test {

using namespace weft::coordinator;

TestCoordinator::~TestCoordinator() { stop(); }

void TestCoordinator::start() {
    context_ = std::make_unique<boost::asio::io_context>(1);
    const auto fatal = [](const Error&) { std::abort(); };
    coordinator_ = api::Coordinator::start(*context_, settings_, clock_, fatal).value();
    settings_.listen.front().port = coordinator_->port();
    thread_ = std::thread([this] { context_->run(); });
}

void TestCoordinator::stop() {
    if (!context_) return;
    context_->stop();
    thread_.join();
    coordinator_.reset();
    context_.reset();
}

void TestCoordinator::seed(const std::function<void(Draft&)>& fill) {
    SqliteOptions options;
    options.file = settings_.database;
    auto repository = SqliteRepository::open(std::move(options)).value();
    Ledger ledger(*repository, [](const std::function<void()>&) {});
    ledger.load().value();
    Draft draft(ledger.cloud(), clock_.unix_us());
    fill(draft);
    std::promise<Result<Revision>> answer;
    repository->commit(draft.transaction().value(),
                       [&](Result<Revision> result) { answer.set_value(std::move(result)); });
    static_cast<void>(answer.get_future().get().value());
}

}  // namespace weft::test
