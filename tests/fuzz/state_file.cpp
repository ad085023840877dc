// SPDX-License-Identifier: Apache-2.0
// The agent's journal. What is believed reads the same after being written.
#include <boost/crc.hpp>
#include <cstdlib>

#include "agent/state/journal.h"
#include "weft/wire/command.h"

using namespace weft;
using namespace weft::agent;

namespace {

// The input with the checksums it should have, so that the fuzzer gets past them.
wire::Bytes with_checksums(std::span<const std::uint8_t> input) {
    wire::FrameReader reader;
    reader.feed(input);
    wire::Bytes out;
    std::size_t group = 0;
    for (;;) {
        const auto frame = reader.next();
        if (!frame || !*frame) return out;
        auto checked = **frame;
        const bool commit = checked.type == static_cast<std::uint16_t>(wire::Command::commit);
        if (commit) checked.sequence = 0;
        auto bytes = wire::build_frame(checked);
        if (commit) {
            boost::crc_32_type crc;
            crc.process_bytes(out.data() + group, out.size() - group);
            crc.process_bytes(bytes.data(), bytes.size());
            checked.sequence = crc.checksum();
            bytes = wire::build_frame(checked);
        }
        out.insert(out.end(), bytes.begin(), bytes.end());
        if (commit) group = out.size();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static_cast<void>(recover({data, size}));
    const auto read = recover(with_checksums({data, size}));
    if (!read) return 0;
    const auto written = snapshot_group(read->desired, read->identity);
    if (!written) return 0;
    const auto again = recover(*written);
    if (!again || again->identity != read->identity || again->desired.size() != read->desired.size())
        std::abort();
    return 0;
}
