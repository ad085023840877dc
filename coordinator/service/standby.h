// SPDX-License-Identifier: Apache-2.0
// Which of a record's standbys can have it, and its way there (row 2.11). Pure.
#pragma once

#include "coordinator/model/acknowledgements.h"
#include "coordinator/service/commit/draft.h"

namespace weft::coordinator {

// The attachment that the record would get on the first of its standbys that can take it now, or on `wanted`
// only. `former`: the one that it has until then; null: none. The error says why not, instance by instance.
[[nodiscard]] Result<schema::Attachment> on_standby(const Cloud& cloud, const Acknowledgements& hosts,
                                                    const schema::Record& record,
                                                    const schema::Attachment* former, Id wanted = {});

// The record is `taker`'s in place of `former`, in one transaction: its exclusive claim is never free. The
// operation goes on with `taker`; the instance that had the record is its last standby from now on.
void take_over(Draft& draft, const schema::Record& record, schema::Attachment taker,
               const schema::Attachment* former, schema::Operation operation);

// The record is nobody's, and waits for a standby.
void wait_for_standby(Draft& draft, const schema::Record& record, const schema::Attachment& former,
                      std::string why);

// The record loses this attachment because its instance ends: a standby is to have it, if another one is
// listed.
void leave_to_standby(Draft& draft, const schema::Attachment& former);

// The instance is deleted: it is nobody's standby any more.
void leave_standbys(Draft& draft, Id instance);

}  // namespace weft::coordinator
