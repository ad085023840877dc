// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/enrolment.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/api/answer.h"
#include "coordinator/api/authenticate.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;
using wire::Command;

namespace {

template <class T>
using Call = std::function<void(std::function<void(Result<T>)>)>;

// co_await for a service call that answers through a callback of one Result. Its argument is a named object:
// gcc 12 destroys a temporary that is converted in an expression with co_await twice.
template <class T>
asio::awaitable<Result<T>> answered(const Call<T>& call) {
    auto start = [&call](auto handler) {
        // std::function wants to copy what it holds.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        call([shared](Result<T> result) { std::move (*shared)(std::move(result)); });
    };
    auto pending =
        asio::async_initiate<decltype(asio::use_awaitable), void(Result<T>)>(start, asio::use_awaitable);
    co_return co_await std::move(pending);
}

void log_outcome(const Result<Revision>& result, const std::string& what) {
    if (!result) log_error("api", "{}: {}", what, result.error().message());
}

}  // namespace

asio::awaitable<Result<void>> enroll(Backend& backend, wire::Channel::Pointer channel,
                                     const wire::Frame& frame) {
    if (frame.type != static_cast<std::uint16_t>(Command::enroll))
        co_return refused("without a certificate only login and enrolment are possible");
    WEFT_CO_TRY(const auto request, wire::unpack<wire::EnrollRequest>(frame, Command::enroll));
    // A request that cannot be signed must not use up the token.
    WEFT_CO_TRY(const auto sample, backend.authority->sign_host(request.request, Id{Kind::host, 1}));
    static_cast<void>(sample);
    const Call<Id> redeem = [&](auto done) { backend.service.redeem_token(request.token, std::move(done)); };
    const auto host = co_await answered(redeem);
    if (!host) co_return host.error();
    WEFT_CO_TRY(const auto issued, backend.authority->sign_host(request.request, *host));
    const Call<Revision> store = [&](auto done) {
        backend.service.update_host(
            *host,
            [serial = issued.serial](schema::Host& object) {
                object.certificate_serial = serial;
                object.former_serial.clear();
            },
            std::move(done));
    };
    const auto stored = co_await answered(store);
    if (!stored) co_return stored.error();
    backend.sessions.close(*host);  // of a former holder of its identity
    log_info("api", "host {} is enrolled, certificate {}", to_string(*host), issued.serial);
    answer(*channel, Command::certificate,
           wire::Certificate{issued.certificate, backend.authority->certificate_pem()}, frame.sequence);
    co_return Result<void>{};
}

void renew(Backend& backend, Id host, const wire::RenewRequest& request, std::uint32_t sequence,
           wire::Channel::Pointer channel) {
    const auto issued = backend.authority->sign_host(request.request, host);
    if (!issued) return refuse(*channel, issued.error(), sequence);
    const auto present = channel->peer().serial;
    backend.service.update_host(
        host,
        [serial = issued->serial, present](schema::Host& object) {
            if (!in_force(object, present)) return;  // revoked meanwhile
            object.certificate_serial = serial;
            object.former_serial = present;
        },
        [&backend, host, channel, sequence, issued = *issued](const Result<Revision>& result) {
            if (!result) return refuse(*channel, result.error(), sequence);
            const auto object = backend.cloud().find<schema::Host>(host);
            if (!object || object->certificate_serial != issued.serial)
                return refuse(*channel, refused("the certificate of this session is not in force"), sequence);
            answer(*channel, Command::certificate,
                   wire::Certificate{issued.certificate, backend.authority->certificate_pem()}, sequence);
        });
}

void certificate_used(Backend& backend, const schema::Host& host, const std::string& serial) {
    if (host.former_serial.empty() || serial != host.certificate_serial) return;
    backend.service.update_host(
        host.id, [](schema::Host& object) { object.former_serial.clear(); },
        [name = host.name](const Result<Revision>& result) { log_outcome(result, "host " + name); });
}

}  // namespace weft::coordinator::api
