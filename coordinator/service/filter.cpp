// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/filter.h"

#include <algorithm>

#include "coordinator/service/view.h"
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
    if (field == "partition") add_named<schema::Partition>(cloud, principal, value, values);
    if (field == "security-groups" || field == "groups")
        add_named<schema::SecurityGroup>(cloud, principal, value, values);
    if (field == "route-table") add_named<schema::RouteTable>(cloud, principal, value, values);
    if (field == "acl") add_named<schema::NetworkAcl>(cloud, principal, value, values);
    if (field == "subnet") add_named<schema::Subnet>(cloud, principal, value, values);
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
    bool tagged = false;
    schema::with_object(kind, [&]<class T>(std::type_identity<T>) {
        names = schema::field_names<T>();
        tagged = requires(const T& object) { object.tags; };
    });
    for (const auto& [name, value] : filters) {
        if (tagged && name.substr(0, tag_prefix.size()) == tag_prefix) {
            filter.tags_[name.substr(tag_prefix.size())] = value;
        } else if (std::find(names.begin(), names.end(), name) == names.end()) {
            return invalid("filters", "'" + name + "' is not a field of " + std::string(to_string(kind)) +
                                          ": expected " + schema::one_of(names) + " or tag:KEY");
        } else {
            filter.terms_.push_back({name, wanted_values(cloud, principal, name, value)});
        }
    }
    return filter;
}

bool Filter::matches(const Cloud& cloud, const Acknowledgements& hosts, const Object& object) const {
    if (terms_.empty() && tags_.empty()) return true;
    return std::visit(
        [&]<class P>(const P& pointer) -> bool {
            if constexpr (std::is_same_v<P, std::monostate>) {
                return false;
            } else {
                const auto shown = view(cloud, hosts, *pointer);
                bool all = true;
                schema::for_each_field<std::remove_cvref_t<decltype(shown)>>([&](const auto& field) {
                    const auto* wanted = all ? term(field.name) : nullptr;
                    if (wanted != nullptr) all = fits(schema::to_value(shown.*field.member), wanted->values);
                });
                if constexpr (requires { shown.tags; })
                    for (const auto& [key, value] : tags_) {
                        const auto at = shown.tags.find(key);
                        all = all && at != shown.tags.end() && at->second == value;
                    }
                return all;
            }
        },
        object);
}

const Filter::Term* Filter::term(std::string_view field) const {
    for (const auto& term : terms_)
        if (term.field == field) return &term;
    return nullptr;
}

std::optional<std::vector<Id>> Filter::candidates(const Cloud& cloud) const {
    std::vector<Id> ids;
    const auto add = [&](const auto& attachments, auto member) {
        for (const auto& attachment : attachments) ids.push_back((*attachment).*member);
    };
    const auto each_id = [](const Term& term, Kind kind, const auto& fn) {
        for (const auto& value : term.values)
            if (const auto id = parse_id(value); id && id->kind == kind) fn(*id);
    };
    using schema::Attachment;
    const bool record = kind_ == Kind::record;
    if (!record && kind_ != Kind::attachment) return std::nullopt;
    const auto member = record ? &Attachment::record : &Attachment::id;
    if (const auto* t = term(record ? "instances" : "instance")) {
        each_id(*t, Kind::instance, [&](Id id) { add(cloud.attachments_of_instance(id), member); });
    } else if (t = term(record ? "hosts" : "host"); t != nullptr) {
        each_id(*t, Kind::host, [&](Id id) { add(cloud.attachments_on_host(id), member); });
    } else if (t = term("record"); t != nullptr && !record) {
        each_id(*t, Kind::record, [&](Id id) { add(cloud.attachments_of_record(id), member); });
    } else if (t = term("name"); t != nullptr) {
        for (const auto& found : cloud.named<schema::Record>(t->values.front())) ids.push_back(found->id);
    } else if (t = term("subnet"); t != nullptr) {
        each_id(*t, Kind::subnet, [&](Id id) {
            for (const Id found : cloud.records_of_subnet(id)) ids.push_back(found);
        });
    } else {
        return std::nullopt;
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

}  // namespace weft::coordinator
