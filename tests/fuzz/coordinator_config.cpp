// SPDX-License-Identifier: Apache-2.0
// Any text as coordinator.yaml: accepted, or refused with a place.
#include <cstdlib>

#include "coordinator/config/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto file = weft::config::File::parse(text, "coordinator.yaml");
    if (!file) return file.error().text.starts_with("coordinator.yaml") ? 0 : (std::abort(), 0);
    const auto settings = weft::coordinator::config::read_settings(*file);
    if (!settings && !settings.error().text.starts_with("coordinator.yaml")) std::abort();
    return 0;
}
