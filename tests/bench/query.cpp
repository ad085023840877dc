// SPDX-License-Identifier: Apache-2.0
// Reading from a coordinator with very many records, and writing while somebody reads all of them.
#include <atomic>
#include <cstdio>
#include <thread>

#include "coordinator/cli/client.h"
#include "tests/bench/bench.h"
#include "tests/harness/requests.h"
#include "weft/schema/objects.h"
#include "weft/wire/message.h"

namespace weft::bench {
namespace {

using wire::Command;
constexpr cli::Connection::Timeout patience{60'000};

cli::Connection connect(const std::string& socket) {
    cli::Target target;
    target.socket = socket;
    return must(cli::Connection::open(target));
}

double ms_since(Clock::time_point begin) { return seconds_since(begin) * 1000; }

class Reader {
public:
    explicit Reader(const std::string& socket) : connection_(connect(socket)) {}

    // One page behind `after`, which becomes the last id of it; how many there were.
    std::size_t page(const schema::Tags& filters, std::uint32_t limit, std::string& after) {
        const wire::ListRequest request{Kind::record, filters, after, limit};
        const auto sequence = connection_.send(must(wire::pack(Command::list, request)));
        for (std::size_t count = 0;; ++count) {
            const auto frame = must(connection_.read(sequence, patience));
            if (frame.type == static_cast<std::uint16_t>(Command::done)) return count;
            const auto answer = must(wire::unpack<wire::ObjectAnswer>(frame, Command::object));
            schema::Record record;
            must(wire::decode_into(answer.object, record));
            after = to_string(record.id);
        }
    }

private:
    cli::Connection connection_;
};

// Milliseconds of so many of them; each must find something.
std::vector<double> timed(std::size_t times, const std::function<std::size_t()>& fn) {
    std::vector<double> samples;
    for (std::size_t i = 0; i < times; ++i) {
        const auto begin = Clock::now();
        if (fn() == 0) throw std::runtime_error("a query found nothing");
        samples.push_back(ms_since(begin));
    }
    return samples;
}

// Milliseconds that single creations take.
std::vector<double> creations(cli::Client& client, Id subnet, double seconds, unsigned& number) {
    std::vector<double> samples;
    for (const auto begin = Clock::now(); seconds_since(begin) < seconds;) {
        const auto asked = Clock::now();
        must(client.create(test::record_request("written-" + std::to_string(number++), subnet)));
        samples.push_back(ms_since(asked));
    }
    return samples;
}

void print(const char* name, std::vector<double> samples, const char* end = ",") {
    std::printf(R"("%s":[%.4f,%.4f]%s)", name, quantile(samples, 0.5), quantile(samples, 0.99), end);
}

// An instance whose records are a few among the million.
void attach_some(cli::Client& client, Id subnet) {
    schema::Host host;
    host.name = "h1";
    host.underlay = {must(Address::parse("192.0.2.1"))};
    const auto create = [&](const auto& object) {
        wire::CreateRequest request;
        request.kind = schema::Schema<std::remove_cvref_t<decltype(object)>>::kind;
        request.object = must(wire::encode(object));
        must(client.create(request));
    };
    create(host);
    schema::Instance instance;
    instance.name = "i1";
    instance.host = must(parse_id(must(client.resolve(Kind::host, "h1"))));
    create(instance);
    for (int i = 0; i < 50; ++i) {
        const auto name = "attached-" + std::to_string(i);
        auto request = test::record_request(name, subnet);
        request.instance = "i1";
        request.device = "tap" + std::to_string(i);
        must(client.create(request));
    }
}

}  // namespace

void query(std::span<const std::string> arguments) {
    if (arguments.size() != 3) throw std::runtime_error("query SOCKET TIMES SECONDS");
    const auto& socket = arguments[0];
    const auto times = static_cast<std::size_t>(std::stoul(arguments[1]));
    const double seconds = std::stod(arguments[2]);
    cli::Client client(connect(socket));
    const auto subnet = must(parse_id(must(client.resolve(Kind::subnet, "blue/front"))));
    attach_some(client, subnet);
    Reader reader(socket);
    const auto found = [&](const schema::Tags& filters) {
        return timed(times, [&] {
            std::string after;
            return reader.page(filters, 1000, after);
        });
    };
    std::string after;
    std::printf("{");
    print("page", timed(times, [&] {
              const auto count = reader.page({}, 1000, after);
              if (count < 1000) after.clear();
              return count;
          }));
    std::string some;
    reader.page({}, 7, some);
    const auto record = must(client.get(Kind::record, some));
    const auto name = *record.find("name")->get<std::string>();
    const auto address = *record.find("addresses")->get<schema::Value::List>()->front().get<std::string>();
    const auto got = [&](const std::string& ref) {
        return timed(times, [&] { return must(client.get(Kind::record, ref)).is_null() ? 0U : 1U; });
    };
    print("id", got(some));
    print("name", got("blue/" + name));
    print("address", found({{"addresses", address}}));
    print("tag", found({{"tag:role", "rare"}}));
    print("instance", found({{"instances", "i1"}}));
    print("subnet", found({{"subnet", "front"}, {"partition", "blue"}}));
    unsigned number = 0;
    print("write", creations(client, subnet, seconds, number));

    std::atomic<bool> ended{false};
    std::atomic<std::size_t> read{0};
    std::exception_ptr failed;
    std::thread listing([&] {
        try {
            for (Reader all(socket); !ended;) {
                std::string from;
                // The whole table in one request, and again.
                for (std::size_t count = 1; count != 0 && !ended; read += count)
                    count = all.page({}, 10'000, from);
            }
        } catch (...) {
            failed = std::current_exception();
        }
    });
    print("write_while_listed", creations(client, subnet, seconds, number));
    const double listed = static_cast<double>(read.load()) / seconds;
    // What fits nothing makes the coordinator look at all of them.
    ended = true;
    listing.join();
    if (failed) std::rethrow_exception(failed);
    ended = false;
    std::thread scanning([&] {
        try {
            for (Reader all(socket); !ended;) {
                std::string from;
                all.page({{"zone", "nowhere"}}, 0, from);
            }
        } catch (...) {
            failed = std::current_exception();
        }
    });
    print("write_while_scanned", creations(client, subnet, seconds, number));
    ended = true;
    scanning.join();
    if (failed) std::rethrow_exception(failed);
    std::printf(R"("listed":%.0f})"
                "\n",
                listed);
}

}  // namespace weft::bench
