// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/device.h"

#include <algorithm>

#include "coordinator/model/addresses.h"
#include "coordinator/service/resolve.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Instance;
using schema::Record;
using Attachments = std::vector<Ptr<Attachment>>;

bool is_device_name(const std::string& name) {
    return name != "." && name != ".." && std::none_of(name.begin(), name.end(), [](unsigned char c) {
               return c == '/' || c == ':' || c <= ' ' || c == 0x7f;
           });
}

std::string free_name(const std::string& stem, const Attachments& attachments) {
    for (std::size_t number = 0;; ++number) {
        auto name = stem + std::to_string(number);
        const auto uses = [&](const Ptr<Attachment>& a) { return a->device == name; };
        if (std::none_of(attachments.begin(), attachments.end(), uses)) return name;
    }
}

Result<void> check_names(const Context& context, const Device& device, const Instance& instance,
                         bool foreign) {
    if (device.netns != instance.netns)
        WEFT_CHECK(context.permit(Verb::attach, context.cloud.find(instance.id), "netns"));
    if (device.netns.find('/') != std::string::npos || device.netns == "." || device.netns == "..")
        return invalid("netns", "'" + device.netns + "' is not the name of a network namespace");
    if (!is_device_name(device.name)) return invalid("device", "'" + device.name + "' is not a device name");
    if (!device.netns.empty() || ((foreign || instance.bare) && device.name.empty())) return {};
    if (device.name.empty())
        return invalid("device", "is missing: instance " + instance.name + " has no network namespace");
    return context.permit(Verb::attach, context.cloud.find(instance.id), "device");
}

// Two records with one tag on one device: nothing but their addresses says whose a packet is.
Result<void> tell_apart(const Record& record, const Record& other, const std::string& device) {
    for (const auto* one : {&record, &other})
        if (!one->source_dest_check)
            return conflict("source-dest-check", "is off for record " + one->name +
                                                     ": it may send from any address, so nothing tells it "
                                                     "from the other record on " +
                                                     device);
    for (const auto* one : {&record, &other})
        if (!held_prefixes(*one).empty())
            return conflict("prefixes", "record " + one->name +
                                            " has some: on a shared device records are told apart by single "
                                            "addresses, and " +
                                            device + " is one");
    const auto taken = held_addresses(other);
    for (const auto& address : record.addresses)
        if (std::ranges::find(taken, address) != taken.end())
            return conflict("addresses", to_string(address) + " is record " + other.name + "'s on " + device +
                                             " already: the source address tells them apart");
    return {};
}

// Joins an attachment that has the device already.
Result<void> join(const Cloud& cloud, const Record& record, const Instance& instance, Id at,
                  const Attachment& other, Device& device) {
    if (other.instance != instance.id)
        return conflict("device", device.name + " carries " + to_string(other.id) + " of another instance");
    if (const auto host = cloud.find<schema::Host>(at); host && host->foreign)
        return conflict("device", device.name + " carries " + to_string(other.id) + ", and host " +
                                      host->name +
                                      " is foreign: nothing there tells records on one device apart");
    device.of = other.device_of ? other.device_of : other.id;
    device.made = other.made;
    if (other.vlan != device.vlan) return {};
    const auto that = cloud.find<Record>(other.record);
    if (!that) return {};
    WEFT_CHECK(tell_apart(record, *that, device.name));
    const Mac mac = other.device_mac ? other.device_mac : that->mac;
    device.mac = mac == record.mac ? Mac{} : mac;
    return {};
}

bool same_device(const Attachment& a, const Attachment& b) {
    return a.device == b.device && a.netns == b.netns && a.vlan == b.vlan && a.instance == b.instance &&
           a.at == b.at;
}

}  // namespace

Result<Device> choose_device(const Context& context, const wire::AttachRequest& request, const Record& record,
                             const Instance& instance, Id at) {
    Device device{request.device, request.netns.empty() ? instance.netns : request.netns,
                  request.has_vlan ? request.vlan : record.vlan};
    auto attachments = context.cloud.attachments_of_instance(instance.id);
    const auto host = context.cloud.find<schema::Host>(at);
    const bool foreign = host && host->foreign;
    WEFT_CHECK(check_names(context, device, instance, foreign));
    auto others = attachments;
    std::erase_if(others, [&](const auto& other) { return (other->at ? other->at : instance.host) != at; });
    if (device.name.empty()) {
        device.made = instance.bare && device.netns.empty();
        if (device.made)  // beside the host's own devices and other instances'
            for (auto& other : context.cloud.attachments_on_host(at)) attachments.push_back(other);
        device.name = free_name(device.made ? "weft-" : "eth", attachments);
        return device;
    }
    // Devices of a foreign host are not weft's to tell apart.
    if (device.netns.empty() && host && !foreign)
        for (auto& other : context.cloud.attachments_on_host(host->id)) others.push_back(other);
    for (const auto& other : others)
        if (other->device == device.name && other->netns == device.netns)
            WEFT_CHECK(join(context.cloud, record, instance, at, *other, device));
    return device;
}

Result<void> check_sharing(const Cloud& cloud, const Record& after) {
    for (const auto& attachment : cloud.attachments_of_record(after.id))
        for (const auto& other : cloud.attachments_of_instance(attachment->instance)) {
            if (other->id == attachment->id || !same_device(*attachment, *other)) continue;
            if (const auto that = cloud.find<Record>(other->record))
                WEFT_CHECK(tell_apart(after, *that, attachment->device));
        }
    return {};
}

Result<void> check_device_free(const Cloud& cloud, const Attachment& attachment, const schema::Host& host) {
    if (!attachment.netns.empty() || host.foreign) return {};
    for (const auto& other : cloud.attachments_on_host(host.id))
        if (other->device == attachment.device && other->netns.empty() &&
            other->instance != attachment.instance)
            return conflict("host", attachment.device + " of host " + host.name + " carries " +
                                        to_string(other->id) + " of another instance");
    return {};
}

}  // namespace weft::coordinator
