// SPDX-License-Identifier: Apache-2.0
// The coordinator's metrics after requests, refusals and installations that are known by number.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "cloud.h"
#include "tests/harness/http.h"

using namespace weft;
using weft::test::scrape;
using weft::test::value_of;

namespace {

// A port that nobody uses at this moment.
std::uint16_t free_port() {
    boost::asio::io_context context;
    const boost::asio::ip::tcp::acceptor probe{context, {boost::asio::ip::address_v4::loopback(), 0}};
    return probe.local_endpoint().port();
}

struct Metered : test::World {
    std::uint16_t port{free_port()};

    Metered() {
        coordinator.stop();
        coordinator.settings().metrics = Endpoint{*Address::parse("127.0.0.1"), port};
        coordinator.start();
    }
    [[nodiscard]] std::string value(const std::string& series) const {
        return value_of(scrape(port), series);
    }
    [[nodiscard]] std::uint64_t number(const std::string& series) const {
        const auto text = value(series);
        return text.empty() ? 0 : std::stoull(text);
    }
};

const std::string created = "weft_coordinator_request_seconds_count{verb=\"create record\",result=";

}  // namespace

TEST_CASE_FIXTURE(Metered, "[8.3/metrics] requests are counted by verb and result, objects by kind") {
    add_blue();
    create_record("one", "10.1.2.3");
    create_record("two", "10.1.2.2");
    CHECK_THROWS(create_record("three", "10.1.2.2"));  // taken
    CHECK_THROWS(create_record("four", "10.9.9.9"));   // outside
    CHECK(value(created + "\"ok\"}") == "2");
    CHECK(number(created + "\"conflict\"}") + number(created + "\"invalid\"}") == 2);
    CHECK(value("weft_coordinator_objects{kind=\"record\"}") == "2");
    CHECK(value("weft_coordinator_objects{kind=\"subnet\"}") == "1");
    CHECK(value("weft_coordinator_objects{kind=\"host\"}") == "0");
    CHECK(value("weft_coordinator_operations_open{kind=\"attach\"}") == "0");
    CHECK(value("weft_coordinator_build_info{version=\"0.1.0\"}") == "1");
}

TEST_CASE_FIXTURE(Metered, "[8.3/metrics] revision and commits rise by one with each change") {
    add_blue();
    const auto revision = number("weft_coordinator_revision");
    const auto committed = number("weft_coordinator_transactions_total{result=\"committed\"}");
    const auto batches = number("weft_coordinator_store_commit_seconds_count");
    create_record("one");
    create_record("two");
    CHECK(number("weft_coordinator_revision") == revision + 2);
    CHECK(number("weft_coordinator_transactions_total{result=\"committed\"}") >= committed + 2);
    CHECK(number("weft_coordinator_store_commit_seconds_count") > batches);
    const auto text = scrape(port);
    CHECK(value_of(text, "weft_coordinator_store_sync_seconds_count") ==
          value_of(text, "weft_coordinator_store_commit_seconds_count"));
    CHECK(value("weft_coordinator_transactions_total{result=\"failed\"}") == "0");
}

TEST_CASE_FIXTURE(Metered, "[8.3/convergence] each host that installed a change is one more observation") {
    add_blue();
    add_hosts(3);
    create_instance("i1", "h1");
    create_record("one");
    CHECK(wait_for([&] { return value("weft_coordinator_hosts{state=\"connected\"}") == "3"; }));
    const auto before = number("weft_coordinator_convergence_seconds_count");
    REQUIRE(attach("one", "i1").has_value());
    // Only h1 has to install anything.
    const auto after = number("weft_coordinator_convergence_seconds_count");
    CHECK(after > before);
    CHECK(number("weft_coordinator_convergence_seconds_bucket{le=\"+Inf\"}") == after);
    CHECK(value("weft_coordinator_host_session{host=\"h1\",state=\"connected\"}") == "1");
    CHECK(value("weft_coordinator_host_session{host=\"h1\",state=\"lost\"}") == "0");
    CHECK(wait_for([&] { return value("weft_coordinator_host_lag_revisions{host=\"h3\"}") == "0"; }));
    CHECK(value("weft_coordinator_watchers") == "0");
    CHECK(value("weft_coordinator_watch_overflows_total") == "0");
    CHECK(value("weft_coordinator_failovers_total") == "0");
    CHECK(value("weft_coordinator_lease_refusals_total") == "0");
}

TEST_CASE_FIXTURE(Metered, "[6.9/metrics] a host without an agent is foreign, in no state that alerts name") {
    add_hosts(1);
    schema::Host vtep;
    vtep.name = "vtep";
    vtep.underlay = {Address::v4(0xc0000209)};
    vtep.foreign = true;
    wire::CreateRequest request;
    request.kind = Kind::host;
    request.object = wire::encode(vtep).value();
    REQUIRE(client().create(request).has_value());
    const auto text = scrape(port);
    for (const auto& session : schema::enum_names<schema::SessionState>) {
        const std::string name{session.second};
        CAPTURE(name);
        const auto series = "weft_coordinator_host_session{host=\"vtep\",state=\"" + name + "\"}";
        CHECK(value_of(text, series) == (name == "foreign" ? "1" : "0"));
    }
    CHECK(value_of(text, "weft_coordinator_hosts{state=\"foreign\"}") == "1");
    CHECK(value_of(text, "weft_coordinator_hosts{state=\"never\"}") == "0");
    CHECK(text.find("weft_coordinator_host_lag_revisions{host=\"vtep\"}") == std::string::npos);
}
