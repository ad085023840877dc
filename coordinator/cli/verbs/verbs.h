// SPDX-License-Identifier: Apache-2.0
// Each verb adds itself to the command line: its options, its help and what it does.
#pragma once

#include "coordinator/cli/program.h"

namespace weft::cli {

// The noun with all its verbs.
void add_noun(Program& program, Kind kind);

// Verbs of every kind of object that clients make.
void add_create(Program& program, CLI::App& noun, Kind kind);
void add_show(Program& program, CLI::App& noun, Kind kind);
void add_list(Program& program, CLI::App& noun, Kind kind);
void add_modify(Program& program, CLI::App& noun, Kind kind);
void add_delete(Program& program, CLI::App& noun, Kind kind);
void add_watch(Program& program, CLI::App& noun, Kind kind);

// Verbs of one noun.
void add_record_attach(Program& program, CLI::App& record);
// --rule RULE..., of an attachment that the verb makes.
CLI::Option* add_attachment_rules(CLI::App& verb, std::vector<std::string>& rules);
[[nodiscard]] Result<std::vector<schema::SecurityRule>> read_attachment_rules(
    const std::vector<std::string>& texts);
void add_record_detach(Program& program, CLI::App& record);
void add_record_failover(Program& program, CLI::App& record);
void add_pool_attach(Program& program, CLI::App& pool);
void add_instance_terminate(Program& program, CLI::App& instance);
void add_instance_detach(Program& program, CLI::App& instance);
void add_instance_move(Program& program, CLI::App& instance);
void add_instance_ready(Program& program, CLI::App& instance);
void add_instance_lifecycle(Program& program, CLI::App& instance);  // launch, suspend, resume, stop
void add_host_identity(Program& program, CLI::App& host);           // token, confirm, revoke
void add_rule(Program& program, CLI::App& noun, Kind kind);         // rule or route add, remove
void add_key_verbs(Program& program, CLI::App& key);                // create, disable, enable

// Verbs without a noun.
void add_apply(Program& program);  // apply, diff, export
void add_status(Program& program);
void add_counters(Program& program);
void add_usage(Program& program);
void add_monitor(Program& program);
void add_capture(Program& program);
void add_trace(Program& program);
void add_permissions(Program& program);
void add_pki(Program& program);
void add_completion(Program& program);  // completion bash, manual
void add_version(Program& program);

}  // namespace weft::cli
