// SPDX-License-Identifier: Apache-2.0
// weft version
#include "weft/base/version.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_version(Program& program) {
    auto& verb = *program.app().add_subcommand("version", "version and protocols of this program");
    program.on(verb, [&program]() -> Result<int> {
        program.out() << "weft " << version << ", protocols " << wire::lowest_protocol << ".."
                      << wire::highest_protocol << '\n';
        return 0;
    });
}

}  // namespace weft::cli
