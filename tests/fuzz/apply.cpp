// SPDX-License-Identifier: Apache-2.0
// Any text as the document of `weft apply`: refused with a place, or steps, beside nothing and beside a cloud
// that is there. What was read survives being written as YAML and read again.
#include <cstdlib>

#include "coordinator/cli/apply/plan.h"
#include "weft/schema/yaml.h"
#include "weft/wire/object.h"

using namespace weft;
using schema::Value;

namespace {

void must(bool condition) {
    if (!condition) std::abort();
}

cli::Present cloud() {
    const std::pair<Kind, const char*> lists[] = {
        {Kind::partition, "[{id: part-00000000000000001, name: blue, gni: 7, cidrs: [10.1.0.0/16]}]"},
        {Kind::subnet,
         "[{id: sub-00000000000000002, name: web, partition: part-00000000000000001, cidr: 10.1.2.0/24}]"},
        {Kind::host,
         "[{id: host-00000000000000003, name: h1, underlay: [192.0.2.1]},"
         " {id: host-00000000000000004, name: h2, underlay: [192.0.2.2]}]"},
        {Kind::instance, "[{id: ins-00000000000000005, name: i1, host: host-00000000000000003}]"},
        {Kind::record,
         "[{id: rec-00000000000000006, name: i1, partition: part-00000000000000001,"
         " subnet: sub-00000000000000002, addresses: [10.1.2.30]}]"},
        {Kind::attachment,
         "[{id: att-00000000000000007, record: rec-00000000000000006, instance: ins-00000000000000005,"
         " device: eth0, phase: attached}]"},
    };
    cli::Present present;
    for (const auto& [kind, yaml] : lists) {
        const auto list = schema::parse_yaml(yaml, "present").value();
        for (const auto& item : *list.get<Value::List>())
            present[kind].push_back(
                wire::object_value(kind, wire::object_bytes(kind, item, "", 0).value()).value());
    }
    return present;
}

void plan_beside(const cli::Document& document, const cli::Present& present) {
    const auto steps = cli::plan(document, present);
    if (!steps) return must(!steps.error().text.empty());
    for (const auto& step : *steps) must(!step.line().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto present = cloud();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto root = schema::parse_yaml(text, "f.yaml");
    if (!root) return must(root.error().field.starts_with("f.yaml:")), 0;
    const auto document = cli::read_document(*root);
    if (!document) return must(document.error().field.starts_with("f.yaml:")), 0;
    const auto written = schema::to_yaml(*root);
    const auto again = schema::parse_yaml(written, "again");
    must(again && schema::to_yaml(*again) == written);
    plan_beside(*document, {});
    plan_beside(*document, present);
    return 0;
}
