// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/scaled.h"

#include <set>

#include "coordinator/cli/names.h"

namespace weft::cli {

using schema::Value;

void leave_out_scaled(Present& present) {
    std::set<std::string> instances;
    std::set<std::string> records;
    const auto is_scaled = [](const Value& instance) { return !text_of(instance, "scaling-rule").empty(); };
    for (const auto& instance : present[Kind::instance])
        if (is_scaled(instance)) instances.insert(text_of(instance, "id"));
    for (const auto& attachment : present[Kind::attachment])
        if (instances.contains(text_of(attachment, "instance")) &&
            *attachment.find("delete-on-terminate") == Value{true})
            records.insert(text_of(attachment, "record"));
    std::erase_if(present[Kind::instance], is_scaled);
    std::erase_if(present[Kind::attachment], [&](const Value& attachment) {
        return instances.contains(text_of(attachment, "instance"));
    });
    std::erase_if(present[Kind::record],
                  [&](const Value& record) { return records.contains(text_of(record, "id")); });
}

}  // namespace weft::cli
