// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/device_name.h"

#include <fmt/format.h>

namespace weft::agent {
namespace {

constexpr std::size_t digits = 11;  // with "weft" before them the longest name of a device

}  // namespace

std::string device_name(const schema::Port& port) {
    if (port.netns.empty() && !port.bare) return port.device;
    return "weft" + fmt::format("{:016x}", (port.device_of ? port.device_of : port.attachment).value)
                        .substr(16 - digits);
}

bool is_primary(const schema::Port& port, const schema::Port& other) {
    const bool second = static_cast<bool>(port.device_mac);
    return second == static_cast<bool>(other.device_mac) ? port.attachment < other.attachment : !second;
}

bool made_by_weft(const std::string& device) {
    return device.size() == 4 + digits && device.starts_with("weft") &&
           device.find_first_not_of("0123456789abcdef", 4) == std::string::npos;
}

}  // namespace weft::agent
