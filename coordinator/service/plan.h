// SPDX-License-Identifier: Apache-2.0
// A verb as a pure function: from what is known to what it would change. Dry run, client tokens, retries
// after a lost race and the audit log are the same for all of them (execute.h).
#pragma once

#include "coordinator/model/acknowledgements.h"
#include "coordinator/model/addresses.h"
#include "coordinator/service/commit/draft.h"
#include "coordinator/service/permit.h"
#include "weft/wire/message/options.h"

namespace weft::coordinator {

// What a verb may look at.
struct Context {
    const Cloud& cloud;
    const Acknowledgements& hosts;
    Chooser& chooser;
    const Principal& principal;
    const wire::Options& options;
    std::uint64_t now_us;

    [[nodiscard]] Draft draft() const { return {cloud, now_us}; }
    [[nodiscard]] Result<void> permit(Verb verb, const Object& object, std::string_view field = {}) const {
        return coordinator::permit(cloud, principal, verb, object, field);
    }
    template <class T>
    [[nodiscard]] Result<void> permit_new(const T& object, std::string_view owner = {}) const {
        return coordinator::permit_new(cloud, principal, object, owner);
    }
};

struct Plan {
    Draft draft;
    std::string text;  // what is done, or "already ..."; shown to the requester
    Id object{};       // shown with the answer, as it is afterwards
    Id operation{};    // what goes on
    std::vector<std::string> notes{};
    std::string secret{};  // replaces `text` in the answer, never audited or stored (a host token)
};

// options.if_generation against the object as it is.
[[nodiscard]] Result<void> check_generation(const wire::Options& options, const Object& object);

// options.strict makes "already so" an error.
[[nodiscard]] Result<Plan> already(const Context& context, Plan plan);

}  // namespace weft::coordinator
