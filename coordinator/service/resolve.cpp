// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/resolve.h"

#include "coordinator/service/commit/draft.h"

namespace weft::coordinator {
namespace {

constexpr std::size_t most_candidates = 8;
constexpr std::size_t id_digits = 17;

template <class T>
std::string scope_name(const Cloud& cloud, const T& object) {
    if constexpr (requires { object.partition; }) {
        const auto partition = cloud.find<schema::Partition>(object.partition);
        return partition ? partition->name : std::string{};
    } else if constexpr (requires {
                             object.owner;
                             object.name;
                         }) {
        return object.owner;
    } else {
        return {};
    }
}

template <class T>
bool in_scope(const Cloud& cloud, const T& object, std::string_view scope) {
    if constexpr (requires { object.partition; })
        if (to_string(object.partition) == scope) return true;
    return scope_name(cloud, object) == scope;
}

// NAME or SCOPE/NAME; a name may itself contain slashes, so the whole text is tried as a name first.
template <class T>
std::vector<Ptr<T>> by_name(const Cloud& cloud, const Principal& principal, std::string_view ref) {
    std::vector<Ptr<T>> found;
    if constexpr (requires(const T& object) { object.name; }) {
        for (auto& object : cloud.named<T>(ref))
            if (may_see(cloud, principal, Object{object})) found.push_back(std::move(object));
        if (!found.empty()) return found;
        for (auto slash = ref.find('/'); slash != std::string_view::npos; slash = ref.find('/', slash + 1))
            for (auto& object : cloud.named<T>(ref.substr(slash + 1)))
                if (in_scope(cloud, *object, ref.substr(0, slash)) &&
                    may_see(cloud, principal, Object{object}))
                    found.push_back(std::move(object));
    }
    return found;
}

// "rec-00f3": from the least to the greatest id that begins so.
template <class T>
std::vector<Ptr<T>> by_prefix(const Cloud& cloud, const Principal& principal, std::string_view ref) {
    const std::string start = std::string(id_prefix(schema::Schema<T>::kind)) + '-';
    if (ref.substr(0, start.size()) != start) return {};
    const std::string digits{ref.substr(start.size())};
    if (digits.empty() || digits.size() >= id_digits) return {};
    // Value 0 is no id: the least one ends in 1.
    const auto low = parse_id(start + digits + std::string(id_digits - digits.size() - 1, '0') + '1');
    const auto high = parse_id(start + digits + std::string(id_digits - digits.size(), 'f'));
    std::vector<Ptr<T>> found;
    if (!low || !high) return found;
    const auto& table = cloud.table<T>();
    for (auto at = table.from({low->kind, low->value & ~std::uint64_t{1}}); at != table.end(); ++at) {
        if (at->first > high->value || found.size() > most_candidates) break;
        if (may_see(cloud, principal, Object{at->second.object})) found.push_back(at->second.object);
    }
    return found;
}

template <class T>
Error ambiguous(const Cloud& cloud, const std::vector<Ptr<T>>& candidates, std::string_view ref,
                std::string_view field) {
    std::string text = "'" + std::string(ref) + "' is ambiguous:";
    for (std::size_t i = 0; i < candidates.size() && i < most_candidates; ++i) {
        const auto scope = scope_name(cloud, *candidates[i]);
        text += (i == 0 ? " " : ", ") + to_string(candidates[i]->id);
        if constexpr (requires { candidates[i]->name; })
            text += " (" + (scope.empty() ? "" : scope + '/') + candidates[i]->name + ')';
    }
    if (candidates.size() > most_candidates) text += ", ...";
    return conflict(std::string(field), text);
}

}  // namespace

template <class T>
Result<Ptr<T>> resolve(const Cloud& cloud, const Principal& principal, std::string_view ref,
                       std::string_view field) {
    constexpr std::string_view kind = schema::Schema<T>::name;
    if (const auto id = parse_id(ref); id && id->kind == schema::Schema<T>::kind) {
        if (auto object = cloud.find<T>(*id); object && may_see(cloud, principal, Object{object}))
            return object;
    }
    auto candidates = by_name<T>(cloud, principal, ref);
    if (candidates.empty()) candidates = by_prefix<T>(cloud, principal, ref);
    if (candidates.size() > 1) return ambiguous(cloud, candidates, ref, field);
    if (candidates.size() == 1) return candidates.front();
    auto error = not_found("there is no " + std::string(kind) + " '" + std::string(ref) + "'");
    error.field = field;
    return error;
}

Result<Object> resolve(const Cloud& cloud, const Principal& principal, Kind kind, std::string_view ref) {
    Result<Object> result =
        invalid("kind", "'" + std::string(to_string(kind)) + "' is not a kind of object here");
    schema::with_object(kind, [&]<class T>(std::type_identity<T>) {
        auto object = resolve<T>(cloud, principal, ref, "ref");
        if (object)
            result = Object{std::move(*object)};
        else
            result = object.error();
    });
    return result;
}

template Result<Ptr<schema::Partition>> resolve(const Cloud&, const Principal&, std::string_view,
                                                std::string_view);
template Result<Ptr<schema::Subnet>> resolve(const Cloud&, const Principal&, std::string_view,
                                             std::string_view);
template Result<Ptr<schema::SecurityGroup>> resolve(const Cloud&, const Principal&, std::string_view,
                                                    std::string_view);
template Result<Ptr<schema::SecurityTag>> resolve(const Cloud&, const Principal&, std::string_view,
                                                  std::string_view);
template Result<Ptr<schema::NetworkAcl>> resolve(const Cloud&, const Principal&, std::string_view,
                                                 std::string_view);
template Result<Ptr<schema::RouteTable>> resolve(const Cloud&, const Principal&, std::string_view,
                                                 std::string_view);
template Result<Ptr<schema::Host>> resolve(const Cloud&, const Principal&, std::string_view,
                                           std::string_view);
template Result<Ptr<schema::Instance>> resolve(const Cloud&, const Principal&, std::string_view,
                                               std::string_view);
template Result<Ptr<schema::Record>> resolve(const Cloud&, const Principal&, std::string_view,
                                             std::string_view);
template Result<Ptr<schema::Pool>> resolve(const Cloud&, const Principal&, std::string_view,
                                           std::string_view);
template Result<Ptr<schema::AddressPool>> resolve(const Cloud&, const Principal&, std::string_view,
                                                  std::string_view);
template Result<Ptr<schema::Attachment>> resolve(const Cloud&, const Principal&, std::string_view,
                                                 std::string_view);
template Result<Ptr<schema::ScalingRule>> resolve(const Cloud&, const Principal&, std::string_view,
                                                  std::string_view);
template Result<Ptr<schema::AccessKey>> resolve(const Cloud&, const Principal&, std::string_view,
                                                std::string_view);
template Result<Ptr<schema::Operation>> resolve(const Cloud&, const Principal&, std::string_view,
                                                std::string_view);

}  // namespace weft::coordinator
