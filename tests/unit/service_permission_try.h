// SPDX-License-Identifier: Apache-2.0
// One request of one subject, for real or dry: the words in which the rows of the permission table are tried.
#pragma once

#include "service_permission_world.h"

namespace weft::test {

struct Try {
    Permissions& world;
    const Principal& who;
    wire::Options options;
    std::string field;  // of rows with several

    template <class T>
    wire::Ack create(const T& object, const std::vector<schema::Subnet>& subnets = {}) const {
        return world.create(who, object, subnets, options);
    }
    // The fields in which `patch` differs from a new object.
    template <class T>
    wire::Ack modify(const std::string& ref, const T& patch) const {
        return world.modify(who, ref, patch, wire::changed_fields(patch), options);
    }
    template <class T>
    wire::Ack tag(const std::string& ref) const {
        T patch;
        patch.tags = {{"k", "v"}};
        return modify(ref, patch);
    }
    wire::Ack remove(Kind kind, const std::string& ref) const {
        return world.remove(who, kind, ref, options);
    }
    wire::Ack attach(const std::string& record, const std::string& instance, const std::string& device = {},
                     const std::string& netns = {}, bool with_instance = false) const {
        return world.ask(
            &Service::attach, who,
            wire::AttachRequest{record, instance, device, netns, with_instance, with_instance, options});
    }
    template <class Answer>
    static wire::Ack said(const Result<Answer>& answer) {
        wire::Ack ack;
        if (!answer) ack.code = static_cast<std::uint16_t>(answer.error().code);
        if (!answer) ack.text = answer.error().text;
        return ack;
    }
    wire::Ack see(Kind kind, const std::string& ref) const {
        return said(world.service->get(who, {kind, ref}));
    }
    wire::Ack question(permission::Verb verb, Kind kind, const std::string& ref) const {
        return said(world.service->ask(who, verb, kind, ref));
    }
    [[nodiscard]] std::string attachment() const {
        const auto record = world.cloud().record(world.blue, "rec");
        return to_string(world.cloud().attachments_of_record(record->id).front()->id);
    }
    [[nodiscard]] schema::Partition partition() const {
        auto made = World::partition("new", "10.1.0.0/16");
        made.owner = "ann";
        return made;
    }
    [[nodiscard]] schema::Instance instance() const {
        schema::Instance made;
        made.name = "new";
        made.owner = "ivy";
        return made;
    }
    [[nodiscard]] schema::Record record() const {
        schema::Record made;
        made.name = "new";
        made.subnet = world.front;
        return made;
    }
};

}  // namespace weft::test
