// SPDX-License-Identifier: Apache-2.0
// A change of an attached record's addresses, step by step.
#include "coordinator/distribution/desired.h"
#include "coordinator/model/addresses.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;
using schema::AddressStep;

namespace {

Address address(const char* text) { return Address::parse(text).value(); }

struct Changing : Lab {
    Id attachment;
    Address former;
    Address stays = address("10.1.2.200");
    Address fresh = address("10.1.2.201");

    Changing() {
        former = shown("r1").addresses.front();
        (void)set({former, stays});
        attachment = attached("r1", "i1");
    }
    wire::Ack set(const std::vector<Address>& addresses) {
        schema::Record patch;
        patch.addresses = addresses;
        return modify(ann, "r1", patch);
    }
    [[nodiscard]] std::vector<Address> port() const {
        const Desired desired{cloud()};
        const auto object = desired.object(h1, {schema::DesiredKind::port, attachment, 0, {}});
        return object ? std::get<schema::Port>(*object).addresses : std::vector<Address>{};
    }
    [[nodiscard]] bool mapped(const Address& which) const {
        const Desired desired{cloud()};
        const auto partition = cloud().find<schema::Subnet>(front)->partition;
        const auto gni = cloud().find<schema::Partition>(partition)->gni;
        const auto has = [&](schema::DesiredKind kind) {
            return desired.object(h2, {kind, partition, gni, Prefix::host(which)}).has_value();
        };
        CHECK(has(schema::DesiredKind::mapping) == has(schema::DesiredKind::source));
        return has(schema::DesiredKind::mapping);
    }
    [[nodiscard]] AddressStep step() { return shown("r1").address_step; }
};

}  // namespace

TEST_CASE("[1.5/order] own host enables, all switch, then the former address is withdrawn, then it is free") {
    Changing lab;
    const auto ack = lab.set({lab.fresh, lab.stays});
    REQUIRE(code(ack) == ok);
    REQUIRE(ack.operation);
    CHECK(lab.step() == AddressStep::enabling);
    CHECK(lab.port() == std::vector{lab.fresh, lab.stays, lab.former});
    CHECK(!lab.mapped(lab.fresh));
    CHECK(lab.mapped(lab.former));
    CHECK(lab.mapped(lab.stays));
    CHECK(lab.engine->blocked_on(ack.operation) == lab.h1);

    lab.install(lab.h1, [&] { return lab.step() == AddressStep::announcing; });
    CHECK(lab.mapped(lab.fresh));
    CHECK(lab.mapped(lab.former));
    CHECK(lab.port().size() == 3);
    lab.acknowledge(lab.h1);
    CHECK(lab.engine->blocked_on(ack.operation) == lab.h2);

    lab.install(lab.h2, [&] { return lab.step() == AddressStep::withdrawing; });
    CHECK(lab.port() == std::vector{lab.fresh, lab.stays});
    CHECK(!lab.mapped(lab.former));
    CHECK(lab.mapped(lab.stays));
    schema::Record thief;
    thief.name = "thief";
    thief.subnet = lab.front;
    thief.addresses = {lab.former};
    CHECK_REFUSED(lab, lab.create(lab.ann, thief), ErrorCode::conflict, "addresses");

    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::done);
    CHECK(lab.shown("r1").former_addresses.empty());
    CHECK(!lab.shown("r1").operation);
    CHECK(lab.step() == AddressStep::settled);
    CHECK(code(lab.create(lab.ann, thief)) == ok);
}

TEST_CASE("[1.5/crash] it goes on after kill -9 between any two steps") {
    for (int at = 0; at < 3; ++at) {
        CAPTURE(at);
        Changing lab;
        const auto ack = lab.set({lab.fresh, lab.stays});
        lab.acknowledge_until([&] { return static_cast<int>(lab.step()) == at + 1; });
        lab.restart();
        CHECK(static_cast<int>(lab.step()) == at + 1);
        lab.acknowledge_until_ended(ack.operation);
        CHECK(lab.operation(ack.operation).state == OperationState::done);
        CHECK(lab.shown("r1").addresses == std::vector{lab.fresh, lab.stays});
        CHECK(lab.port() == std::vector{lab.fresh, lab.stays});
        CHECK(!lab.mapped(lab.former));
    }
}

TEST_CASE("[1.8/addresses] repeating it has no second effect and says so; another change has to wait") {
    Changing lab;
    const auto ack = lab.set({lab.fresh, lab.stays});
    const auto again = lab.set({lab.fresh, lab.stays});
    CHECK(code(again) == ok);
    CHECK(!again.changed);
    CHECK(again.operation == ack.operation);
    CHECK_REFUSED(lab, lab.set({lab.stays}), ErrorCode::conflict, "addresses");
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.set({lab.fresh, lab.stays}).changed == false);
    const auto next = lab.set({lab.stays});
    CHECK(code(next) == ok);
    lab.acknowledge_until_ended(next.operation);
    CHECK(lab.port() == std::vector{lab.stays});
}

TEST_CASE("[1.5/failed] a host that cannot enable the new address: the former ones stay, and why is said") {
    Changing lab;
    const auto ack = lab.set({lab.fresh, lab.stays});
    lab.hosts.states[lab.h1].failures[lab.attachment] = "no space in map";
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::failed);
    CHECK(lab.operation(ack.operation).error == "enabling: no space in map; it keeps its addresses");
    CHECK(lab.shown("r1").addresses == std::vector{lab.former, lab.stays});
    CHECK(!lab.mapped(lab.fresh));
    CHECK(lab.mapped(lab.former));
}

TEST_CASE("[1.5/lost] a lost host of the record is waited for, a lost peer is not") {
    Changing lab;
    lab.clock.boot += 6'000'000'000;
    const auto ack = lab.set({lab.fresh, lab.stays});
    SUBCASE("a peer") {
        lab.hosts.states[lab.h2].session = SessionState::lost;
        lab.acknowledge_until_ended(ack.operation);
        CHECK(lab.operation(ack.operation).state == OperationState::done);
    }
    SUBCASE("its own") {
        lab.hosts.states[lab.h1].session = SessionState::lost;
        lab.acknowledge(lab.h2);
        lab.engine->on_tick();
        CHECK(lab.engine->blocked_on(ack.operation) == lab.h1);
        CHECK(lab.step() == AddressStep::enabling);
    }
}

TEST_CASE("[1.4/detached] a record that no host has just gets its new addresses") {
    Lab lab;
    schema::Record patch;
    patch.addresses = {address("10.1.2.202")};
    const auto ack = lab.modify(lab.ann, "r2", patch);
    CHECK(code(ack) == ok);
    CHECK(!ack.operation);
    CHECK(lab.shown("r2").address_step == AddressStep::settled);
}
