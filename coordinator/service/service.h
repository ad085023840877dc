// SPDX-License-Identifier: Apache-2.0
// The coordinator's verbs as the api calls them: one function a request. Everything runs on the main thread;
// completions never run inside the call.
#pragma once

#include "coordinator/service/commit/audit.h"
#include "coordinator/service/plan.h"
#include "weft/base/clock.h"
#include "weft/wire/message/ack.h"
#include "weft/wire/message/attach_request.h"
#include "weft/wire/message/hello.h"
#include "weft/wire/message/host_request.h"
#include "weft/wire/message/lifecycle_request.h"
#include "weft/wire/message/object_request.h"
#include "weft/wire/message/usage.h"

namespace weft::coordinator {

class Service {
public:
    // The answer to a changing request: durable, or refused with nothing changed. Waiting for hosts is the
    // caller's (Ack::revision, Ack::operation).
    using Done = std::function<void(wire::Ack)>;

    Service(Ledger& ledger, const Acknowledgements& hosts, const Clock& clock);

    void create(const Principal& principal, const wire::CreateRequest& request, Done done);
    void modify(const Principal& principal, const wire::ModifyRequest& request, Done done);
    void remove(const Principal& principal, const wire::RemoveRequest& request, Done done);
    void attach(const Principal& principal, const wire::AttachRequest& request, Done done);
    void detach(const Principal& principal, const wire::DetachRequest& request, Done done);
    void move(const Principal& principal, const wire::MoveRequest& request, Done done);
    void failover(const Principal& principal, const wire::FailoverRequest& request, Done done);
    void lifecycle(const Principal& principal, const wire::LifecycleRequest& request, Done done);

    [[nodiscard]] Result<wire::ObjectAnswer> get(const Principal& principal, const wire::GetRequest& request);
    struct Page {
        std::vector<wire::ObjectAnswer> objects;
        Id last;           // `after` of the next page
        bool more{false};  // there may be a next page
    };
    // What a turn of the main thread allows: at most request.limit objects, fewer when that took long, maybe
    // none. Call again with after = last while `more`, and let others have their turn in between; what is
    // there all the while, and fits, comes once. `goes_on`: not the request's first turn.
    [[nodiscard]] Result<Page> list(const Principal& principal, const wire::ListRequest& request,
                                    bool goes_on = false);
    // Whether a watcher of `filters` may see the object, and how; nothing when not.
    [[nodiscard]] std::optional<Bytes> show(const Principal& principal, Kind kind,
                                            const schema::Tags& filters, const Object& object) const;
    // The same of the record as it was when its attachment `id` was `former`; null: it had none of that id.
    [[nodiscard]] std::optional<Bytes> show_former(const Principal& principal, const schema::Tags& filters,
                                                   const Ptr<schema::Record>& record, Id id,
                                                   const Ptr<schema::Attachment>& former) const;
    // Code 0 when every attachment of the instance is attached, else a conflict naming those that are not.
    [[nodiscard]] wire::Ack ready(const Principal& principal, const wire::ReadyRequest& request);

    // What the ledger is to be asked, for what belongs to the principal. invalid: the period.
    [[nodiscard]] Result<UsageQuery> usage(const Principal& principal, const wire::UsageRequest& request);

    // One-time enrolment token of a host, an hour valid; Ack::text is the token, only its hash is stored.
    void host_token(const Principal& principal, const wire::HostRequest& request, Done done);
    // Uses it up: the host it was made for, or refused.
    void redeem_token(const std::string& token, std::function<void(Result<Id>)> done);
    // Takes the host's certificate out of force; its session is closed by the caller.
    void revoke(const Principal& principal, const wire::HostRequest& request, Done done);
    // Whether the principal may confirm what the guard of this host holds back; the host.
    [[nodiscard]] Result<Id> confirm(const Principal& principal, const wire::HostRequest& request);
    // The key that was named with its secret, if it may be used now. What is wrong with it is not told:
    // refused.
    [[nodiscard]] Result<Ptr<schema::AccessKey>> login(const wire::LoginRequest& request);
    // Whether the principal may have a question answered that is not the service's to answer; audited. The
    // object that it is about, if it names one.
    [[nodiscard]] Result<Object> ask(const Principal& principal, Verb verb, Kind noun,
                                     const std::string& ref = {});

    // What the host's own session reports or is issued: `edit` changes capabilities, underlay MTU,
    // certificate.
    void update_host(Id host, const std::function<void(schema::Host&)>& edit,
                     std::function<void(Result<Revision>)> done);

    // Called after each request with its verb ("create record"), its result (0: ok, else an ErrorCode) and
    // how long it took until its answer, without waiting for hosts.
    std::function<void(std::string_view verb, std::uint16_t code, std::uint64_t ns)> on_request;

    // About once a second, and before the process ends.
    void flush_audit() { audit_.flush(clock_.unix_us()); }

private:
    struct Call {
        Principal principal;
        std::string verb;
        std::string target;
        wire::Options options;
        Bytes request_hash;
        std::function<Result<Plan>(const Context&)> plan;
        Done done;
        unsigned attempt{0};
    };

    Ledger& ledger_;
    const Acknowledgements& hosts_;
    const Clock& clock_;
    AuditBatch audit_;
    Chooser chooser_;

    template <class Request>
    void start(const Principal& principal, std::string verb, std::string target, const Request& request,
               Result<Plan> (*planner)(const Context&, const Request&), Done done);
    void start_host(const Principal& principal, std::string verb, const wire::HostRequest& request,
                    Result<Plan> (*planner)(const Context&, const wire::HostRequest&), Done done);
    void run(const std::shared_ptr<Call>& call, Done done);
    void execute(const std::shared_ptr<Call>& call);
    void commit(const std::shared_ptr<Call>& call, Plan plan);
    void fail(const Call& call, const Error& error);
    // The first answer to the call's client token, an error if it was another request's, or nothing.
    [[nodiscard]] Result<std::optional<wire::Ack>> replayed(const Call& call);
    [[nodiscard]] wire::Ack ack_of(const Plan& plan, const Object& object, bool changed) const;
    [[nodiscard]] AuditRow audit_row(const Call& call, std::uint16_t code, std::string text) const;
    void tell(std::string_view verb, std::uint16_t code, std::uint64_t begin_ns) const;
    void queried(const Principal& principal, std::string verb, std::string target,
                 const Result<void>& outcome, std::uint64_t begin_ns);
    void note(const Principal& principal, std::string verb, std::string target, const Result<void>& outcome);
};

}  // namespace weft::coordinator
