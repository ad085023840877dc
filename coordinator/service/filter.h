// SPDX-License-Identifier: Apache-2.0
// Filters of list and watch: field name -> value, tag:KEY -> value; they combine (row 1.7).
#pragma once

#include "coordinator/model/acknowledgements.h"
#include "coordinator/service/permit.h"

namespace weft::coordinator {

class Filter {
public:
    // Unknown field names are an error naming them. A value of a reference may be an id or the object's name.
    [[nodiscard]] static Result<Filter> make(const Cloud& cloud, const Principal& principal, Kind kind,
                                             const schema::Tags& filters);

    // Whether the object, seen with its derived fields, fits.
    [[nodiscard]] bool matches(const Cloud& cloud, const Acknowledgements& hosts, const Object& object) const;
    // Ids of the only objects that can fit, in order, when an index knows; else nothing.
    [[nodiscard]] std::optional<std::vector<Id>> candidates(const Cloud& cloud) const;

private:
    struct Term {
        std::string field;
        std::vector<std::string> values;  // any of them
    };
    Kind kind_{Kind::none};
    std::vector<Term> terms_;
    schema::Tags tags_;

    [[nodiscard]] const Term* term(std::string_view field) const;
};

}  // namespace weft::coordinator
