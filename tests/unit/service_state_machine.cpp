// SPDX-License-Identifier: Apache-2.0
// The verbs as a state machine: random requests, dry runs and restarts; each answer and what is there
// afterwards are those of a plain model (rows 1.2, 1.6, 2.1, 2.4, 8.2).
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <rapidcheck/state.h>

#include "service_world.h"
#include "tests/harness/cloud_model.h"

using namespace weft;
using namespace weft::test;
using What = weft::test::Request::Verb;

namespace {

// A service with a subnet, a host with two instances, and one instance without a host.
struct Machine {
    World world;
    Id subnet;

    Machine() {
        const auto host = world.add_host("h1", "192.0.2.1");
        subnet = world.subnet_of(world.add_partition(world.root, "blue"));
        world.add_instance(world.root, "i1", host);
        world.add_instance(world.root, "i2", host);
        world.add_instance(world.root, "i3");
    }

    wire::Ack ask(const weft::test::Request& request, bool dry_run) {
        wire::Options options;
        options.dry_run = dry_run;
        schema::Record record;
        record.description = request.mark;
        if (!request.address.empty()) record.addresses = {Address::parse(request.address).value()};
        switch (request.verb) {
            case What::create:
                record.name = request.record;
                record.subnet = subnet;
                return world.create(world.root, record, {}, options);
            case What::describe:
            case What::readdress:
                return world.modify(world.root, request.record, record, wire::changed_fields(record),
                                    options);
            case What::remove: return world.remove(world.root, Kind::record, request.record, options);
            case What::attach: return world.attach(request.record, request.instance, options);
            case What::detach: return world.detach(request.record, {}, options);
        }
        throw std::runtime_error("no such verb");
    }
    // Hosts install and say so until nothing goes on; what waits for a host goes on waiting.
    void settle() {
        world.acknowledge_until([this] {
            return std::ranges::all_of(world.cloud().open_operations(),
                                       [this](Id id) { return world.operation(id).step == "waiting"; });
        });
    }
    [[nodiscard]] CloudModel state() const {
        CloudModel model;
        for (const auto& [value, entry] : world.cloud().table<schema::Record>()) {
            const auto& record = *entry.object;
            auto& seen = model.records[record.name];
            seen = {to_string(record.addresses.at(0)), record.description, {}};
            const auto attachments = world.cloud().attachments_of_record(record.id);
            if (!attachments.empty())
                seen.instance = world.cloud().find<schema::Instance>(attachments.front()->instance)->name;
        }
        return model;
    }
};

using Command = rc::state::Command<CloudModel, Machine>;

std::string numbered(const char* prefix, unsigned from, unsigned end) {
    return prefix + std::to_string(*rc::gen::inRange(from, end));
}

struct Ask : Command {
    weft::test::Request request;
    bool dry_run{*rc::gen::weightedElement<bool>({{1, true}, {5, false}})};

    Ask() {
        request.verb = *rc::gen::element(What::create, What::create, What::describe, What::readdress,
                                         What::remove, What::attach, What::attach, What::detach);
        request.record = numbered("r", 1, 4);
        if (request.verb == What::create || request.verb == What::readdress)
            request.address = numbered("10.1.2.", 11, 15);
        if (request.verb <= What::readdress) request.mark = numbered("mark ", 0, 100);
        if (request.verb == What::attach) request.instance = numbered("i", 1, 4);
    }
    void apply(CloudModel& model) const override {
        if (!dry_run) model.apply(request);
    }
    void run(const CloudModel& before, Machine& machine) const override {
        auto expected = before;
        const auto refusal = expected.apply(request);
        const auto ack = machine.ask(request, dry_run);
        RC_ASSERT(ack.code == (refusal ? static_cast<std::uint16_t>(*refusal) : 0));
        RC_ASSERT(ack.changed == (!dry_run && !refusal && expected != before));
        machine.settle();
        RC_ASSERT(to_string(machine.state()) == to_string(dry_run ? before : expected));
    }
    void show(std::ostream& out) const override { out << (dry_run ? "dry run: " : "") << to_string(request); }
};

struct Restart : Command {
    void run(const CloudModel& before, Machine& machine) const override {
        machine.world.restart();
        machine.settle();
        RC_ASSERT(to_string(machine.state()) == to_string(before));
    }
    void show(std::ostream& out) const override { out << "restart"; }
};

}  // namespace

TEST_CASE(
    "[1.2/machine] [1.6/machine] [1.9/machine] [2.1/machine] [2.4/machine] verbs answer and act as a plain "
    "model") {
    CHECK(rc::check("the verbs as a state machine", [] {
        Machine machine;
        rc::state::check(CloudModel{}, machine,
                         rc::state::gen::execOneOfWithArgs<Ask, Ask, Ask, Ask, Ask, Ask, Ask, Restart>());
    }));
}
