// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

std::string help_of(Kind kind) {
    switch (kind) {
        case Kind::partition: return "customers' isolated virtual networks";
        case Kind::security_group: return "security groups: what their records may send and receive";
        case Kind::network_acl: return "network ACLs: ordered rules for the packets of subnets";
        case Kind::tag: return "numbers that stand for the sets of groups in use";
        case Kind::route_table: return "where the packets of subnets go";
        case Kind::pool: return "records of which an instance takes any";
        case Kind::address_pool: return "ranges that addresses are chosen from";
        case Kind::subnet: return "address ranges of a partition";
        case Kind::host: return "machines that run weft-agent";
        case Kind::instance: return "VMs, containers and bare servers that records attach to";
        case Kind::record: return "interface records: attached, detached, moved";
        case Kind::attachment: return "one record on one instance";
        case Kind::operation: return "changes of several steps, running or ended";
        case Kind::scaling_rule: return "how many like instances there are to be";
        case Kind::access_key: return "keys by which programs without certificates log in over TLS";
        default: return {};
    }
}

}  // namespace

void add_noun(Program& program, Kind kind) {
    auto& noun = *program.app().add_subcommand(std::string(to_string(kind)), help_of(kind));
    noun.require_subcommand(1);
    noun.fallthrough();
    const bool made_by_clients = kind != Kind::attachment && kind != Kind::operation && kind != Kind::tag;
    if (kind == Kind::access_key)
        add_key_verbs(program, noun);
    else if (made_by_clients)
        add_create(program, noun, kind);
    add_show(program, noun, kind);
    add_list(program, noun, kind);
    if (made_by_clients || kind == Kind::attachment) add_modify(program, noun, kind);
    if (made_by_clients) add_delete(program, noun, kind);
    add_watch(program, noun, kind);
    if (kind == Kind::record) {
        add_record_attach(program, noun);
        add_record_detach(program, noun);
        add_record_failover(program, noun);
    }
    if (kind == Kind::pool) add_pool_attach(program, noun);
    if (kind == Kind::instance) {
        add_instance_lifecycle(program, noun);
        add_instance_terminate(program, noun);
        add_instance_detach(program, noun);
        add_instance_move(program, noun);
        add_instance_ready(program, noun);
    }
    if (kind == Kind::host) add_host_identity(program, noun);
    if (kind == Kind::security_group || kind == Kind::network_acl || kind == Kind::route_table ||
        kind == Kind::attachment)
        add_rule(program, noun, kind);
}

}  // namespace weft::cli
