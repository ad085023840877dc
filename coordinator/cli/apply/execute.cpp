// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/execute.h"

#include <set>

#include "coordinator/cli/apply/scaled.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"
#include "weft/schema/description.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

using schema::Value;
using Verb = Step::Verb;

// Keys to ids: what the step's references refer to is there by now.
Result<Value> with_ids(Client& client, const Step& step) {
    Value out = step.fields;
    const auto* references = step.references.get<Value::Map>();
    for (const auto& entry : references ? *references : Value::Map{}) {
        Value value = entry.value;
        const auto& field = *schema::find_field(step.kind, entry.key);
        WEFT_CHECK(each_reference(field, value, [&](Kind kind, Value& text) -> Result<void> {
            WEFT_TRY(auto id, client.resolve(kind, *text.get<std::string>()));
            text.data = std::move(id);
            return {};
        }));
        out.set(entry.key, std::move(value));
    }
    return out;
}

Result<wire::Ack> create(Client& client, const Step& step, const wire::Options& options) {
    wire::CreateRequest request;
    request.kind = step.kind;
    request.options = options;
    WEFT_TRY(const auto fields, with_ids(client, step));
    WEFT_TRY(request.object, wire::object_bytes(step.kind, fields));
    for (const auto& subnet : step.first) {
        WEFT_TRY(auto bytes, wire::object_bytes(Kind::subnet, subnet));
        request.subnets.push_back(std::move(bytes));
    }
    return client.create(request);
}

// The id of RECORD@INSTANCE, which is there by now.
Result<std::string> attachment_of(Client& client, const std::string& key) {
    const auto at = key.rfind('@');
    WEFT_TRY(const auto record, client.resolve(Kind::record, key.substr(0, at)));
    WEFT_TRY(const auto instance, client.resolve(Kind::instance, key.substr(at + 1)));
    WEFT_TRY(const auto found, client.list(Kind::attachment, {{"record", record}, {"instance", instance}}));
    if (found.empty()) return not_found("there is no attachment " + key);
    return text_of(found.front(), "id");
}

Result<wire::Ack> modify(Client& client, const Step& step, const wire::Options& options) {
    wire::ModifyRequest request;
    request.kind = step.kind;
    request.ref = step.ref;
    if (step.kind == Kind::attachment && step.ref.empty()) {
        WEFT_TRY(request.ref, attachment_of(client, step.key));
    }
    request.options = options;
    WEFT_TRY(const auto fields, with_ids(client, step));
    WEFT_TRY(request.patch, wire::object_bytes(step.kind, fields));
    return client.modify(request);
}

Result<wire::Ack> attach(Client& client, const Step& step, const wire::Options& options) {
    wire::AttachRequest request;
    request.record = step.key;
    request.instance = text_of(step.references, "instance");
    request.device = text_of(step.fields, "device");
    request.netns = text_of(step.fields, "netns");
    request.host = text_of(step.fields, "host");
    if (const auto* tag = step.fields.find("vlan")) {
        request.has_vlan = true;
        WEFT_CHECK(schema::from_value(*tag, "vlan", request.vlan));
    }
    if (const auto* flag = step.fields.find("delete-on-terminate")) {
        request.has_delete_on_terminate = true;
        request.delete_on_terminate = *flag->get<bool>();
    }
    if (const auto* tags = step.fields.find("tags"))
        WEFT_CHECK(schema::from_value(*tags, "tags", request.tags));
    if (const auto* rules = step.fields.find("rules"))
        WEFT_CHECK(schema::from_value(*rules, "rules", request.rules));
    request.options = options;
    return client.attach(request);
}

Result<wire::Ack> perform(Client& client, const Step& step, const wire::Options& options) {
    wire::Options durable = options;
    durable.wait = wire::Wait::store;
    switch (step.verb) {
        case Verb::create: return create(client, step, durable);
        case Verb::modify: return modify(client, step, durable);
        case Verb::attach: return attach(client, step, options);
        case Verb::detach: return client.detach({step.key, text_of(step.references, "instance"), options});
        case Verb::remove: return client.remove({step.kind, step.ref, durable});
        case Verb::move: return client.move({step.ref, text_of(step.references, "host"), options});
        case Verb::keep: break;
    }
    return wire::Ack{};
}

// Records of others that lists let one use, and their attachments: a document names them by partitions that
// only their owners see.
void leave_out_shared(Present& present) {
    const auto ids = [&](Kind kind) {
        std::set<std::string> out;
        for (const auto& object : present[kind]) out.insert(text_of(object, "id"));
        return out;
    };
    const auto keep = [&](Kind kind, std::string_view field, const std::set<std::string>& known) {
        std::erase_if(present[kind],
                      [&](const Value& object) { return !known.contains(text_of(object, field)); });
    };
    keep(Kind::record, "partition", ids(Kind::partition));
    keep(Kind::attachment, "record", ids(Kind::record));
}

}  // namespace

Result<Present> read_present(Client& client) {
    Present out;
    for (const Kind kind : {Kind::partition, Kind::security_group, Kind::network_acl, Kind::route_table,
                            Kind::subnet, Kind::host, Kind::instance, Kind::pool, Kind::address_pool,
                            Kind::record, Kind::scaling_rule, Kind::attachment}) {
        WEFT_TRY(out[kind], client.list(kind));
    }
    leave_out_scaled(out);
    leave_out_shared(out);
    return out;
}

Result<void> execute(Client& client, const Step& step, const wire::Options& options) {
    const auto ack = perform(client, step, options);
    if (ack) return {};
    auto error = ack.error();
    error.text += " (in the step: " + step.line() + ')';
    if (step.position) error.text = schema::to_string(step.position) + ": " + error.text;
    return error;
}

}  // namespace weft::cli
