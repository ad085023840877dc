// SPDX-License-Identifier: Apache-2.0
// Two hosts, instances and records, for operations step by step with acknowledgements given by hand.
#pragma once

#include "service_world.h"

namespace weft::test {

using schema::AttachmentStatus;
using schema::OperationState;
using schema::Phase;
using schema::SessionState;

inline constexpr auto ok = ErrorCode{};

// h1 and h2; ann's i1 on h1, i2 on h2, and i3 nowhere yet; records r1, r2. r0 is attached on h2, so that h2
// has mappings of the partition.
struct Lab : World {
    Id h1 = add_host("h1", "192.0.2.1", "z1");
    Id h2 = add_host("h2", "192.0.2.2", "z1");
    Id front = subnet_of(add_partition(ann, "blue"));
    Id i1 = add_instance(ann, "i1", h1);
    Id i2 = add_instance(ann, "i2", h2);
    Id i3 = add_instance(ann, "i3");

    Lab() {
        for (const auto* name : {"r0", "r1", "r2"}) add_record(ann, front, name);
        attached("r0", "i2");
    }
    [[nodiscard]] Phase phase(Id attachment) const {
        return cloud().find<schema::Attachment>(attachment)->phase;
    }
    [[nodiscard]] schema::Record shown(const std::string& name) {
        return object_of<schema::Record>(service->get(ann, {Kind::record, name})->object);
    }
    // The host installs what there is; then everything that follows from it without another host is
    // committed.
    void install(Id host, const std::function<bool()>& reached) {
        acknowledge(host);
        loop.run_until(reached);
    }
};

}  // namespace weft::test
