// SPDX-License-Identifier: Apache-2.0
// Random requests of several clients at once, on records attached to hosts with agents, while the coordinator
// is killed with -9: at random times, and before and after each of its steps on files and sockets. What the
// clients heard is compared with a plain model each time it is back. WEFT_CRASH_ROUNDS (20): how often each.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <set>

#include "tests/harness/coordinator_process.h"
#include "tests/harness/history.h"
#include "tests/harness/requests.h"
#include "tests/harness/simulated_agent.h"
#include "weft/schema/objects.h"

using namespace weft;
using namespace weft::test;
using Verb = Request::Verb;
using Outcome = Event::Outcome;

namespace {

constexpr unsigned client_count = 5;
constexpr unsigned record_count = 5;
constexpr unsigned instance_count = 3;  // on h1, on h2, on no host

unsigned rounds() {
    const char* const wanted = std::getenv("WEFT_CRASH_ROUNDS");
    return wanted == nullptr ? 20 : static_cast<unsigned>(std::atoi(wanted));
}

class Cloud {
public:
    CoordinatorProcess coordinator;

    Cloud() {
        REQUIRE(coordinator.start());
        schema::Partition blue;
        blue.name = "blue";
        blue.cidrs = {Prefix::parse("10.1.0.0/16").value()};
        schema::Subnet subnet;
        subnet.name = "a";
        subnet.cidr = Prefix::parse("10.1.2.0/24").value();
        auto request = creation(blue);
        request.subnets = {wire::encode(subnet).value()};
        auto client = coordinator.client();
        static_cast<void>(client.create(request).value());
        subnet_ = parse_id(client.resolve(Kind::subnet, "blue/a").value()).value();
        fleet_.emplace(coordinator);
        for (unsigned n = 1; n <= instance_count; ++n) {
            schema::Instance instance;
            instance.name = "i" + std::to_string(n);
            if (n < instance_count) {
                const auto host = "h" + std::to_string(n);
                fleet_->add(host, Address::v4(0xc0000200U + n));
                instance.host = parse_id(client.resolve(Kind::host, host).value()).value();
            }
            static_cast<void>(client.create(creation(instance)).value());
        }
        fleet_->start_all();
        REQUIRE(hosts_connected());
    }

    [[nodiscard]] bool hosts_connected() {
        return fleet_->wait([this] {
            return std::ranges::all_of(fleet_->hosts(), [](const auto& h) { return h.agent->connected(); });
        });
    }

    [[nodiscard]] Result<wire::Ack> ask(cli::Client& client, const Request& request) const {
        schema::Record record;
        record.description = request.mark;
        if (!request.address.empty()) record.addresses = {Address::parse(request.address).value()};
        switch (request.verb) {
            case Verb::create: {
                record.name = request.record;
                record.subnet = subnet_;
                auto creating = creation(record);
                creating.options.token = request.mark;
                return client.create(creating);
            }
            case Verb::describe:
            case Verb::readdress: {
                wire::ModifyRequest modify;
                modify.kind = Kind::record;
                modify.ref = request.record;
                modify.patch = wire::encode(record, wire::changed_fields(record)).value();
                return client.modify(modify);
            }
            case Verb::remove: {
                wire::RemoveRequest remove;
                remove.kind = Kind::record;
                remove.ref = request.record;
                return client.remove(remove);
            }
            case Verb::attach: {
                wire::AttachRequest attach;
                attach.record = request.record;
                attach.instance = request.instance;
                attach.device = "tap-" + request.record;
                return client.attach(attach);
            }
            case Verb::detach: {
                wire::DetachRequest detach;
                detach.record = request.record;
                return client.detach(detach);
            }
        }
        return invalid("verb", "none of them");
    }

    // What there is. An attachment that is leaving has left.
    [[nodiscard]] CloudModel state() const {
        auto client = coordinator.client();
        CloudModel model;
        const auto text = [](const schema::Value& object, const char* field) {
            const auto* const value = object.find(field);
            const auto* const found = value == nullptr ? nullptr : value->get<std::string>();
            return found == nullptr ? std::string() : *found;
        };
        std::map<std::string, std::string> instances, attached;
        for (const auto& instance : client.list(Kind::instance).value())
            instances[text(instance, "id")] = text(instance, "name");
        for (const auto& attachment : client.list(Kind::attachment).value()) {
            const auto phase = text(attachment, "phase");
            if (phase == "cutting" || phase == "withdrawing") continue;
            auto& on = attached[text(attachment, "record")];
            if (!on.empty()) throw std::runtime_error("two owners of record " + text(attachment, "record"));
            on = instances[text(attachment, "instance")];
        }
        std::set<std::string> addresses;
        for (const auto& record : client.list(Kind::record).value()) {
            const auto& list = *record.find("addresses")->get<schema::Value::List>();
            if (list.size() != 1) throw std::runtime_error("a record with other than one address");
            const auto& address = *list.front().get<std::string>();
            if (!addresses.insert(address).second) throw std::runtime_error(address + " is given twice");
            model.records[text(record, "name")] = {address, text(record, "description"),
                                                   attached[text(record, "id")]};
        }
        return model;
    }

    // The records for which more than one host sends now.
    [[nodiscard]] std::vector<Id> doubled() {
        return fleet_->run([this] {
            std::set<Id> seen;
            std::vector<Id> twice;
            for (const auto& host : fleet_->hosts())
                for (const auto& [key, port] : host.target.desired.of<schema::Port>())
                    if (port.transmit && !seen.insert(port.record).second) twice.push_back(port.record);
            return twice;
        });
    }

    [[nodiscard]] bool operations_end() const {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        auto client = coordinator.client();
        const auto open = [](const schema::Value& operation) {
            return *operation.find("state")->get<std::string>() == "running" &&
                   *operation.find("step")->get<std::string>() != "waiting";
        };
        while (std::ranges::any_of(client.list(Kind::operation).value(), open)) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return true;
    }

private:
    Id subnet_;
    std::optional<Fleet> fleet_;
};

// What one client does until the coordinator is gone.
class Worker {
public:
    Worker(const Cloud& cloud, std::atomic<std::uint64_t>& clock, std::uint64_t seed)
        : cloud_(cloud), clock_(clock), random_(seed), seed_(seed) {}

    std::vector<Event> work() {
        std::vector<Event> events;
        auto connection = cloud_.coordinator.connect();
        if (!connection) return events;
        cli::Client client(std::move(*connection));
        for (unsigned n = 0;; ++n) {
            Event event;
            event.request = any(n);
            event.begun = ++clock_;
            const auto ack = cloud_.ask(client, event.request);
            event.ended = ++clock_;
            event.outcome = outcome(ack);
            if (ack) {
                event.changed = ack->changed;
                event.revision = ack->revision;
            }
            events.push_back(event);
            if (event.outcome == Outcome::unknown) return events;
        }
    }

    // An error of the coordinator's is a refusal; anything else leaves the question open.
    static Outcome outcome(const Result<wire::Ack>& ack) {
        if (ack) return Outcome::accepted;
        const auto code = ack.error().code;
        const bool heard =
            code == ErrorCode::conflict || code == ErrorCode::not_found || code == ErrorCode::invalid;
        return heard ? Outcome::refused : Outcome::unknown;
    }

private:
    unsigned pick(unsigned end) { return static_cast<unsigned>(random_() % end); }

    Request any(unsigned n) {
        static constexpr Verb verbs[] = {Verb::create,    Verb::create, Verb::describe, Verb::readdress,
                                         Verb::readdress, Verb::remove, Verb::attach,   Verb::attach,
                                         Verb::attach,    Verb::detach, Verb::detach};
        Request request{verbs[pick(std::size(verbs))], "r" + std::to_string(1 + pick(record_count))};
        const auto address = "10.1.2." + std::to_string(11 + pick(record_count + 2));
        const auto mark = std::to_string(seed_) + '-' + std::to_string(n);
        if (request.verb == Verb::create || request.verb == Verb::readdress) request.address = address;
        if (request.verb <= Verb::readdress) request.mark = mark;
        if (request.verb == Verb::attach) request.instance = "i" + std::to_string(1 + pick(instance_count));
        return request;
    }

    const Cloud& cloud_;
    std::atomic<std::uint64_t>& clock_;
    std::mt19937_64 random_;
    std::uint64_t seed_;
};

struct Tally {
    unsigned accepted{0};
    unsigned refused{0};
    unsigned unknown{0};
};

// Several clients at work, the coordinator killed meanwhile, and what is there when it is back.
class History {
public:
    Cloud cloud;
    Tally tally;

    // It dies at the failpoint, or when `kill_after` is over.
    void round(const std::string& failpoint, std::chrono::microseconds kill_after) {
        const CloudModel before = cloud.state();
        std::vector<Event> events;
        if (cloud.coordinator.start(failpoint)) events = work(kill_after);
        REQUIRE(cloud.coordinator.ended(std::chrono::seconds(5)));
        REQUIRE(cloud.coordinator.start());
        const CloudModel after = cloud.state();
        CAPTURE(failpoint);
        CHECK(contradiction(before, events, after) == "");
        CHECK(cloud.doubled().empty());
        repeat(events, after);
        for (const auto& event : events)
            ++(event.outcome == Outcome::accepted  ? tally.accepted
               : event.outcome == Outcome::refused ? tally.refused
                                                   : tally.unknown);
    }

private:
    std::vector<Event> work(std::chrono::microseconds kill_after) {
        std::vector<std::vector<Event>> heard(client_count);
        std::vector<std::thread> clients;
        for (unsigned n = 0; n < client_count; ++n)
            clients.emplace_back([this, n, &heard] { heard[n] = Worker(cloud, clock_, ++seed_).work(); });
        if (kill_after.count() != 0) {
            std::this_thread::sleep_for(kill_after);
            cloud.coordinator.kill();
        }
        for (auto& client : clients) client.join();
        std::vector<Event> events;
        for (const auto& list : heard) events.insert(events.end(), list.begin(), list.end());
        return events;
    }

    // A creation of which nobody knows is sent again with its token: it takes effect at most once (row 1.8).
    void repeat(const std::vector<Event>& events, CloudModel now) {
        auto client = cloud.coordinator.client();
        for (const auto& event : events) {
            if (event.outcome != Outcome::unknown || event.request.verb != Verb::create) continue;
            const bool there = std::ranges::any_of(
                now.records, [&](const auto& entry) { return entry.second.mark == event.request.mark; });
            const auto again = cloud.ask(client, event.request);
            if (there)
                CHECK(again.has_value());
            else if (again && again->changed && again->revision != 0)
                now = cloud.state();
            CHECK(cloud.state() == now);
        }
    }

    std::atomic<std::uint64_t> clock_{0};
    std::atomic<std::uint64_t> seed_{0};
};

}  // namespace

TEST_CASE(
    "[8.2/history] [2.1/history] [1.8/history] random requests of many clients, the coordinator killed at "
    "any time") {
    History history;
    std::mt19937_64 random{20261122};
    for (unsigned n = 0; n < rounds(); ++n) {
        REQUIRE(history.cloud.hosts_connected());
        history.round({}, std::chrono::microseconds(1000 + random() % 120'000));
    }
    CHECK(history.tally.accepted > rounds());
    CHECK(history.tally.refused > rounds() / 2);
    CHECK(history.cloud.hosts_connected());
    CHECK(history.cloud.operations_end());
    CHECK(history.cloud.doubled().empty());
    MESSAGE(history.tally.accepted << " accepted, " << history.tally.refused << " refused, "
                                   << history.tally.unknown << " unknown in " << rounds() << " rounds");
}

TEST_CASE("[8.2/failpoint] the coordinator dies before and after each of its steps on files and sockets") {
    History history;
    for (unsigned n = 1; n <= 2 * rounds(); ++n) {
        history.round("before:" + std::to_string(n), {});
        history.round("after:" + std::to_string(n), {});
    }
    CHECK(history.tally.accepted > rounds());
    CHECK(history.cloud.operations_end());
    CHECK(history.cloud.doubled().empty());
    MESSAGE(history.tally.accepted << " accepted, " << history.tally.refused << " refused, "
                                   << history.tally.unknown << " unknown in " << 4 * rounds() << " rounds");
}
