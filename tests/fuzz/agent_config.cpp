// SPDX-License-Identifier: Apache-2.0
// Any text as agent.yaml: accepted, or refused with a place.
#include <cstdlib>

#include "agent/config/config.h"
#include "weft/config/yaml_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto file = weft::config::File::parse(text, "agent.yaml");
    if (!file) return file.error().text.starts_with("agent.yaml") ? 0 : (std::abort(), 0);
    const auto config = weft::agent::read_config(*file);
    if (config && (config->coordinators.empty() || config->datapath.uplinks.empty())) std::abort();
    if (!config && !config.error().text.starts_with("agent.yaml")) std::abort();
    return 0;
}
