// SPDX-License-Identifier: Apache-2.0
// A service with its real store, and hosts whose acknowledgements the test gives by hand.
#pragma once

#include <condition_variable>
#include <deque>
#include <set>

#include "coordinator/model/foreign_hosts.h"
#include "coordinator/service/operation/engine.h"
#include "coordinator/service/service.h"
#include "store_file.h"
#include "weft/wire/codec.h"

namespace weft::test {

using namespace weft::coordinator;

// The coordinator's main thread, turned by the test.
class Loop {
public:
    void post(std::function<void()> function) {
        {
            const std::lock_guard guard{mutex_};
            queue_.push_back(std::move(function));
        }
        wake_.notify_one();
    }
    // What was posted is never run.
    void clear() {
        const std::lock_guard guard{mutex_};
        queue_.clear();
    }
    void run_until(const std::function<bool()>& reached) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (!reached()) {
            std::function<void()> function;
            {
                std::unique_lock guard{mutex_};
                if (!wake_.wait_until(guard, deadline, [&] { return !queue_.empty(); }))
                    throw std::runtime_error("nothing happened for a minute");
                function = std::move(queue_.front());
                queue_.pop_front();
            }
            function();
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> queue_;
};

struct FakeClock final : Clock {
    std::uint64_t boot{1'000'000'000'000};
    std::uint64_t unix{1'800'000'000'000'000};
    [[nodiscard]] std::uint64_t boot_ns() const override { return boot; }
    [[nodiscard]] std::uint64_t unix_us() const override { return unix; }
};

struct FakeHosts final : Acknowledgements {
    struct State {
        schema::SessionState session{schema::SessionState::connected};
        Revision installed{0};
        std::map<Id, std::string> failures;
        std::set<Id> waiting;
        std::vector<Id> lost;
        std::string problem;
        std::map<Id, schema::TrafficCounts> counts;
    };
    std::map<Id, State> states;

    [[nodiscard]] const State& state(Id host) const {
        static const State never{schema::SessionState::never, 0, {}, {}, {}, {}, {}};
        const auto at = states.find(host);
        return at == states.end() ? never : at->second;
    }
    [[nodiscard]] schema::SessionState session(Id host) const override { return state(host).session; }
    [[nodiscard]] Revision installed(Id host) const override { return state(host).installed; }
    [[nodiscard]] std::optional<std::string> failure(Id host, Id attachment) const override {
        const auto at = state(host).failures.find(attachment);
        return at == state(host).failures.end() ? std::nullopt : std::optional{at->second};
    }
    [[nodiscard]] bool waiting(Id host, Id attachment) const override {
        return state(host).waiting.count(attachment) != 0;
    }
    [[nodiscard]] std::vector<Id> lost(Id host) const override { return state(host).lost; }
    [[nodiscard]] std::string problem(Id host) const override { return state(host).problem; }
    [[nodiscard]] schema::TrafficCounts counted(Id host, Id record) const override {
        const auto at = state(host).counts.find(record);
        return at == state(host).counts.end() ? schema::TrafficCounts{} : at->second;
    }
};

template <class T>
Bytes bytes_of(const T& object) {
    return wire::encode(object).value();
}
template <class T>
T object_of(const Bytes& bytes) {
    T object{};
    (void)wire::decode_into(bytes, object).value();
    return object;
}

// The mask of one field, for a patch that sets it to its default.
template <class T>
wire::Mask mask_of(std::string_view name) {
    wire::Mask mask = 0, bit = 1;
    schema::for_each_field<T>([&](const auto& field) {
        if (field.name == name) mask = bit;
        bit <<= 1;
    });
    return mask;
}

struct World {
    StoreFile file;
    Loop loop;
    FakeClock clock;
    FakeHosts hosts;  // with an agent
    std::unique_ptr<SqliteRepository> repository{file.open()};
    std::unique_ptr<Ledger> ledger;
    std::unique_ptr<ForeignHosts> all_hosts;
    std::unique_ptr<Service> service;
    std::unique_ptr<Leases> leases;
    std::unique_ptr<Engine> engine;

    const Principal root{"root", Role::operator_, {}};
    const Principal ann{"ann", Role::customer, {}};
    const Principal bob{"bob", Role::customer, {}};

    World() { start(); }
    ~World() { repository.reset(); }

    void start() {
        ledger = std::make_unique<Ledger>(*repository, [this](auto fn) { loop.post(std::move(fn)); });
        ledger->load().value();
        all_hosts = std::make_unique<ForeignHosts>(hosts, ledger->cloud());
        service = std::make_unique<Service>(*ledger, *all_hosts, clock);
        leases = std::make_unique<Leases>(clock);
        engine = std::make_unique<Engine>(*ledger, *all_hosts, clock, Engine::default_grace_ns, leases.get());
        engine->resume();
    }
    // As after kill -9: all that is not stored is gone, and hosts have not said anything yet.
    void restart() {
        repository.reset();
        loop.clear();
        engine.reset();
        service.reset();
        ledger.reset();
        for (auto& [id, state] : hosts.states) state.installed = 0;
        repository = file.open();
        start();
    }

    [[nodiscard]] const Cloud& cloud() const { return ledger->cloud(); }

    // Sends a request and waits for its answer.
    template <class Request>
    wire::Ack ask(void (Service::*verb)(const Principal&, const Request&, Service::Done),
                  const Principal& principal, const Request& request) {
        std::optional<wire::Ack> answer;
        ((*service).*verb)(principal, request, [&](const wire::Ack& ack) { answer = ack; });
        loop.run_until([&] { return answer.has_value(); });
        return *answer;
    }
    template <class T>
    wire::Ack create(const Principal& principal, const T& object,
                     const std::vector<schema::Subnet>& subnets = {}, const wire::Options& options = {}) {
        wire::CreateRequest request{schema::Schema<T>::kind, bytes_of(object), {}, options};
        for (const auto& subnet : subnets) request.subnets.push_back(bytes_of(subnet));
        return ask(&Service::create, principal, request);
    }
    // Only the fields in `mask` of `patch`.
    template <class T>
    wire::Ack modify(const Principal& principal, const std::string& ref, const T& patch, wire::Mask mask,
                     const wire::Options& options = {}) {
        const wire::ModifyRequest request{schema::Schema<T>::kind, ref, wire::encode(patch, mask).value(),
                                          options};
        return ask(&Service::modify, principal, request);
    }
    template <class T>
    wire::Ack modify(const Principal& principal, const std::string& ref, const T& patch) {
        return modify(principal, ref, patch, wire::changed_fields(patch));
    }
    wire::Ack remove(const Principal& principal, Kind kind, const std::string& ref,
                     const wire::Options& options = {}) {
        return ask(&Service::remove, principal, wire::RemoveRequest{kind, ref, options});
    }
    wire::Ack attach(const std::string& record, const std::string& instance,
                     const wire::Options& options = {}) {
        return ask(&Service::attach, root,
                   wire::AttachRequest{record, instance, {}, {}, false, false, options});
    }
    wire::Ack detach(const std::string& record, const std::string& instance,
                     const wire::Options& options = {}) {
        return ask(&Service::detach, root, wire::DetachRequest{record, instance, options});
    }
    wire::Ack move(const std::string& instance, const std::string& host, const wire::Options& options = {}) {
        return ask(&Service::move, root, wire::MoveRequest{instance, host, options});
    }

    // The host has installed all there is now; its failures and waiting ports stay as the test set them.
    void acknowledge(Id host) {
        hosts.states[host].installed = cloud().revision();
        engine->on_ack(host);
    }
    // All connected hosts acknowledge whatever comes, until `reached`.
    void acknowledge_until(const std::function<bool()>& reached) {
        while (!reached()) {
            const auto seen = cloud().revision();
            for (auto& [id, state] : hosts.states)
                if (answers(state.session)) acknowledge(id);
            if (reached()) return;
            loop.run_until([&] { return cloud().revision() != seen; });
        }
    }
    [[nodiscard]] const schema::Operation& operation(Id id) const {
        return *cloud().table<schema::Operation>().find(id);
    }
    void acknowledge_until_ended(Id id) {
        acknowledge_until([&] { return operation(id).end_time != 0; });
    }

    // Every object as it is stored: what must be the same when nothing changed.
    [[nodiscard]] std::map<Id, Bytes> everything() const {
        std::map<Id, Bytes> all;
        schema::for_each_object([&]<class T>(std::type_identity<T>) {
            for (const auto& [value, entry] : cloud().table<T>())
                all[entry.object->id] = encode_object(Object{entry.object}).value();
        });
        return all;
    }

    // --- what most tests start with

    Id add_host(const std::string& name, const std::string& address, const std::string& zone = {}) {
        schema::Host host;
        host.name = name;
        host.underlay = {Address::parse(address).value()};
        host.zone = zone;
        const auto ack = create(root, host);
        if (ack.code != 0) throw std::runtime_error(ack.text);
        const Id id = object_of<schema::Host>(ack.object).id;
        hosts.states[id] = {};
        report(id, {"geneve/1"});
        return id;
    }
    void report(Id host, const std::vector<std::string>& capabilities) {
        bool reported = false;
        service->update_host(
            host, [&](schema::Host& h) { h.capabilities = capabilities; },
            [&](const Result<Revision>& result) { reported = result.has_value(); });
        loop.run_until([&] { return reported; });
    }
    schema::Partition add_partition(const Principal& principal, const std::string& name) {
        const auto ack = create(principal, partition(name, "10.1.0.0/16"), {subnet("front", "10.1.2.0/24")});
        if (ack.code != 0) throw std::runtime_error(ack.text);
        return object_of<schema::Partition>(ack.object);
    }
    Id add_instance(const Principal& principal, const std::string& name, Id host = {}) {
        schema::Instance instance;
        instance.name = name;
        instance.host = host;
        instance.netns = "ns-" + name;
        instance.owner = principal.name;
        const auto ack = create(root, instance);
        if (ack.code != 0) throw std::runtime_error(ack.text);
        return object_of<schema::Instance>(ack.object).id;
    }
    schema::Record add_record(const Principal& principal, Id subnet, const std::string& name) {
        schema::Record record;
        record.name = name;
        record.subnet = subnet;
        const auto ack = create(principal, record);
        if (ack.code != 0) throw std::runtime_error(ack.text);
        return object_of<schema::Record>(ack.object);
    }
    // Attached and acknowledged; the attachment's id.
    Id attached(const std::string& record, const std::string& instance) {
        const auto ack = attach(record, instance);
        if (ack.code != 0) throw std::runtime_error(ack.text);
        acknowledge_until_ended(ack.operation);
        return object_of<schema::Attachment>(ack.object).id;
    }

    static schema::Partition partition(const std::string& name, const std::string& cidr) {
        schema::Partition partition;
        partition.name = name;
        partition.cidrs = {Prefix::parse(cidr).value()};
        return partition;
    }
    static schema::Subnet subnet(const std::string& name, const std::string& cidr) {
        schema::Subnet subnet;
        subnet.name = name;
        subnet.cidr = Prefix::parse(cidr).value();
        return subnet;
    }
    [[nodiscard]] Id subnet_of(const schema::Partition& partition) const {
        return cloud().subnets(partition.id).front()->id;
    }
};

inline ErrorCode code(const wire::Ack& ack) { return static_cast<ErrorCode>(ack.code); }

}  // namespace weft::test

// The request is refused so, and nothing at all changed.
#define CHECK_REFUSED(world, request, error_code, error_field) \
    do {                                                       \
        const auto everything_before = (world).everything();   \
        const weft::wire::Ack refusal = (request);             \
        CHECK(weft::test::code(refusal) == (error_code));      \
        CHECK(refusal.field == (error_field));                 \
        CHECK(!refusal.text.empty());                          \
        CHECK(!refusal.changed);                               \
        CHECK((world).everything() == everything_before);      \
    } while (false)
