// SPDX-License-Identifier: Apache-2.0
// get, list, ready and what a watcher is shown (rows 1.7, 2.3).
#include <algorithm>

#include "coordinator/service/query/filter.h"
#include "coordinator/service/query/view.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/service.h"
#include "weft/wire/codec.h"

namespace weft::coordinator {
namespace {

// What a turn may cost: looking at an object is 1, showing it 16. A millisecond or two.
constexpr std::size_t turn_cost = 4096;
constexpr std::size_t show_cost = 16;

Result<wire::ObjectAnswer> answer(const Cloud& cloud, const Acknowledgements& hosts, Kind kind,
                                  const Object& object) {
    WEFT_TRY(auto bytes, encode_view(cloud, hosts, object));
    return wire::ObjectAnswer{kind, std::move(bytes), cloud.revision()};
}

Id id_of(const Object& object) {
    return std::visit(
        []<class P>(const P& pointer) -> Id {
            if constexpr (std::is_same_v<P, std::monostate>)
                return {};
            else
                return pointer->id;
        },
        object);
}

// Where a page starts: behind this id.
Result<Id> page_start(const wire::ListRequest& request) {
    if (request.after.empty()) return Id{request.kind, 0};
    WEFT_TRY(const auto id, parse_id(request.after));
    if (id.kind != request.kind)
        return invalid("after", request.after + " is not a " + std::string(to_string(request.kind)));
    return id;
}

}  // namespace

Result<wire::ObjectAnswer> Service::get(const Principal& principal, const wire::GetRequest& request) {
    const auto begin = clock_.boot_ns();
    const auto found = [&]() -> Result<wire::ObjectAnswer> {
        WEFT_CHECK(may_request(principal));
        WEFT_TRY(const auto object, resolve(ledger_.cloud(), principal, request.kind, request.ref));
        return answer(ledger_.cloud(), hosts_, request.kind, object);
    }();
    queried(principal, "get " + std::string(to_string(request.kind)), request.ref,
            found ? Result<void>{} : Result<void>{found.error()}, begin);
    return found;
}

Result<Service::Page> Service::list(const Principal& principal, const wire::ListRequest& request,
                                    bool goes_on) {
    const auto& cloud = ledger_.cloud();
    const auto begin = clock_.boot_ns();
    const auto listed = [&]() -> Result<Page> {
        WEFT_CHECK(may_request(principal));
        if (!schema::with_object(request.kind, [](auto) {}))
            return invalid("kind",
                           "'" + std::string(to_string(request.kind)) + "' is not a kind of object here");
        WEFT_TRY(const auto start, page_start(request));
        WEFT_TRY(const auto filter, Filter::make(cloud, principal, request.kind, request.filters));
        Page page;
        page.last = start;
        Result<void> outcome{};
        std::size_t cost = 0;
        filter.each_after(cloud, start, [&](const Object& object) {
            if (cost >= turn_cost || (request.limit != 0 && page.objects.size() == request.limit)) {
                page.more = true;
                return false;
            }
            ++cost;
            page.last = id_of(object);
            if (!may_see(cloud, principal, object) || !filter.matches(cloud, hosts_, object)) return true;
            cost += show_cost;
            auto shown = answer(cloud, hosts_, request.kind, object);
            if (shown)
                page.objects.push_back(std::move(*shown));
            else
                outcome = shown.error();
            return outcome.has_value();
        });
        if (!outcome) return outcome.error();
        return page;
    }();
    if (!goes_on || !listed)
        queried(principal, "list " + std::string(to_string(request.kind)), {},
                listed ? Result<void>{} : Result<void>{listed.error()}, begin);
    return listed;
}

std::optional<Bytes> Service::show(const Principal& principal, Kind kind, const schema::Tags& filters,
                                   const Object& object) const {
    const auto& cloud = ledger_.cloud();
    if (!may_request(principal) || !may_see(cloud, principal, object)) return std::nullopt;
    if (!filters.empty()) {
        const auto filter = Filter::make(cloud, principal, kind, filters);
        if (!filter || !filter->matches(cloud, hosts_, object)) return std::nullopt;
    }
    auto bytes = encode_view(cloud, hosts_, object);
    return bytes ? std::optional{std::move(*bytes)} : std::nullopt;
}

std::optional<Bytes> Service::show_former(const Principal& principal, const schema::Tags& filters,
                                          const Ptr<schema::Record>& record, Id id,
                                          const Ptr<schema::Attachment>& former) const {
    const auto& cloud = ledger_.cloud();
    if (!may_request(principal) ||
        !(may_see(cloud, principal, Object{record}) || (former && may_see(cloud, principal, Object{former}))))
        return std::nullopt;
    auto attachments = cloud.attachments_of_record(record->id);
    std::erase_if(attachments, [&](const auto& attachment) { return attachment->id == id; });
    if (former) attachments.push_back(former);
    const auto was = view(cloud, hosts_, *record, attachments);
    const auto filter = Filter::make(cloud, principal, Kind::record, filters);
    if (!filter || !filter->matches_shown(was)) return std::nullopt;
    auto bytes = wire::encode(was);
    return bytes ? std::optional{std::move(*bytes)} : std::nullopt;
}

Result<Object> Service::ask(const Principal& principal, Verb verb, Kind noun, const std::string& ref) {
    const auto begin = clock_.boot_ns();
    const auto found = [&]() -> Result<Object> {
        WEFT_CHECK(may_request(principal));
        if (verb == Verb::status) WEFT_CHECK(permit(principal, verb, noun));
        if (ref.empty()) return Object{};
        WEFT_TRY(const auto object, resolve(ledger_.cloud(), principal, noun, ref));
        WEFT_CHECK(permit(ledger_.cloud(), principal, verb, object));
        return object;
    }();
    auto said = std::string(permission::to_string(verb));
    if (noun != Kind::none) said += ' ' + std::string(to_string(noun));
    queried(principal, std::move(said), ref, found ? Result<void>{} : Result<void>{found.error()}, begin);
    return found;
}

namespace {

// Why the attachment is not as its host is to have it, or cannot be known to be; empty: it is.
std::string not_programmed(const Acknowledgements& hosts, const schema::Attachment& attachment) {
    if (attachment.phase != schema::Phase::attached) return "is " + std::string(to_string(attachment.phase));
    if (!answers(hosts.session(attachment.host)))
        return "is on a host that is " + std::string(to_string(hosts.session(attachment.host)));
    if (hosts.waiting(attachment.host, attachment.id)) return "waits for its device";
    return hosts.failure(attachment.host, attachment.id).value_or("");
}

}  // namespace

wire::Ack Service::ready(const Principal& principal, const wire::ReadyRequest& request) {
    const auto& cloud = ledger_.cloud();
    const auto outcome = [&]() -> Result<void> {
        WEFT_CHECK(may_request(principal));
        WEFT_TRY(const auto instance,
                 resolve<schema::Instance>(cloud, principal, request.instance, "instance"));
        WEFT_CHECK(permit(cloud, principal, Verb::ready, Object{instance}));
        std::string missing;
        for (const auto& attachment : cloud.attachments_of_instance(instance->id))
            if (const auto why = not_programmed(hosts_, *attachment); !why.empty()) {
                const auto record = cloud.find(attachment->record);
                missing += (missing.empty() ? "" : ", ") +
                           (may_see(cloud, principal, record) ? title(record) : "a record of others") + " " +
                           why;
            }
        if (!missing.empty()) return conflict("instance", "not ready: " + missing);
        return {};
    }();
    note(principal, "ready", request.instance, outcome);
    wire::Ack ack;
    ack.revision = cloud.revision();
    ack.text = outcome ? "ready" : outcome.error().text;
    if (!outcome) {
        ack.code = static_cast<std::uint16_t>(outcome.error().code);
        ack.field = outcome.error().field;
    }
    return ack;
}

}  // namespace weft::coordinator
