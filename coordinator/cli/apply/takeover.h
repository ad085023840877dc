// SPDX-License-Identifier: Apache-2.0
// A record that one of its standbys has taken over (row 2.11): who has it and who stands by have changed
// places, and a document that names them as they were is met all the same. Pure.
#pragma once

#include <optional>

#include "coordinator/cli/apply/universe.h"

namespace weft::cli {

struct Takeover {
    const schema::Value* attachment{nullptr};  // null: the record still waits for a standby
    std::string instance;                      // that has it
    std::vector<std::string> standbys;         // who is to stand by then, as the document wants it
};

// Of the record `key`, which is there, and for which the document wants `instance`. Nothing: it is there, or
// its list does not name it, or the document does not list the one that has the record. Instances are keys.
[[nodiscard]] std::optional<Takeover> taken_over(const Document& document, const Present& present,
                                                 const Universe& universe, const schema::Value& record,
                                                 const std::string& key, const std::string& instance);

// By record, the instance that the document wants for it. What it has wrong is left out.
[[nodiscard]] std::map<std::string, std::string> instances_wanted(const Document& document,
                                                                  const Universe& universe);

}  // namespace weft::cli
