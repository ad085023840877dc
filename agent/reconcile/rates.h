// SPDX-License-Identifier: Apache-2.0
// The rate limits of the records here (row 4.7).
#pragma once

#include <map>
#include <vector>

#include "agent/reconcile/record_ports.h"
#include "agent/reconcile/wanted.h"

namespace weft::agent {

class Rates {
public:
    // `wanted` must outlive it.
    explicit Rates(Wanted& wanted) : wanted_(wanted) {}

    void added(const schema::Port& port) { ports_.added(port); }
    void removed(const schema::Port& port) { ports_.removed(port); }
    // Before the writes: what the maps must hold.
    void refresh(const DesiredSet& desired);

private:
    Wanted& wanted_;
    RecordPorts ports_;
    std::map<std::uint64_t, std::vector<EntryRef>> granted_;  // by record
};

}  // namespace weft::agent
