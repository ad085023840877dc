// SPDX-License-Identifier: Apache-2.0
// An operation: a verb of several steps, stored, resumed after a crash (design: the store).
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"
#include "weft/schema/instance.h"

namespace weft::schema {

enum class OperationKind : std::uint8_t {
    attach = 1,
    detach = 2,
    move = 3,
    addresses = 10,
    failover = 11,
    lifecycle = 12,
};
template <>
inline constexpr auto enum_names<OperationKind> = std::array{
    std::pair{OperationKind::attach, std::string_view{"attach"}},
    std::pair{OperationKind::detach, std::string_view{"detach"}},
    std::pair{OperationKind::move, std::string_view{"move"}},
    std::pair{OperationKind::addresses, std::string_view{"addresses"}},
    std::pair{OperationKind::failover, std::string_view{"failover"}},
    std::pair{OperationKind::lifecycle, std::string_view{"lifecycle"}},
};

enum class OperationState : std::uint8_t { running = 0, done = 1, failed = 2, compensating = 3 };
template <>
inline constexpr auto enum_names<OperationState> = std::array{
    std::pair{OperationState::running, std::string_view{"running"}},
    std::pair{OperationState::done, std::string_view{"done"}},
    std::pair{OperationState::failed, std::string_view{"failed"}},
    std::pair{OperationState::compensating, std::string_view{"compensating"}},
};

struct Operation {
    Id id;
    OperationKind kind{OperationKind::attach};
    OperationState state{OperationState::running};
    std::string step;
    std::vector<Id> attachments;
    Id instance;
    Id from_host;
    Id to_host;
    std::uint64_t await_revision{0};
    std::vector<Id> awaited;
    std::uint64_t deadline{0};
    std::string error;
    std::string principal;
    Id then_delete;
    bool terminate{false};
    std::uint64_t end_time{0};
    std::uint64_t generation{0};
    std::uint64_t create_time{0};
    Id record;
    std::string reason;
    InstanceState target{InstanceState::running};
    bool detach{false};

    friend bool operator==(const Operation&, const Operation&) = default;
};

template <>
struct Schema<Operation> {
    static constexpr Kind kind = Kind::operation;
    static constexpr std::string_view name = "operation";
    static constexpr auto fields = Fields{
        Field{1, "id", &Operation::id, "id of the operation", server},
        Field{2, "kind", &Operation::kind, "attach, detach, move, addresses, failover or lifecycle", server},
        Field{3, "state", &Operation::state, "running, done, failed or compensating", server},
        Field{4, "step", &Operation::step, "the step it is in", server, 0, 64},
        Field{5, "attachments", &Operation::attachments, "attachments it changes", server, 0, 256},
        Field{6, "instance", &Operation::instance, "instance it is about", server},
        Field{7, "from-host", &Operation::from_host, "move: the host it leaves", server},
        Field{8, "to-host", &Operation::to_host, "move: the host it goes to", server},
        Field{9, "await-revision", &Operation::await_revision,
              "revision that the awaited hosts must have installed", server},
        Field{10, "awaited", &Operation::awaited, "hosts whose acknowledgement the step needs", server, 0,
              4000},
        Field{11, "deadline", &Operation::deadline,
              "when the step fails, microseconds since 1970 UTC; 0 never", server | timestamp},
        Field{12, "error", &Operation::error, "why it failed, and at which step", server, 0, 4096},
        Field{13, "principal", &Operation::principal, "who asked", server, 0, 255},
        Field{14, "end-time", &Operation::end_time, "when it ended, microseconds since 1970 UTC; 0 running",
              server | timestamp},
        Field{15, "generation", &Operation::generation, "counts the changes of this object", server},
        Field{17, "then-delete", &Operation::then_delete,
              "detach: record or instance deleted once nothing is attached to it; attach: record made with "
              "it, deleted "
              "when it fails",
              server},
        Field{18, "terminate", &Operation::terminate,
              "detach: records that are to go with their instance are deleted", server},
        Field{16, "create-time", &Operation::create_time, "microseconds since 1970 UTC", server | timestamp},
        Field{20, "record", &Operation::record,
              "addresses: the record that gets others; failover: the one taken over", server},
        Field{21, "reason", &Operation::reason, "failover: why", server, 0, 1024},
        Field{23, "target", &Operation::target, "lifecycle: what the instance is to be", server},
        Field{24, "detach", &Operation::detach, "lifecycle: then all its records are detached", server},
    };
};
WEFT_SCHEMA_COMPLETE(Operation);

}  // namespace weft::schema
