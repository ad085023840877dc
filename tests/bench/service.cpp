// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>

#include "tests/bench/bench.h"
#include "tests/harness/requests.h"
#include "tests/harness/test_coordinator.h"
#include "weft/base/log.h"
#include "weft/wire/codec.h"

namespace weft::bench {

namespace {

Id make_subnet(const test::TestCoordinator& coordinator) {
    schema::Partition partition;
    partition.name = "blue";
    partition.cidrs = {must(Prefix::parse("10.0.0.0/8"))};
    schema::Subnet subnet;
    subnet.name = "front";
    subnet.cidr = partition.cidrs.front();
    wire::CreateRequest request;
    request.kind = Kind::partition;
    request.object = must(wire::encode(partition));
    request.subnets = {must(wire::encode(subnet))};
    auto client = coordinator.client();
    must(client.create(request));
    return must(parse_id(must(client.resolve(Kind::subnet, "blue/front"))));
}

class Creations {
public:
    explicit Creations(const test::TestCoordinator& coordinator)
        : subnet_(make_subnet(coordinator)), requests_(coordinator.socket()) {}

    double a_second(std::size_t outstanding, double seconds) {
        const auto first = number_;
        const auto begin = Clock::now();
        const auto next = [&]() -> std::optional<wire::CreateRequest> {
            if (seconds_since(begin) >= seconds) return std::nullopt;
            return test::record_request("r" + std::to_string(number_++), subnet_);
        };
        if (const auto failed = requests_.create(outstanding, next); failed > 0)
            throw std::runtime_error(std::to_string(failed) + " creations failed");
        return static_cast<double>(number_ - first) / seconds_since(begin);
    }

private:
    Id subnet_;
    test::Requests requests_;
    std::uint64_t number_{0};
};

}  // namespace

void service(std::span<const std::string> arguments) {
    if (arguments.size() != 2) throw std::runtime_error("service FOLDER SECONDS");
    const double seconds = std::stod(arguments[1]);
    set_log_level(LogLevel::error);
    test::TestCoordinator coordinator;
    coordinator.settings().database = std::filesystem::path(arguments[0]) / "service.db";
    coordinator.start();
    Creations creations(coordinator);
    const double single = creations.a_second(1, seconds);
    const double batched = creations.a_second(1000, seconds);
    std::printf(R"({"requested":%.0f,"requested_batched":%.0f})"
                "\n",
                single, batched);
}

}  // namespace weft::bench
