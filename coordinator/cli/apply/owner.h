// SPDX-License-Identifier: Apache-2.0
// Whose an object is: a tag that all objects of one document carry (`--owner-label KEY=VALUE`).
#pragma once

#include "coordinator/cli/apply/document.h"

namespace weft::cli {

struct Owner {
    std::string key;
    std::string value;
};

// "KEY=VALUE", neither of them empty.
[[nodiscard]] Result<Owner> read_owner(const std::string& text);
// Whether an object carries the owner's tag.
[[nodiscard]] bool carries(const Owner& owner, const schema::Value& object);
// Adds the tag to those that are wanted, or that `present`, if it is there, has. Errors: a conflict with the
// place when the document or what is there says another owner; `key` names the object.
[[nodiscard]] Result<void> label(const Owner& owner, Wanted& wanted, const std::string& key,
                                 const schema::Value* present);

}  // namespace weft::cli
