// SPDX-License-Identifier: Apache-2.0
// Filters of list and watch: field name -> value, tag:KEY -> value; they combine (row 1.7).
#pragma once

#include <functional>

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
    // The same of a record that was seen.
    [[nodiscard]] bool matches_shown(const schema::Record& shown) const;
    // Calls fn(object) for objects that can fit, in the order of ids, those after `start` alone, until it
    // says false: those that an index knows, if there is one for what is asked, else all of the kind. What it
    // costs before the first of them does not grow with how many there are.
    using Visit = std::function<bool(const Object&)>;
    void each_after(const Cloud& cloud, Id start, const Visit& fn) const;

private:
    struct Term {
        std::size_t at;  // the field's place in its table
        std::string field;
        std::vector<std::string> values;  // any of them
    };
    Kind kind_{Kind::none};
    std::vector<Term> terms_;  // in the order of places
    schema::Tags tags_;
    bool as_shown_{false};  // compared with what is shown, not with what is stored

    [[nodiscard]] const Term* term(std::string_view field) const;
    template <class T>
    [[nodiscard]] static bool fits_besides(const T& object, const Term& term);
    template <class T>
    [[nodiscard]] bool fits_all(const T& object) const;
    // The only objects that can fit: all these, or in one of these postings; nothing when no index knows.
    [[nodiscard]] std::optional<std::vector<Id>> few(const Cloud& cloud) const;
    [[nodiscard]] std::optional<std::vector<Cloud::Posting>> postings(const Cloud& cloud) const;
};

}  // namespace weft::coordinator
