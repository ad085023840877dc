// SPDX-License-Identifier: Apache-2.0
// Which instances of a shared record get flows, and what hosts are told of them (row 2.7).
#include "coordinator/service/watch/member_watch.h"

#include <algorithm>

#include "coordinator/distribution/desired.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

using Weights = std::map<Id, std::uint32_t>;

struct Shared : Lab {
    Id web = make();
    Id one = attached("web", "i1");
    Id two = attached("web", "i2");
    std::unique_ptr<MemberWatch> watch = std::make_unique<MemberWatch>(*ledger, *all_hosts, clock);

    Id make() {
        schema::Record record;
        record.name = "web";
        record.subnet = front;
        record.exclusive = false;
        return object_of<schema::Record>(create(ann, record).object).id;
    }
    // Why the attachment of i2 gets no flows.
    [[nodiscard]] std::string failed() const { return cloud().find<schema::Attachment>(two)->failed; }
    void becomes(const std::string& expected) {
        watch->on_ack(h2);
        watch->on_tick();
        loop.run_until([&] { return failed() == expected; });
    }
    // As shown, in the order of their names.
    [[nodiscard]] std::vector<std::string> members() {
        std::vector<std::string> members = shown("web").members;
        std::ranges::sort(members);
        return members;
    }
    // As hosts are told.
    [[nodiscard]] Weights weights() const {
        Weights weights;
        for (const auto& member : spread_members(cloud(), web)) weights[member.attachment] = member.weight;
        return weights;
    }
};

}  // namespace

TEST_CASE("[2.7/health] what is lost, has no device or does not run gets no flows until it is back") {
    Shared lab;
    const Weights both{{lab.one, 1}, {lab.two, 1}};
    const Weights first{{lab.one, 1}};
    CHECK(lab.weights() == both);
    CHECK(lab.members() == std::vector<std::string>{"i1 on h1: healthy", "i2 on h2: healthy"});
    auto& h2 = lab.hosts.states[lab.h2];
    SUBCASE("its host") {
        h2.session = SessionState::lost;
        lab.becomes("host h2 is lost");
        CHECK(lab.members()[1] == "i2 on h2: no flows, host h2 is lost");
        CHECK(lab.weights() == first);
        h2.session = SessionState::connected;
    }
    SUBCASE("its device") {
        h2.lost = {lab.two};
        lab.becomes("device eth1 on h2 went away or lost its carrier");
        CHECK(lab.weights() == first);
        h2.lost.clear();
    }
    SUBCASE("its device, which is not there yet") {
        h2.waiting = {lab.two};
        lab.becomes("device eth1 on h2 is not there");
        CHECK(lab.weights() == first);
        h2.waiting.clear();
    }
    SUBCASE("the instance") {
        schema::Instance patch;
        patch.state = schema::InstanceState::stopped;
        REQUIRE(code(lab.modify(lab.ann, "i2", patch)) == ok);
        lab.watch->on_tick();
        lab.loop.run_until([&] { return lab.failed() == "instance i2 is stopped"; });
        CHECK(lab.weights() == first);
        patch.state = schema::InstanceState::running;
        REQUIRE(code(lab.modify(lab.ann, "i2", patch, mask_of<schema::Instance>("state"))) == ok);
    }
    lab.becomes("");
    CHECK(lab.weights() == both);
}

TEST_CASE("[2.7/health] when all have failed, none is left out") {
    Shared lab;
    lab.hosts.states[lab.h2].session = SessionState::lost;
    lab.becomes("host h2 is lost");
    lab.hosts.states[lab.h1].session = SessionState::lost;
    lab.watch->on_ack(lab.h1);
    lab.loop.run_until([&] { return !lab.cloud().find<schema::Attachment>(lab.one)->failed.empty(); });
    CHECK(lab.weights() == Weights{{lab.one, 1}, {lab.two, 1}});
}

TEST_CASE(
    "[2.7/health] a host of which nothing is known yet changes nothing, nor does an exclusive record's") {
    Shared lab;
    const auto revision = lab.cloud().revision();
    lab.hosts.states[lab.h2].session = SessionState::never;
    lab.watch->on_ack(lab.h2);
    lab.hosts.states[lab.h2] = {SessionState::connected, 0, {}, {}, {lab.two}, {}, {}};
    lab.watch->on_ack(lab.h2);
    CHECK(lab.failed().empty());
    const Id r1 = lab.attached("r1", "i1");
    lab.hosts.states[lab.h1].lost = {r1};
    lab.watch->on_ack(lab.h1);
    lab.watch->on_tick();
    lab.add_record(lab.ann, lab.front, "r9");  // after all that was committed
    CHECK(lab.cloud().find<schema::Attachment>(r1)->failed.empty());
    CHECK(lab.cloud().revision() > revision);
}

TEST_CASE("[2.7/failed-moves] one that is detached is no member from then on; one that is moved stays one") {
    Shared lab;
    SUBCASE("detach") {
        REQUIRE(code(lab.detach("web", "i2")) == ok);
        CHECK(lab.weights() == Weights{{lab.one, 1}});
    }
    SUBCASE("move: it keeps its flows, at both ends of the way") {
        const auto move = lab.move("i2", "h1");
        REQUIRE(code(move) == ok);
        for (std::set<Id> hosts; lab.operation(move.operation).end_time == 0;) {
            CHECK(lab.weights() == Weights{{lab.one, 1}, {lab.two, 0}});
            const auto seen = lab.cloud().revision();
            for (const Id host : {lab.h1, lab.h2}) lab.acknowledge(host);
            lab.loop.run_until([&] { return lab.cloud().revision() != seen; });
        }
        const auto members = spread_members(lab.cloud(), lab.web);
        for (const auto& member : members) CHECK(member.host == lab.h1);
        CHECK(lab.weights() == Weights{{lab.one, 1}, {lab.two, 1}});
    }
}

TEST_CASE("[2.7/spread] hosts are told of a shared record's members, and that its address is theirs") {
    Shared lab;
    const Desired desired(lab.cloud());
    const auto record = lab.cloud().find<schema::Record>(lab.web);
    const auto gni = lab.cloud().find<schema::Partition>(record->partition)->gni;
    for (const Id host : {lab.h1, lab.h2}) {
        const auto spread = desired.object(host, spread_key(lab.web));
        REQUIRE(spread.has_value());
        CHECK(std::get<schema::Spread>(*spread).members.size() == 2);
        const auto mapping = desired.object(host, {schema::DesiredKind::mapping, record->partition, gni,
                                                   Prefix::host(record->addresses.front())});
        REQUIRE(mapping.has_value());
        CHECK(std::get<schema::Mapping>(*mapping).spread);
        CHECK(desired.keys(host).contains(spread_key(lab.web)));
        const auto source = desired.object(host, {schema::DesiredKind::source, record->partition, gni,
                                                  Prefix::host(record->addresses.front())});
        CHECK(std::get<schema::Source>(*source).hosts.size() == 2);
    }
    CHECK(std::get<schema::Port>(*desired.object(lab.h2, port_key(lab.two))).spread);
    CHECK_FALSE(desired.object(lab.add_host("h3", "192.0.2.3"), spread_key(lab.web)).has_value());
}

TEST_CASE("[2.7/most] of attaches at once no more succeed than a record may have members") {
    Lab lab;
    schema::Record shared;
    shared.name = "many";
    shared.subnet = lab.front;
    shared.exclusive = false;
    REQUIRE(code(lab.create(lab.ann, shared)) == ok);
    constexpr std::size_t callers = schema::most_members + 6;
    for (std::size_t i = 0; i < callers; ++i) lab.add_instance(lab.ann, "m" + std::to_string(i), lab.h1);
    std::vector<wire::Ack> answers;
    for (std::size_t i = 0; i < callers; ++i) {
        const wire::AttachRequest request{"many", "m" + std::to_string(i), {}, {}, false, false, {}};
        lab.service->attach(lab.ann, request, [&](const wire::Ack& ack) { answers.push_back(ack); });
        // All but the last ten one after the other.
        if (i + 10 < callers) lab.loop.run_until([&] { return answers.size() == i + 1; });
    }
    lab.loop.run_until([&] { return answers.size() == callers; });
    const auto succeeded = std::ranges::count(answers, 0, &wire::Ack::code);
    CHECK(succeeded == schema::most_members);
    for (const auto& ack : answers)
        if (ack.code != 0) CHECK(code(ack) == ErrorCode::exhausted);
}
