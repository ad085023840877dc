// SPDX-License-Identifier: Apache-2.0
// weft: the command line of the coordinator.
#include <iostream>

#include "coordinator/cli/program.h"

int main(int argc, char** argv) {
    weft::cli::Program program{std::cout, std::cerr};
    return program.run({argv + 1, argv + argc});
}
