// SPDX-License-Identifier: Apache-2.0
// The metrics' HTTP server against good and bad clients.
#include <doctest/doctest.h>

#include <list>
#include <thread>

#include "tests/harness/http.h"
#include "weft/metrics/exposition.h"
#include "weft/metrics/server.h"

using namespace weft;
using metrics::Server;
using test::http;
using test::HttpClient;
using test::scrape;

namespace {

const Endpoint loopback{*Address::parse("127.0.0.1"), 0};

struct World {
    boost::asio::io_context context{1};
    unsigned collected{0};
    std::chrono::milliseconds work{0};
    std::shared_ptr<Server> server{Server::start(context, loopback, [this] {
                                       ++collected;
                                       std::this_thread::sleep_for(work);
                                       return std::string{"weft_up 1\n"};
                                   }).value()};
    std::uint16_t port{server->port()};
    std::thread thread{[this] { context.run(); }};

    ~World() {
        context.stop();
        thread.join();
    }
};

}  // namespace

TEST_CASE_FIXTURE(World, "[8.3/metrics] a scrape is answered with what was collected") {
    const auto answer = scrape(port);
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\nweft_up 1\n"));
    CHECK(http(port, "GET /metrics?x=1 HTTP/1.0\r\n\r\n").ends_with("weft_up 1\n"));
    const auto head = http(port, "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(head.find("Content-Length: 10\r\n") != std::string::npos);
    CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE_FIXTURE(World, "[8.3/metrics] what is no scrape is refused, and nothing is collected for it") {
    CHECK(http(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 404 "));
    CHECK(http(port, "POST /metrics HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 405 "));
    CHECK(http(port, "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd")
              .starts_with("HTTP/1.1 400 "));
    CHECK(http(port, "\x16\x03\x01 nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    HttpClient large{port};
    large.send("GET /metrics HTTP/1.1\r\nX: " + std::string(Server::most_header, 'x'));
    const auto answer = large.answer();
    CHECK((answer.starts_with("HTTP/1.1 431 ") || answer.empty()));  // a reset may overtake the answer
    CHECK(collected == 0);
    CHECK(scrape(port).starts_with("HTTP/1.1 200 "));
}

TEST_CASE_FIXTURE(World, "[8.3/metrics] silent connections are few, and gone after a while") {
    std::list<HttpClient> silent;
    for (unsigned i = 0; i < Server::most_connections; ++i) silent.emplace_back(port);
    CHECK(scrape(port).empty());  // no place: closed at once
    silent.front().send("GET /met");
    for (auto& client : silent) CHECK(client.answer().empty());
    CHECK(scrape(port).starts_with("HTTP/1.1 200 "));
}

TEST_CASE_FIXTURE(World, "[8.3/metrics] scrapes without a pause leave most of the time to others") {
    work = std::chrono::milliseconds{20};
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 4; ++i) CHECK(scrape(port).starts_with("HTTP/1.1 200 "));
    CHECK(std::chrono::steady_clock::now() - begin >= 3 * 5 * work);
}

TEST_CASE("[8.3/metrics] an address that cannot be had is an error that names it") {
    boost::asio::io_context context;
    const auto first = Server::start(context, loopback, [] { return std::string{}; }).value();
    const auto second =
        Server::start(context, {loopback.address, first->port()}, [] { return std::string{}; });
    REQUIRE(!second.has_value());
    CHECK(second.error().text.find("127.0.0.1 port " + std::to_string(first->port())) != std::string::npos);
}

TEST_CASE("[8.3/metrics] families become Prometheus' text") {
    metrics::Exposition out;
    out.counter("a_total", "Counts.").add({{"name", "x \"y\"\\\n"}}, std::uint64_t{9007199254740991});
    auto& gauge = out.gauge("b", "Measures.");
    gauge.add({}, 0.25);
    prometheus::Histogram histogram{{0.5, 1.0}};
    for (const double value : {0.25, 0.75, 2.0}) histogram.Observe(value);
    out.histogram("c_seconds", "Times.").add({{"verb", "get"}}, histogram);
    out.summary("d_seconds", "Sums.").add_sum(2, 0.5);
    CHECK(out.text() ==
          "# HELP a_total Counts.\n# TYPE a_total counter\n"
          "a_total{name=\"x \\\"y\\\"\\\\\\n\"} 9007199254740991\n"
          "# HELP b Measures.\n# TYPE b gauge\nb 0.25\n"
          "# HELP c_seconds Times.\n# TYPE c_seconds histogram\n"
          "c_seconds_count{verb=\"get\"} 3\nc_seconds_sum{verb=\"get\"} 3\n"
          "c_seconds_bucket{verb=\"get\",le=\"0.5\"} 1\nc_seconds_bucket{verb=\"get\",le=\"1\"} 2\n"
          "c_seconds_bucket{verb=\"get\",le=\"+Inf\"} 3\n"
          "# HELP d_seconds Sums.\n# TYPE d_seconds summary\nd_seconds_count 2\nd_seconds_sum 0.5\n");
}
