// SPDX-License-Identifier: Apache-2.0
// A capture file that tcpdump and Wireshark read (pcapng, draft-ietf-opsawg-pcapng): two interfaces, "inner"
// with the frames of the instance's device and "outer" with the IP packets of the underlay, behind Ethernet
// headers without addresses: those are not known yet, or no longer.
#pragma once

#include <ostream>

#include "weft/wire/message/capture.h"

namespace weft::cli {

class Pcapng {
public:
    // Writes the file's begin. `out` must outlive it.
    Pcapng(std::ostream& out, const std::string& record, std::uint32_t snaplen);

    // Outbound is what the record sends.
    void add(const wire::Captured& packet);
    // The counts at the end of the file.
    void finish(std::uint64_t lost);
    [[nodiscard]] std::uint64_t packets() const noexcept { return counts_[0] + counts_[1]; }

private:
    std::ostream& out_;
    std::uint64_t counts_[2]{};  // by weft::wire::CapturePoint
    std::uint64_t last_ns_{0};
};

}  // namespace weft::cli
