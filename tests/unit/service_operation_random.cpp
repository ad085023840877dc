// SPDX-License-Identifier: Apache-2.0
// Operations under random requests, acknowledgements, losses, failures and restarts of the coordinator. Hosts
// hold what they last installed, also while lost. Always: of all hosts at most one transmits for an exclusive
// record. In the end: when all hosts are back and content, every operation ends.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "coordinator/service/operation/operation.h"
#include "coordinator/service/verbs.h"
#include "service_world.h"

using namespace weft;
using namespace weft::test;
using schema::Phase;
using schema::SessionState;

namespace {

constexpr std::uint64_t host_count = 3;
constexpr std::uint64_t instance_count = 3;
constexpr std::uint64_t record_count = 2;

Id host(std::uint64_t n) { return {Kind::host, n}; }
Id instance(std::uint64_t n) { return {Kind::instance, n}; }
Id record(std::uint64_t n) { return {Kind::record, n}; }

// Evenly distributed whatever size rapidcheck is at.
std::uint64_t pick(std::uint64_t from, std::uint64_t end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, end));
}

struct Sim {
    Cloud cloud;
    FakeHosts hosts;
    Chooser chooser;
    bool settled{true};
    std::map<std::uint64_t, std::set<std::uint64_t>> transmits;  // by host: records it sends for
    const Principal root{"root", Role::operator_, {}};

    Sim() {
        Draft draft{cloud, 1};
        schema::Partition partition = World::partition("p", "10.1.0.0/16");
        partition.id = {Kind::partition, 1};
        draft.put(partition);
        schema::Subnet subnet = World::subnet("s", "10.1.2.0/24");
        subnet.id = {Kind::subnet, 1};
        subnet.partition = partition.id;
        draft.put(subnet);
        for (std::uint64_t n = 1; n <= host_count; ++n) {
            schema::Host h;
            h.id = host(n);
            h.name = "h" + std::to_string(n);
            h.underlay = {Address::v4(0xc0000200U + static_cast<std::uint32_t>(n))};
            h.capabilities = {"geneve/1"};
            draft.put(h);
            hosts.states[h.id] = {};
        }
        for (std::uint64_t n = 1; n <= instance_count; ++n) {
            schema::Instance i;
            i.id = instance(n);
            i.name = "i" + std::to_string(n);
            i.netns = i.name;
            if (n != instance_count) i.host = host(n);
            draft.put(i);
        }
        for (std::uint64_t n = 1; n <= record_count; ++n) {
            schema::Record r;
            r.id = record(n);
            r.name = "r" + std::to_string(n);
            r.partition = partition.id;
            r.subnet = subnet.id;
            r.addresses = {Address::v4(0x0a010200U + static_cast<std::uint32_t>(n) + 1)};
            draft.put(r);
        }
        apply(draft);
    }

    void apply(const Draft& draft) { cloud.apply(cloud.revision() + 1, draft.changes()); }

    template <class Request>
    void ask(Result<Plan> (*verb)(const Context&, const Request&), const Request& request) {
        const Context context{cloud, hosts, chooser, root, request.options, 1};
        if (const auto plan = verb(context, request); plan && !plan->draft.empty()) apply(plan->draft);
    }
    // Whether any operation advanced.
    bool step() {
        bool advanced = false;
        const auto open = cloud.open_operations();
        for (const Id id : open) {
            const auto operation = cloud.find<schema::Operation>(id);
            const auto next_step = next(*operation, cloud, HostView{hosts, settled}, 1);
            if (const auto* advance = std::get_if<Advance>(&next_step)) {
                apply(advance->draft);
                advanced = true;
            }
        }
        return advanced;
    }
    void install(Id id) {
        auto& state = hosts.states[id];
        if (state.session != SessionState::connected) return;
        state.installed = cloud.revision();
        auto& sends = transmits[id.value];
        sends.clear();
        std::map<Id, std::string> failures;
        for (const auto& a : cloud.attachments_on_host(id)) {
            if (state.failures.count(a->id) != 0) {
                failures[a->id] = state.failures[a->id];
                continue;
            }
            if (a->phase == Phase::enabling || a->phase == Phase::attached) sends.insert(a->record.value);
        }
        state.failures = failures;
    }
    // The record of which more than one host sends; 0 if none.
    [[nodiscard]] std::uint64_t doubled() const {
        std::set<std::uint64_t> seen;
        for (const auto& [id, records] : transmits)
            for (const auto r : records)
                if (!seen.insert(r).second) return r;
        return 0;
    }
    void act(std::uint64_t action) {
        const auto h = host(pick(1, host_count + 1));
        const auto i = to_string(instance(pick(1, instance_count + 1)));
        const auto r = to_string(record(pick(1, record_count + 1)));
        switch (action) {
            case 0: return ask(&coordinator::attach, wire::AttachRequest{r, i, {}, {}, false, false, {}});
            case 1: return ask(&coordinator::detach, wire::DetachRequest{r, {}, {}});
            case 2: return ask(&coordinator::detach, wire::DetachRequest{{}, i, {}});
            case 3: return ask(&coordinator::move, wire::MoveRequest{i, to_string(h), {}});
            case 4: hosts.states[h].session = SessionState::lost; return;
            case 5: hosts.states[h].session = SessionState::connected; return;
            case 6:  // the coordinator starts anew: it knows nothing of hosts, for a while
                for (auto& [id, state] : hosts.states) state.installed = 0;
                settled = false;
                return;
            case 7: settled = true; return;
            case 8:
                for (const auto& a : cloud.attachments_on_host(h))
                    if (a->phase == Phase::programming) hosts.states[h].failures[a->id] = "no such device";
                return;
            case 9: step(); return;
            case 10: {  // stops or boots
                Draft draft{cloud, 1};
                auto changed = *cloud.find<schema::Instance>(parse_id(i).value());
                changed.state = changed.state == schema::InstanceState::running
                                    ? schema::InstanceState::stopped
                                    : schema::InstanceState::running;
                draft.put(changed);
                return apply(draft);
            }
            default: install(h); return;
        }
    }
};

}  // namespace

TEST_CASE("[2.1/exclusive][2.4/exclusive] whatever happens, one host at most sends for an exclusive record") {
    const bool passed = rc::check("one owner", [] {
        Sim sim;
        unsigned attached = 0;
        for (int step = 0; step < 300; ++step) {
            // Mostly progress: hosts install, the coordinator steps.
            const auto draw = pick(0, 50);
            sim.act(draw < 9    ? draw
                    : draw < 13 ? 0
                    : draw < 15 ? 5
                    : draw < 17 ? 7
                    : draw < 30 ? 9
                    : draw < 32 ? 10
                                : 11);
            RC_ASSERT(sim.doubled() == 0);
            for (std::uint64_t n = 1; n <= record_count; ++n)
                RC_ASSERT(sim.cloud.attachments_of_record(record(n)).size() <= 1);
            for (const auto& [id, entry] : sim.cloud.table<schema::Attachment>())
                if (entry.object->phase == Phase::attached) {
                    ++attached;
                    const auto on = sim.cloud.find<schema::Instance>(entry.object->instance);
                    RC_ASSERT(on->host == entry.object->host);
                }
        }
        RC_CLASSIFY(attached > 20, "much was attached");
        sim.settled = true;
        for (auto& [id, state] : sim.hosts.states) {
            state.session = SessionState::connected;
            state.failures.clear();
        }
        for (int round = 0; round < 20; ++round) {
            for (std::uint64_t n = 1; n <= host_count; ++n) sim.install(host(n));
            sim.step();
            RC_ASSERT(sim.doubled() == 0);
        }
        for (const Id id : sim.cloud.open_operations())
            for (const auto& a : members(*sim.cloud.find<schema::Operation>(id), sim.cloud))
                RC_ASSERT(a->phase == Phase::waiting);
    });
    CHECK(passed);
}
