// SPDX-License-Identifier: Apache-2.0
// weft version, weft --version
#include "weft/base/version.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {

void add_version(Program& program) {
    const auto text = "weft " + std::string(version) + ", protocols " +
                      std::to_string(wire::lowest_protocol) + ".." + std::to_string(wire::highest_protocol);
    program.app().set_version_flag("--version", text);
    auto& verb = *program.app().add_subcommand("version", "version and protocols of this program");
    program.on(verb, [&program, text]() -> Result<int> {
        program.out() << text << '\n';
        return 0;
    });
}

}  // namespace weft::cli
