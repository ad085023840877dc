// SPDX-License-Identifier: Apache-2.0
// weft completion bash; weft manual: texts made from the command line's own tree
#include "coordinator/cli/completion.h"
#include "coordinator/cli/manual.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_completion(Program& program) {
    auto& verb = *program.app().add_subcommand("completion", "print a script for a shell's completion");
    verb.require_subcommand(1);
    auto& bash = *verb.add_subcommand("bash", "for bash: source <(weft completion bash)");
    program.on(bash, [&program]() -> Result<int> {
        program.out() << bash_completion(program.app());
        return 0;
    });
    auto& manual = *program.app().add_subcommand("manual", "print the manual page weft(1) in man's macros");
    program.on(manual, [&program]() -> Result<int> {
        program.out() << manual_page(program.app());
        return 0;
    });
}

}  // namespace weft::cli
