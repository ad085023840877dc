// SPDX-License-Identifier: Apache-2.0
#include "agent/instance/document.h"

#include <boost/json.hpp>

#include "weft/schema/port_subnet.h"

namespace weft::agent {
namespace {

namespace json = boost::json;
using schema::DriverState;
using schema::Port;

json::string text(std::string_view view) { return json::string(view.data(), view.size()); }

json::object attachment(const Port& port) {
    json::array addresses;
    for (const auto& address : port.addresses)
        addresses.push_back(
            text(to_string(address) + '/' + std::to_string(schema::subnet_length(port, address))));
    json::array routers;
    for (const auto& router : {port.router, port.router6})
        if (router) routers.push_back(text(to_string(router)));
    json::object out;
    out["id"] = text(to_string(port.attachment));
    out["record"] = text(to_string(port.record));
    out["device"] = text(port.device);
    out["netns"] = text(port.netns);
    out["vlan"] = port.vlan;
    out["mac"] = text(to_string(port.station()));
    out["mtu"] = port.mtu;
    out["addresses"] = std::move(addresses);
    out["routers"] = std::move(routers);
    out["dns"] = text(port.dns ? to_string(port.dns) : std::string{});
    return out;
}

}  // namespace

std::string instance_document(const schema::Workload& workload, DriverVerb verb,
                              const std::vector<const Port*>& ports) {
    json::object parameters;
    for (const auto& [key, value] : workload.parameters) parameters[key] = text(value);
    json::array attachments;
    for (const auto* port : ports) attachments.push_back(attachment(*port));
    json::object out;
    out["version"] = 1;
    out["verb"] = text(schema::to_string(verb));
    out["id"] = text(to_string(workload.id));
    out["name"] = text(workload.name);
    out["driver"] = text(workload.driver);
    out["netns"] = text(workload.netns);
    out["parameters"] = std::move(parameters);
    out["attachments"] = std::move(attachments);
    return json::serialize(out);
}

Result<DriverState> driver_state(const std::string& output) {
    boost::system::error_code code;
    const auto value = json::parse(output, code);
    if (code) return invalid("output", "the driver's answer is not JSON: " + code.message());
    const auto* object = value.if_object();
    const auto* state = object == nullptr ? nullptr : object->if_contains("state");
    if (state == nullptr || !state->is_string())
        return invalid("state", "the driver's answer has no member \"state\" that is a text");
    for (const auto& [known, name] : schema::enum_names<DriverState>)
        if (known != DriverState::unknown &&
            state->get_string() == boost::json::string_view(name.data(), name.size()))
            return known;
    return invalid("state", "the driver's answer has state '" + std::string(state->get_string().c_str()) +
                                "': absent, prepared, running, suspended or stopped was expected");
}

}  // namespace weft::agent
