// SPDX-License-Identifier: Apache-2.0
#include "coordinator/permission/table.h"

#include <algorithm>
#include <vector>

namespace weft::permission {
namespace {

constexpr unsigned own = the_operator | owner;
constexpr unsigned placing = the_operator | scaling_rule;
constexpr unsigned listed = attachers | detachers | ip_setters | modifiers;

constexpr std::array rows{
    Permission{Verb::see, Kind::partition, "", own, "see a partition"},
    Permission{Verb::see, Kind::subnet, "", own, "see a subnet"},
    Permission{Verb::see, Kind::security_group, "", own, "see a group"},
    Permission{Verb::see, Kind::network_acl, "", own, "see an ACL"},
    Permission{Verb::see, Kind::route_table, "", own, "see a route table"},
    Permission{Verb::see, Kind::pool, "", own, "see a pool"},
    Permission{Verb::see, Kind::address_pool, "", own, "see a pool of addresses"},
    Permission{Verb::see, Kind::tag, "", own, "see a security tag"},
    Permission{Verb::see, Kind::host, "", the_operator, "see a host"},
    Permission{Verb::see, Kind::instance, "", own | attachers | record_owner, "see an instance"},
    Permission{Verb::see, Kind::record, "", own | listed | instance_owner, "see a record"},
    Permission{Verb::see, Kind::attachment, "", own | listed | instance_owner, "see an attachment"},
    Permission{Verb::see, Kind::operation, "", own, "see an operation"},
    Permission{Verb::see, Kind::access_key, "", own, "see an access key"},
    Permission{Verb::see, Kind::scaling_rule, "", own, "see a scaling rule"},

    Permission{Verb::create, Kind::partition, "", own, "create a partition"},
    Permission{Verb::create, Kind::partition, "gni", the_operator, "choose a GNI"},
    Permission{Verb::create, Kind::partition, "dedicated-hosts", the_operator,
               "dedicate hosts to a partition"},
    Permission{Verb::create, Kind::subnet, "", own, "create a subnet"},
    Permission{Verb::create, Kind::security_group, "", own, "create a group"},
    Permission{Verb::create, Kind::network_acl, "", own, "create an ACL"},
    Permission{Verb::create, Kind::route_table, "", own, "create a route table"},
    Permission{Verb::create, Kind::pool, "", own, "create a pool"},
    Permission{Verb::create, Kind::address_pool, "", own, "create a pool of addresses"},
    Permission{Verb::create, Kind::host, "", the_operator, "declare a host"},
    Permission{Verb::create, Kind::instance, "", own, "create an instance"},
    Permission{Verb::create, Kind::instance, "host", placing, "place an instance on a host"},
    Permission{Verb::create, Kind::instance, "netns", placing, "name network namespaces of hosts"},
    Permission{Verb::create, Kind::instance, "driver,parameters", placing, "say what is run on hosts"},
    Permission{Verb::create, Kind::instance, "bare,hosts", the_operator, "let an instance be hosts"},
    Permission{Verb::create, Kind::record, "", own, "create a record"},
    Permission{Verb::create, Kind::record, "status=in-repair", the_operator,
               "take a record into repair and back"},
    Permission{Verb::create, Kind::access_key, "", own, "create an access key"},
    Permission{Verb::create, Kind::scaling_rule, "", the_operator, "create a scaling rule"},

    Permission{Verb::modify, Kind::partition, "", own, "change a partition"},
    Permission{Verb::modify, Kind::partition, "dedicated-hosts", the_operator,
               "dedicate hosts to a partition"},
    Permission{Verb::modify, Kind::subnet, "", own, "change a subnet"},
    Permission{Verb::modify, Kind::security_group, "", own, "change a group"},
    Permission{Verb::modify, Kind::network_acl, "", own, "change an ACL"},
    Permission{Verb::modify, Kind::route_table, "", own, "change a route table"},
    Permission{Verb::modify, Kind::pool, "", own, "change a pool"},
    Permission{Verb::modify, Kind::address_pool, "", own, "change a pool of addresses"},
    Permission{Verb::modify, Kind::host, "", the_operator, "change a host"},
    Permission{Verb::modify, Kind::instance, "", own, "change an instance"},
    Permission{Verb::modify, Kind::instance, "attachers", own, "say who may attach records to an instance"},
    Permission{Verb::modify, Kind::instance, "host", the_operator, "place an instance on a host"},
    Permission{Verb::modify, Kind::instance, "netns", the_operator, "name network namespaces of hosts"},
    Permission{Verb::modify, Kind::instance, "driver,parameters", the_operator, "say what is run on hosts"},
    Permission{Verb::modify, Kind::instance, "hosts", the_operator, "let an instance be hosts"},
    Permission{Verb::modify, Kind::record, "", own | modifiers, "change a record"},
    Permission{Verb::modify, Kind::record, "addresses,prefixes,public-addresses", own | ip_setters,
               "set a record's addresses"},
    Permission{Verb::modify, Kind::record, "attachers,detachers,ip-setters,modifiers", own,
               "edit the lists of a record"},
    Permission{Verb::modify, Kind::record, "subnet,subnets", own, "take a record to other subnets"},
    Permission{Verb::modify, Kind::record, "standbys,lease", own | attachers, "name standbys of a record"},
    Permission{Verb::modify, Kind::record, "delete-on-terminate", own,
               "let a record be deleted with its instance"},
    Permission{Verb::modify, Kind::record, "status=in-repair", the_operator,
               "take a record into repair and back"},
    Permission{Verb::modify, Kind::attachment, "", own, "change an attachment"},
    Permission{Verb::modify, Kind::attachment, "rules", the_operator | instance_owner,
               "set the rules of an attachment"},
    Permission{Verb::modify, Kind::access_key, "", own, "change an access key"},
    Permission{Verb::modify, Kind::scaling_rule, "", own, "change a scaling rule"},
    Permission{Verb::modify, Kind::scaling_rule, "driver,parameters", the_operator,
               "say what is run on hosts"},
    Permission{Verb::modify, Kind::scaling_rule, "hosts", the_operator, "place instances on hosts"},

    Permission{Verb::remove, Kind::partition, "", own, "delete a partition"},
    Permission{Verb::remove, Kind::subnet, "", own, "delete a subnet"},
    Permission{Verb::remove, Kind::security_group, "", own, "delete a group"},
    Permission{Verb::remove, Kind::network_acl, "", own, "delete an ACL"},
    Permission{Verb::remove, Kind::route_table, "", own, "delete a route table"},
    Permission{Verb::remove, Kind::pool, "", own, "delete a pool"},
    Permission{Verb::remove, Kind::address_pool, "", own, "delete a pool of addresses"},
    Permission{Verb::remove, Kind::host, "", the_operator, "delete a host"},
    Permission{Verb::remove, Kind::instance, "", own, "delete an instance"},
    Permission{Verb::remove, Kind::record, "", own, "delete a record"},
    Permission{Verb::remove, Kind::access_key, "", own, "delete an access key"},
    Permission{Verb::remove, Kind::scaling_rule, "", own, "delete a scaling rule"},

    // Both: on the record and on the instance.
    Permission{Verb::attach, Kind::record, "", own | attachers, "attach a record"},
    Permission{Verb::attach, Kind::record, "delete-on-terminate", own,
               "let a record be deleted with its instance"},
    Permission{Verb::attach, Kind::instance, "", own | attachers, "attach records to an instance"},
    Permission{Verb::attach, Kind::instance, "device", placing, "name devices of hosts"},
    Permission{Verb::attach, Kind::instance, "host", the_operator, "choose hosts of an instance"},
    Permission{Verb::attach, Kind::instance, "netns", the_operator, "name network namespaces of hosts"},
    Permission{Verb::attach, Kind::instance, "rules", own, "set the rules of an attachment"},
    Permission{Verb::detach, Kind::attachment, "", own | detachers | instance_owner, "detach a record"},
    Permission{Verb::move, Kind::instance, "", the_operator, "move an instance between hosts"},

    Permission{Verb::ready, Kind::instance, "", own | attachers | record_owner,
               "ask whether an instance is ready"},
    Permission{Verb::counters, Kind::record, "", own | listed | instance_owner, "see a record's counters"},
    Permission{Verb::trace, Kind::record, "", own | modifiers | instance_owner, "trace a record's packets"},
    Permission{Verb::status, Kind::none, "", the_operator | customer, "ask for the status"},
    Permission{Verb::usage, Kind::none, "", the_operator | customer, "ask what records used"},

    Permission{Verb::token, Kind::host, "", the_operator, "enrol a host"},
    Permission{Verb::revoke, Kind::host, "", the_operator, "revoke a host's certificate"},
    Permission{Verb::confirm, Kind::host, "", the_operator, "confirm what a host holds back"},
    Permission{Verb::session, Kind::host, "", the_host, "report about a host and receive what it must hold"},
};

bool names(std::string_view fields, std::string_view field) {
    while (!fields.empty()) {
        const auto comma = std::min(fields.find(','), fields.size());
        if (fields.substr(0, comma) == field) return true;
        fields.remove_prefix(std::min(comma + 1, fields.size()));
    }
    return false;
}

}  // namespace

std::span<const Permission> table() noexcept { return rows; }

const Permission* find(Verb verb, Kind noun, std::string_view field) noexcept {
    const Permission* common = nullptr;
    for (const auto& row : rows) {
        if (row.verb != verb || row.noun != noun) continue;
        if (row.fields.empty() && field.empty()) return &row;
        if (row.fields.empty())
            common = &row;
        else if (names(row.fields, field))
            return &row;
    }
    return common;
}

std::string_view to_string(Verb verb) noexcept {
    switch (verb) {
        case Verb::see: return "see";
        case Verb::create: return "create";
        case Verb::modify: return "modify";
        case Verb::remove: return "delete";
        case Verb::attach: return "attach";
        case Verb::detach: return "detach";
        case Verb::move: return "move";
        case Verb::ready: return "ready";
        case Verb::counters: return "counters";
        case Verb::trace: return "trace";
        case Verb::status: return "status";
        case Verb::usage: return "usage";
        case Verb::token: return "token";
        case Verb::revoke: return "revoke";
        case Verb::confirm: return "confirm";
        case Verb::session: return "session";
    }
    return "?";
}

std::string title(const Permission& row) {
    std::string out{to_string(row.verb)};
    if (row.noun != Kind::none) out += ' ' + std::string(weft::to_string(row.noun));
    if (!row.fields.empty()) out += ": " + std::string(row.fields);
    return out;
}

std::string in_words(unsigned who) {
    constexpr std::array<std::pair<unsigned, std::string_view>, 11> words{{
        {the_operator, "the operator"},
        {customer, "any customer"},
        {owner, "its owner"},
        {attachers, "its attachers"},
        {detachers, "its detachers"},
        {ip_setters, "its IP setters"},
        {modifiers, "its modifiers"},
        {instance_owner, "the owner of the instance it is attached to"},
        {record_owner, "the owner of a record attached to it"},
        {the_host, "the host itself"},
        {scaling_rule, "the scaling rule that launches it"},
    }};
    std::vector<std::string_view> found;
    for (const auto& [bit, text] : words)
        if ((who & bit) != 0) found.push_back(text);
    std::string out;
    for (std::size_t i = 0; i < found.size(); ++i)
        out += (i == 0 ? "" : i + 1 == found.size() ? " or " : ", ") + std::string(found[i]);
    return out;
}

}  // namespace weft::permission
