// SPDX-License-Identifier: Apache-2.0
// Who may ask the ledger of usage for what, and for which period.
#include "coordinator/service/service.h"

namespace weft::coordinator {
namespace {

Result<void> check_period(const wire::UsageRequest& request) {
    if (request.from % usage_hour_us != 0) return invalid("from", "a whole hour was expected");
    if (request.to % usage_hour_us != 0) return invalid("to", "a whole hour was expected");
    if (request.to != 0 && request.to <= request.from)
        return invalid("to", "a time after 'from' was expected");
    return {};
}

}  // namespace

Result<UsageQuery> Service::usage(const Principal& principal, const wire::UsageRequest& request) {
    const auto begin_ns = clock_.boot_ns();
    auto outcome = may_request(principal);
    if (outcome) outcome = permit(principal, Verb::usage, Kind::none);
    if (outcome) outcome = check_period(request);
    queried(principal, "usage", request.record, outcome, begin_ns);
    if (!outcome) return outcome.error();
    UsageQuery query;
    query.from_us = request.from;
    query.to_us = request.to;
    query.now_us = clock_.unix_us();
    if (!principal.is_operator()) query.owner = principal.name;
    query.record = request.record;
    query.partition = request.partition;
    query.account = request.account;
    query.limit = 1000;
    return query;
}

}  // namespace weft::coordinator
