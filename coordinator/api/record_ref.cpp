// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/record_ref.h"

#include "weft/wire/codec.h"

namespace weft::coordinator::api {

Result<Id> find_record(Backend& backend, const Principal& principal, const std::string& ref) {
    WEFT_TRY(const auto found, backend.service.get(principal, {Kind::record, ref}));
    schema::Record record;
    WEFT_TRY(const auto fields, wire::decode_into(found.object, record));
    static_cast<void>(fields);
    return record.id;
}

}  // namespace weft::coordinator::api
