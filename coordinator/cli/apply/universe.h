// SPDX-License-Identifier: Apache-2.0
// What references by name can mean: the objects that are there and those that a document wants.
#pragma once

#include <map>

#include "coordinator/cli/apply/document.h"

namespace weft::cli {

// Objects as the coordinator lists them, by kind.
using Present = std::map<Kind, std::vector<schema::Value>>;

// An object's key: its name, or "PARTITION/NAME" for what is inside a partition.
class Universe {
public:
    explicit Universe(const Present& present);

    // A wanted object; an error when one with its key was added before. `partition` is a key.
    [[nodiscard]] Result<std::string> add(const Wanted& wanted);
    // The key that `ref` (id, name or PARTITION/NAME) means, looked up in `partition` first if that is a key.
    // not_found, or conflict naming the candidates.
    [[nodiscard]] Result<std::string> resolve(Kind kind, const std::string& ref, const std::string& partition,
                                              const schema::Position& position) const;
    // Null when it is not there yet; an error when several have this key.
    [[nodiscard]] Result<const schema::Value*> find(Kind kind, const std::string& key,
                                                    const schema::Position& position) const;
    // The key of the present object with this id; the id itself when it is unknown.
    [[nodiscard]] std::string key_of(const std::string& id) const;

private:
    struct Known {
        std::vector<const schema::Value*> present;
        schema::Position wanted;
    };
    std::map<Kind, std::map<std::string, Known>> known_;
    std::map<std::string, std::string> keys_;  // id -> key
};

}  // namespace weft::cli
