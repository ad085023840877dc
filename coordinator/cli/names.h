// SPDX-License-Identifier: Apache-2.0
// The names of objects for people: ids in answers become the names they stand for.
#pragma once

#include <map>

#include "coordinator/cli/client.h"

namespace weft::cli {

class Names {
public:
    // Fetches what `objects` of `kind` refer to: a few objects one by one, many by listing their kind. What
    // cannot be read keeps its id.
    void learn(Client& client, Kind kind, const std::vector<schema::Value>& objects);
    void add(const schema::Value& object);
    // By label; operations, whose labels are ids, by time.
    void sort(Kind kind, std::vector<schema::Value>& objects) const;

    // "i1", or the id itself.
    [[nodiscard]] std::string name(const std::string& id) const;
    // What tells it apart: "blue/i1" for what is inside a partition (accepted as a reference), "i1@vm7" for
    // attachments, else its name or id.
    [[nodiscard]] std::string label(Kind kind, const schema::Value& object) const;

private:
    std::map<std::string, std::string> names_;
};

// The string of a field; empty when it is null, missing or no string.
[[nodiscard]] std::string text_of(const schema::Value& object, std::string_view field);

}  // namespace weft::cli
