// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/query/filter.h"

#include <algorithm>

#include "coordinator/service/query/view.h"
#include "weft/schema/value.h"

namespace weft::coordinator {
namespace {

constexpr std::string_view tag_prefix = "tag:";

// A value as it is typed: integers in decimal, everything else as shown; a list fits when one of its items
// does.
bool fits(const schema::Value& value, const std::vector<std::string>& wanted) {
    const auto is = [&](const std::string& text) {
        return std::find(wanted.begin(), wanted.end(), text) != wanted.end();
    };
    if (const auto* list = value.get<schema::Value::List>())
        return std::any_of(list->begin(), list->end(), [&](const auto& item) { return fits(item, wanted); });
    if (const auto* text = value.get<std::string>()) return is(*text);
    if (const auto* number = value.get<std::uint64_t>()) return is(std::to_string(*number));
    if (const auto* flag = value.get<bool>()) return is(*flag ? "true" : "false");
    return value.is_null() && is("");
}

// Ids of the objects of that name which the principal may see: what a reference field is compared with.
template <class T>
void add_named(const Cloud& cloud, const Principal& principal, const std::string& name,
               std::vector<std::string>& values) {
    for (const auto& object : cloud.named<T>(name))
        if (may_see(cloud, principal, Object{object})) values.push_back(to_string(object->id));
}

std::vector<std::string> wanted_values(const Cloud& cloud, const Principal& principal, std::string_view field,
                                       const std::string& value) {
    std::vector<std::string> values{value};
    if (const auto address = Address::parse(value)) values.front() = to_string(*address);
    if (field == "partition") add_named<schema::Partition>(cloud, principal, value, values);
    if (field == "security-groups" || field == "groups")
        add_named<schema::SecurityGroup>(cloud, principal, value, values);
    if (field == "route-table") add_named<schema::RouteTable>(cloud, principal, value, values);
    if (field == "pool") add_named<schema::Pool>(cloud, principal, value, values);
    if (field == "address-pool") add_named<schema::AddressPool>(cloud, principal, value, values);
    if (field == "scaling-rule") add_named<schema::ScalingRule>(cloud, principal, value, values);
    if (field == "acl") add_named<schema::NetworkAcl>(cloud, principal, value, values);
    if (field == "subnet" || field == "subnets") add_named<schema::Subnet>(cloud, principal, value, values);
    if (field == "record") add_named<schema::Record>(cloud, principal, value, values);
    if (field == "instance" || field == "instances")
        add_named<schema::Instance>(cloud, principal, value, values);
    // Hosts are seen by all who see an object that is on one.
    if (field == "host" || field == "hosts" || field == "dedicated-hosts" || field == "from-host" ||
        field == "to-host")
        if (const auto host = cloud.host(value)) values.push_back(to_string(host->id));
    return values;
}

}  // namespace

Result<Filter> Filter::make(const Cloud& cloud, const Principal& principal, Kind kind,
                            const schema::Tags& filters) {
    Filter filter;
    filter.kind_ = kind;
    std::vector<std::string_view> names;
    std::vector<std::string_view> stored;
    bool tagged = false;
    schema::with_object(kind, [&]<class T>(std::type_identity<T>) {
        names = schema::field_names<T>();
        stored = schema::field_names<T>(schema::derived);
        tagged = requires(const T& object) { object.tags; };
    });
    for (const auto& [name, value] : filters) {
        if (tagged && name.substr(0, tag_prefix.size()) == tag_prefix) {
            filter.tags_[name.substr(tag_prefix.size())] = value;
            continue;
        }
        const auto at = std::find(names.begin(), names.end(), name);
        if (at == names.end())
            return invalid("filters", "'" + name + "' is not a field of " + std::string(to_string(kind)) +
                                          ": expected " + schema::one_of(names) + " or tag:KEY");
        filter.terms_.push_back({static_cast<std::size_t>(at - names.begin()), name,
                                 wanted_values(cloud, principal, name, value)});
        // Open operations are shown with what they wait for, access keys without their secrets.
        if (kind == Kind::operation || kind == Kind::access_key ||
            std::find(stored.begin(), stored.end(), name) == stored.end())
            filter.as_shown_ = true;
    }
    std::sort(filter.terms_.begin(), filter.terms_.end(),
              [](const Term& a, const Term& b) { return a.at < b.at; });
    return filter;
}

// A record is in its further subnets as it is in its first one.
template <class T>
bool Filter::fits_besides(const T& object, const Term& term) {
    if constexpr (std::is_same_v<T, schema::Record>)
        return term.field == "subnet" && fits(schema::to_value(object.subnets), term.values);
    return false;
}

template <class T>
bool Filter::fits_all(const T& object) const {
    auto term = terms_.begin();
    std::size_t at = 0;
    bool all = true;
    schema::for_each_field<T>([&](const auto& field) {
        if (all && term != terms_.end() && term->at == at) {
            all = fits(schema::to_value(object.*field.member), term->values) || fits_besides(object, *term);
            ++term;
        }
        ++at;
    });
    if constexpr (requires { object.tags; })
        for (const auto& [key, value] : tags_) {
            const auto found = all ? object.tags.find(key) : object.tags.end();
            all = found != object.tags.end() && found->second == value;
        }
    return all;
}

bool Filter::matches(const Cloud& cloud, const Acknowledgements& hosts, const Object& object) const {
    if (terms_.empty() && tags_.empty()) return true;
    return std::visit(
        [&]<class P>(const P& pointer) -> bool {
            if constexpr (std::is_same_v<P, std::monostate>) {
                return false;
            } else {
                return as_shown_ ? fits_all(view(cloud, hosts, *pointer)) : fits_all(*pointer);
            }
        },
        object);
}

bool Filter::matches_shown(const schema::Record& shown) const { return fits_all(shown); }

const Filter::Term* Filter::term(std::string_view field) const {
    for (const auto& term : terms_)
        if (term.field == field) return &term;
    return nullptr;
}

}  // namespace weft::coordinator
