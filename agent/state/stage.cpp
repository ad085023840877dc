// SPDX-License-Identifier: Apache-2.0
#include "agent/state/stage.h"

#include <algorithm>
#include <utility>

#include "agent/state/object.h"
#include "weft/wire/command.h"
#include "weft/wire/message.h"

namespace weft::agent {

using wire::Command;

void Stage::begin_snapshot() {
    staged_.clear();
    in_snapshot_ = true;
}

Result<void> Stage::put(const wire::Put& message) {
    WEFT_TRY(auto object, decode_object(message));
    auto key = key_of(object);
    staged_.insert_or_assign(std::move(key), std::move(object));
    return {};
}

void Stage::erase(const wire::Erase& message) {
    staged_.insert_or_assign({message.kind, message.key}, std::nullopt);
}

Result<bool> Stage::take(const wire::Frame& frame) {
    switch (static_cast<Command>(frame.type)) {
        case Command::put: {
            WEFT_TRY(const auto message, wire::unpack<wire::Put>(frame, Command::put));
            WEFT_CHECK(put(message));
            return true;
        }
        case Command::erase: {
            WEFT_TRY(const auto message, wire::unpack<wire::Erase>(frame, Command::erase));
            erase(message);
            return true;
        }
        default: return false;
    }
}

DesiredSet Stage::take_snapshot() {
    in_snapshot_ = false;
    DesiredSet desired;
    for (auto& [key, object] : std::exchange(staged_, {}))
        if (object) desired.put(std::move(*object));
    return desired;
}

Changes Stage::take_changes() {
    Changes changes;
    for (auto& [key, object] : std::exchange(staged_, {}))
        if (object)
            changes.puts.push_back(std::move(*object));
        else
            changes.deletes.push_back(key);
    std::ranges::reverse(changes.deletes);
    return changes;
}

}  // namespace weft::agent
