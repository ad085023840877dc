// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/repository.h"

namespace weft::coordinator {

std::string_view claim_field(ClaimKind kind) noexcept {
    switch (kind) {
        case ClaimKind::partition_name:
        case ClaimKind::subnet_name:
        case ClaimKind::host_name:
        case ClaimKind::instance_name:
        case ClaimKind::group_name:
        case ClaimKind::acl_name:
        case ClaimKind::table_name:
        case ClaimKind::pool_name:
        case ClaimKind::address_pool_name:
        case ClaimKind::scaling_rule_name:
        case ClaimKind::record_name: return "name";
        case ClaimKind::gni: return "gni";
        case ClaimKind::underlay_address: return "underlay";
        case ClaimKind::address: return "addresses";
        case ClaimKind::public_address: return "public-addresses";
        case ClaimKind::mac: return "mac";
        case ClaimKind::attachment:
        case ClaimKind::exclusive: return "record";
        case ClaimKind::instance_host:
        case ClaimKind::attachment_host: return "host";
        case ClaimKind::instance_attachment:
        case ClaimKind::scaling_instance: return "instance";
        case ClaimKind::host_token: return "token";
        case ClaimKind::scaling_use: return "scaling-rule";
        case ClaimKind::acl_use: return "acl";
        case ClaimKind::table_use:
        case ClaimKind::table_number: return "route-table";
        case ClaimKind::route_use: return "routes";
        case ClaimKind::pool_use: return "pool";
        case ClaimKind::address_pool_use: return "address-pool";
        case ClaimKind::group_use:
        case ClaimKind::tag_set:
        case ClaimKind::tag_number:
        case ClaimKind::tag_use: return "security-groups";
    }
    return "";
}

}  // namespace weft::coordinator
