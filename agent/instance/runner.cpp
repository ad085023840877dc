// SPDX-License-Identifier: Apache-2.0
#include "agent/instance/runner.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/instance/document.h"
#include "weft/base/log.h"
#include "weft/wire/channel.h"
#include "weft/wire/codec.h"

namespace weft::agent {

namespace asio = boost::asio;
using schema::DriverState;
using schema::InstanceState;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds look_again{5};  // at what runs, and at what failed to end
constexpr std::chrono::seconds retry{1};       // of a helper that does not answer
constexpr std::chrono::seconds patience{10};   // with it
constexpr std::chrono::seconds longest_run{120};
constexpr std::size_t most_error = 1000;

}  // namespace

struct InstanceRunner::Guest {
    explicit Guest(asio::io_context& context) : timer(context) {}
    [[nodiscard]] bool has_failed() const { return failed == wanted.generation; }

    schema::Workload wanted;
    bool gone{false};  // nobody wants it any more
    std::vector<schema::Port> ports;
    std::optional<std::vector<Id>> prepared_for;  // attachments
    InstanceView view;
    std::string error;  // of a verb that failed while `failed` was wanted
    std::optional<std::uint64_t> failed;
    bool looked{false};                                    // in vain: what it is is not known
    std::optional<steady_clock::time_point> silent_since;  // the helper
    std::optional<wire::InstanceReport> said;
    asio::steady_timer timer;
};

InstanceRunner::InstanceRunner(asio::io_context& context, std::string helper)
    : context_(context), helper_(std::move(helper)) {}

void InstanceRunner::update(const DesiredSet& desired, const std::set<std::string>& missing) {
    for (const auto& [key, workload] : desired.of<schema::Workload>()) {
        auto& guest = guests_[key];
        const bool fresh = !guest;
        if (fresh) guest = std::make_shared<Guest>(context_);
        if (workload.state == InstanceState::booting && guest->wanted.state != InstanceState::booting)
            guest->view.has_run = false;
        const bool changed = fresh || guest->wanted != workload;
        guest->wanted = workload;
        guest->gone = false;
        guest->ports.clear();
        bool programmed = true;
        for (const Id id : workload.attachments)
            if (const auto* port = desired.find<schema::Port>(to_string(id))) {
                guest->ports.push_back(*port);
                programmed = programmed && !missing.contains(port->key());
            } else {
                programmed = false;
            }
        guest->view.outdated = guest->prepared_for != workload.attachments;
        const bool wake = changed || programmed != guest->view.programmed;
        guest->view.programmed = programmed;
        if (fresh)
            asio::co_spawn(context_, follow(guest), asio::detached);
        else if (wake)
            guest->timer.cancel();
    }
    for (const auto& [key, guest] : guests_)
        if (!guest->gone && desired.find<schema::Workload>(key) == nullptr) {
            guest->gone = true;
            guest->failed.reset();
            guest->wanted.state = InstanceState::terminated;
            guest->timer.cancel();
        }
}

std::vector<wire::InstanceReport> InstanceRunner::reports() const {
    std::vector<wire::InstanceReport> out;
    for (const auto& [key, guest] : guests_)
        if (guest->said && !guest->gone) out.push_back(*guest->said);
    return out;
}

// A verb that failed is not repeated until something else is wanted.
std::optional<DriverVerb> InstanceRunner::due(const Guest& guest) {
    const auto verb = next_verb(guest.wanted, guest.view);
    if (verb == DriverVerb::status) return guest.looked ? std::nullopt : verb;
    return guest.has_failed() ? std::nullopt : verb;
}

asio::awaitable<void> InstanceRunner::follow(std::shared_ptr<Guest> guest) {
    for (;;) {
        const auto verb = due(*guest);
        if (verb) co_await ask(*guest, *verb);
        if (verb && !guest->silent_since) continue;
        const bool settled = guest->has_failed() || is_settled(guest->wanted, guest->view);
        if (!verb && settled) report(*guest);
        if (guest->gone && guest->view.state == DriverState::absent) break;
        boost::system::error_code woken;
        guest->timer.expires_after(guest->silent_since ? retry : look_again);
        co_await guest->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (woken) continue;
        // What is to end is tried again; what runs, or did, is looked at.
        guest->looked = false;
        if (guest->wanted.state == InstanceState::terminated) guest->failed.reset();
        if (settled && !guest->silent_since && !due(*guest)) co_await ask(*guest, DriverVerb::status);
    }
    guests_.erase(guest->wanted.key());
}

asio::awaitable<void> InstanceRunner::ask(Guest& guest, DriverVerb verb) {
    const auto generation = guest.wanted.generation;
    const auto attachments = guest.wanted.attachments;
    std::vector<const schema::Port*> ports;
    for (const auto& port : guest.ports) ports.push_back(&port);
    RunDriver request{guest.wanted.driver, verb, instance_document(guest.wanted, verb, ports)};
    const auto ran = co_await run(std::move(request));
    if (!ran && (ran.error().code == ErrorCode::unreachable || ran.error().code == ErrorCode::timeout)) {
        if (!guest.silent_since) guest.silent_since = steady_clock::now();
        if (steady_clock::now() - *guest.silent_since < patience) co_return;
    }
    guest.silent_since.reset();
    std::string error = ran ? ran->error : ran.error().text;
    auto state = ran && error.empty() ? driver_state(ran->output) : Result<DriverState>{DriverState::unknown};
    if (!state) error = state.error().text;
    const auto name = std::string(schema::to_string(verb));
    if (error.empty()) {
        if (verb != DriverVerb::status) log_info("instance", "{}: {}: done", guest.wanted.name, name);
        guest.view.state = *state;
        if (verb == DriverVerb::prepare) guest.prepared_for = attachments;
        guest.view.outdated = guest.prepared_for != guest.wanted.attachments;
        guest.view.has_run = guest.view.has_run || *state == DriverState::running;
        co_return;
    }
    log_warning("instance", "{}: {}: {}", guest.wanted.name, name, error);
    // What a look does not find out is as it was.
    const bool look = verb == DriverVerb::status;
    guest.looked = look;
    if (look && (guest.view.state != DriverState::unknown || guest.has_failed())) co_return;
    guest.failed = generation;
    guest.error = (name + ": " + error).substr(0, most_error);
    guest.view.state = DriverState::unknown;  // is looked at
}

asio::awaitable<Result<DriverRan>> InstanceRunner::run(RunDriver request) {
    if (helper_.empty())
        co_return Error{
            ErrorCode::unsupported, "this agent has no instance helper (agent.yaml: instance-helper)", {}, 0};
    if (request.document.size() > most_document) co_return invalid("instance", "is too large for a driver");
    const auto channel = co_await wire::Channel::connect_unix(helper_);
    if (!channel) co_return channel.error();
    const auto payload = wire::encode(request);
    if (!payload) co_return payload.error();
    const wire::Frame frame{static_cast<std::uint16_t>(InstanceCommand::run), wire::flag_request, 1,
                            *payload};
    (*channel)->send(frame);
    asio::steady_timer deadline(context_, longest_run);
    deadline.async_wait([weak = std::weak_ptr(*channel)](boost::system::error_code cancelled) {
        if (const auto late = weak.lock(); late && !cancelled) late->close();
    });
    const auto answer = co_await (*channel)->read();
    deadline.cancel();
    (*channel)->close();
    if (!answer) co_return answer.error();
    if (answer->type != static_cast<std::uint16_t>(InstanceCommand::ran))
        co_return damaged("type", "the instance helper answered with " + std::to_string(answer->type));
    co_return wire::decode<DriverRan>(answer->payload);
}

void InstanceRunner::report(Guest& guest) {
    const bool failed = guest.has_failed();
    wire::InstanceReport report{guest.wanted.id, guest.wanted.generation, guest.view.state,
                                failed ? guest.error : why_different(guest.wanted, guest.view.state)};
    if (!failed) guest.error.clear();
    if (guest.said == report) return;
    guest.said = std::move(report);
    if (on_change) on_change();
}

}  // namespace weft::agent
