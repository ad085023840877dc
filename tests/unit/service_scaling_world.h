// SPDX-License-Identifier: Apache-2.0
// A scaling rule of ann's at work, with hosts whose drivers do what they are told.
#pragma once

#include "coordinator/model/workload.h"
#include "coordinator/service/watch/instance_watch.h"
#include "coordinator/service/watch/scaling.h"
#include "service_lab.h"

namespace weft::test {

using schema::DriverState;
using schema::Instance;
using schema::InstanceState;
using schema::ScalingRule;

struct Scaled : Lab {
    std::unique_ptr<InstanceWatch> watch;
    std::unique_ptr<Scaling> scaling;
    std::string broken;  // what drivers say instead of launching
    std::size_t most_present{0};

    Scaled() { begin(); }

    void begin() {
        watch = std::make_unique<InstanceWatch>(*ledger, clock);
        scaling = std::make_unique<Scaling>(*service, *ledger, *all_hosts, clock);
    }
    void crash() {
        scaling.reset();
        watch.reset();
        restart();
        begin();
    }

    Id add_pool(const std::string& name, unsigned records) {
        schema::Pool pool;
        pool.name = name;
        pool.partition = cloud().find<schema::Subnet>(front)->partition;
        const Id id = object_of<schema::Pool>(create(ann, pool).object).id;
        for (unsigned i = 1; i <= records; ++i) add_to_pool(id, name + "-r" + std::to_string(i));
        return id;
    }
    void add_to_pool(Id pool, const std::string& name) {
        schema::Record record;
        record.name = name;
        record.subnet = front;
        record.pool = pool;
        const auto ack = create(ann, record);
        if (ack.code != 0) throw std::runtime_error(ack.text);
    }
    // "web", of ann's, in namespaces.
    [[nodiscard]] static ScalingRule rule(std::uint32_t desired) {
        ScalingRule made;
        made.name = "web";
        made.owner = "ann";
        made.driver = "netns";
        made.parameters = {{"command", "true"}};
        made.desired = desired;
        return made;
    }
    [[nodiscard]] static ScalingRule from_pool(Id pool, std::uint32_t desired) {
        auto made = rule(desired);
        made.pool = pool;
        return made;
    }
    Id add_rule(const ScalingRule& wanted) {
        const auto ack = create(root, wanted);
        if (ack.code != 0) throw std::runtime_error(ack.field + ": " + ack.text);
        return object_of<ScalingRule>(ack.object).id;
    }
    wire::Ack want(std::uint32_t desired) {
        ScalingRule patch;
        patch.desired = desired;
        return modify(ann, "web", patch, mask_of<ScalingRule>("desired"));
    }
    wire::Ack end_by_hand(const std::string& name) {
        Instance patch;
        patch.state = InstanceState::terminated;
        return modify(ann, name, patch);
    }

    [[nodiscard]] const ScalingRule& rule() const { return *cloud().scaling_rule("ann", "web"); }
    [[nodiscard]] Ptr<Instance> instance(const std::string& name) const {
        return cloud().instance("ann", name);
    }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& one : oldest_first(cloud().instances_of_rule(rule().id))) out.push_back(one->name);
        return out;
    }
    [[nodiscard]] Id record_of(const std::string& name) const {
        const auto attachments = cloud().attachments_of_instance(instance(name)->id);
        return attachments.empty() ? Id{} : attachments.front()->record;
    }
    // Terminated ones are not.
    [[nodiscard]] std::size_t present() const {
        const auto all = cloud().instances_of_rule(rule().id);
        return static_cast<std::size_t>(std::ranges::count_if(
            all, [](const auto& one) { return one->state != InstanceState::terminated; }));
    }
    // As many as desired, all of them running with their records attached, and no other.
    [[nodiscard]] bool complete() const {
        const auto all = cloud().instances_of_rule(rule().id);
        return all.size() == rule().desired && cloud().open_operations().empty() &&
               std::ranges::all_of(all, [&](const auto& one) {
                   const auto attachments = cloud().attachments_of_instance(one->id);
                   return one->state == InstanceState::running && attachments.size() == 1 &&
                          attachments.front()->phase == Phase::attached;
               });
    }

    // The driver of a host that answers says what it has done.
    void serve(const Instance& one) {
        if (!has_workload(one) || !answers(hosts.session(one.host)) || one.reported != DriverState::unknown)
            return;
        const auto tell = [&](DriverState state, const std::string& error = {}) {
            watch->take(one.host, {one.id, one.generation, state, error});
        };
        if (one.state == InstanceState::terminated ||
            (one.state == InstanceState::stopped && !one.launch_time))
            return tell(DriverState::absent);
        if (one.state == InstanceState::stopped) return tell(DriverState::stopped);
        for (const auto& attachment : cloud().attachments_of_instance(one.id))
            if (attachment->phase != Phase::attached) return;
        if (one.state == InstanceState::booting && broken.empty()) return tell(DriverState::running);
        if (one.state == InstanceState::booting) return tell(DriverState::prepared, broken);
    }
    // A running instance's driver says that it is not running any more.
    void fail(const std::string& name) {
        const auto one = instance(name);
        watch->take(one->host, {one->id, one->generation, DriverState::stopped, "it ended by itself"});
        turn();
    }
    // What is under way and what follows from it at once; at most `steps` of it.
    void turn(std::size_t steps = 1000) {
        bool fenced = false;
        ledger->commit(Draft{cloud(), clock.unix}, {}, {}, [&](const auto&) { fenced = true; });
        loop.run_until([&] { return fenced || steps-- == 0; });
        if (!fenced || !cloud().scaling_rule("ann", "web")) return;
        most_present = std::max(most_present, present());
    }
    // Hosts, drivers and time go on, until it is so.
    [[nodiscard]] bool drive(const std::function<bool()>& reached, unsigned turns = 400) {
        for (; turns != 0 && !reached(); --turns) {
            for (auto& [id, state] : hosts.states)
                if (answers(state.session)) acknowledge(id);
            std::vector<Ptr<Instance>> all;
            for (const auto& [id, entry] : cloud().table<Instance>()) all.push_back(entry.object);
            for (const auto& one : all) serve(*one);
            clock.boot += 500'000'000;
            clock.unix += 500'000;
            scaling->on_tick();
            watch->on_tick();
            turn();
        }
        return reached();
    }
    [[nodiscard]] bool drive() {
        return drive([&] { return complete(); });
    }
};

}  // namespace weft::test
