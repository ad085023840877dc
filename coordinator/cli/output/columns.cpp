// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/output/columns.h"

#include <array>

#include "coordinator/cli/references.h"
#include "weft/schema/rule_text.h"

namespace weft::cli {
namespace {

constexpr std::array partition_columns{
    Column{"NAME", "name"},
    Column{"GNI", "gni"},
    Column{"CIDRS", "cidrs"},
    Column{"OWNER", "owner"},
    Column{"ID", "id", true},
    Column{"DNS", "dns", true},
    Column{"HOSTS", "dedicated-hosts", true},
    Column{"TAGS", "tags", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array group_columns{
    Column{"PARTITION", "partition"}, Column{"NAME", "name"},
    Column{"ON-CHANGE", "on-change"}, Column{"DESCRIPTION", "description"},
    Column{"ID", "id", true},         Column{"RULES", "rules", true},
    Column{"TAGS", "tags", true},     Column{"CREATED", "create-time", true},
};
constexpr std::array acl_columns{
    Column{"PARTITION", "partition"},       Column{"NAME", "name"},
    Column{"DESCRIPTION", "description"},   Column{"ID", "id", true},
    Column{"RULES", "rules", true},         Column{"TAGS", "tags", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array table_columns{
    Column{"PARTITION", "partition"}, Column{"NAME", "name"},
    Column{"NUMBER", "number"},       Column{"ROUTES", "routes"},
    Column{"ID", "id", true},         Column{"DESCRIPTION", "description", true},
    Column{"TAGS", "tags", true},     Column{"CREATED", "create-time", true},
};
constexpr std::array tag_columns{
    Column{"NUMBER", "number"}, Column{"PARTITION", "partition"},       Column{"GROUPS", "groups"},
    Column{"ID", "id", true},   Column{"CREATED", "create-time", true},
};
constexpr std::array subnet_columns{
    Column{"PARTITION", "partition"},
    Column{"NAME", "name"},
    Column{"CIDR", "cidr"},
    Column{"ZONE", "zone"},
    Column{"ROUTER", "router"},
    Column{"ACL", "acl"},
    Column{"ROUTE-TABLE", "route-table", true},
    Column{"ID", "id", true},
    Column{"MAC", "router-mac", true},
    Column{"TAGS", "tags", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array pool_columns{
    Column{"PARTITION", "partition"}, Column{"NAME", "name"},       Column{"DESCRIPTION", "description"},
    Column{"ID", "id", true},         Column{"TAGS", "tags", true}, Column{"CREATED", "create-time", true},
};
constexpr std::array address_pool_columns{
    Column{"PARTITION", "partition"},           Column{"NAME", "name"},   Column{"RANGES", "ranges"},
    Column{"DESCRIPTION", "description", true}, Column{"ID", "id", true}, Column{"TAGS", "tags", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array host_columns{
    Column{"NAME", "name"},
    Column{"SESSION", "session"},
    Column{"UNDERLAY", "underlay"},
    Column{"ZONE", "zone"},
    Column{"INSTALLED", "installed-revision"},
    Column{"PROBLEM", "problem"},
    Column{"ID", "id", true},
    Column{"RACK", "rack", true},
    Column{"MTU", "underlay-mtu", true},
    Column{"NICS", "nics", true},
    Column{"CAPABILITIES", "capabilities", true},
    Column{"TAGS", "tags", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array instance_columns{
    Column{"NAME", "name"},
    Column{"HOST", "host"},
    Column{"STATE", "state"},
    Column{"NETNS", "netns"},
    Column{"OWNER", "owner"},
    Column{"ID", "id", true},
    Column{"RULE", "scaling-rule", true},
    Column{"ATTACHERS", "attachers", true},
    Column{"TAGS", "tags", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array rule_columns{
    Column{"NAME", "name"},
    Column{"DESIRED", "desired"},
    Column{"INSTANCES", "instances"},
    Column{"STATUS", "status"},
    Column{"OWNER", "owner"},
    Column{"ID", "id", true},
    Column{"MINIMUM", "minimum", true},
    Column{"MAXIMUM", "maximum", true},
    Column{"DRIVER", "driver", true},
    Column{"POOL", "pool", true},
    Column{"SUBNET", "subnet", true},
    Column{"TAGS", "tags", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array record_columns{
    Column{"PARTITION", "partition"},
    Column{"NAME", "name"},
    Column{"SUBNET", "subnet"},
    Column{"ADDRESSES", "addresses"},
    Column{"STATUS", "status"},
    Column{"ATTACHMENT", "attachment-status"},
    Column{"INSTANCES", "instances"},
    Column{"HOSTS", "hosts"},
    Column{"ID", "id", true},
    Column{"MAC", "mac", true},
    Column{"SUBNETS", "address-subnets", true},
    Column{"PREFIXES", "prefixes", true},
    Column{"PUBLIC", "public-addresses", true},
    Column{"OWNER", "owner", true},
    Column{"CHECK", "source-dest-check", true},
    Column{"GROUPS", "security-groups", true},
    Column{"POOL", "pool", true},
    Column{"ATTACHERS", "attachers", true},
    Column{"TAGS", "tags", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array attachment_columns{
    Column{"RECORD", "record"},
    Column{"INSTANCE", "instance"},
    Column{"HOST", "host"},
    Column{"DEVICE", "device"},
    Column{"VLAN", "vlan"},
    Column{"NETNS", "netns"},
    Column{"PHASE", "phase"},
    Column{"NOTICE", "notice"},
    Column{"ID", "id", true},
    Column{"OWNER", "owner", true},
    Column{"OPERATION", "operation", true},
    Column{"RULES", "rules", true},
    Column{"ATTACHED", "attach-time", true},
    Column{"CREATED", "create-time", true},
};
constexpr std::array operation_columns{
    Column{"ID", "id"},
    Column{"KIND", "kind"},
    Column{"STATE", "state"},
    Column{"STEP", "step"},
    Column{"INSTANCE", "instance"},
    Column{"CREATED", "create-time"},
    Column{"ERROR", "error"},
    Column{"FROM", "from-host", true},
    Column{"TO", "to-host", true},
    Column{"AWAITED", "awaited", true},
    Column{"PRINCIPAL", "principal", true},
    Column{"ENDED", "end-time", true},
};

constexpr std::array key_columns{
    Column{"ID", "id"},
    Column{"USER", "user"},
    Column{"DESCRIPTION", "description"},
    Column{"DISABLED", "disabled"},
    Column{"EXPIRES", "expire-time"},
    Column{"CREATED", "create-time"},
};

std::string text_cell(const schema::Value& value, const schema::TextForm* form) {
    if (const auto* text = value.get<std::string>()) return *text;
    if (const auto* number = value.get<std::uint64_t>()) return std::to_string(*number);
    if (const auto* flag = value.get<bool>()) return *flag ? "yes" : "no";
    std::string out;
    if (const auto* list = value.get<schema::Value::List>())
        for (const auto& item : *list)
            out += (out.empty() ? ""
                    : form      ? ", "
                                : ",") +
                   (form ? form->write(item) : text_cell(item, form));
    if (const auto* map = value.get<schema::Value::Map>())
        for (const auto& entry : *map)
            out += (out.empty() ? "" : ",") + entry.key + '=' + text_cell(entry.value, nullptr);
    return out;
}

}  // namespace

std::span<const Column> columns_of(Kind kind) {
    switch (kind) {
        case Kind::partition: return partition_columns;
        case Kind::security_group: return group_columns;
        case Kind::network_acl: return acl_columns;
        case Kind::route_table: return table_columns;
        case Kind::tag: return tag_columns;
        case Kind::pool: return pool_columns;
        case Kind::address_pool: return address_pool_columns;
        case Kind::subnet: return subnet_columns;
        case Kind::host: return host_columns;
        case Kind::instance: return instance_columns;
        case Kind::scaling_rule: return rule_columns;
        case Kind::record: return record_columns;
        case Kind::attachment: return attachment_columns;
        case Kind::operation: return operation_columns;
        case Kind::access_key: return key_columns;
        default: return {};
    }
}

std::string cell(const schema::Value& value, const schema::FieldDescription& field, const Names& names) {
    return text_cell(with_names(field, value, [&](const std::string& id) { return names.name(id); }),
                     field.text);
}

}  // namespace weft::cli
