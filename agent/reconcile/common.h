// SPDX-License-Identifier: Apache-2.0
// What the ports of a shared record have in common here (row 2.7): one `local` entry an address, whose value
// is the same for all of them, and changes at once. The first port that has a device says what it is.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/reconcile/wanted.h"

namespace weft::agent {

class Common {
public:
    // `wanted` must outlive it.
    explicit Common(Wanted& wanted) : wanted_(wanted) {}

    // Takes the common ones out of the port's entries; without any it has none.
    void take(const schema::Port& port, std::vector<MapEntry>& entries);
    void removed(const schema::Port& port);
    // When all ports that changed have said so: what the maps must hold.
    void refresh();

private:
    using Ports = std::map<std::string, std::vector<MapEntry>>;

    void forget(std::uint64_t record, const std::string& port);

    Wanted& wanted_;
    std::map<std::uint64_t, Ports> ports_;  // by record, by key of Port
    std::map<std::uint64_t, std::vector<EntryRef>> granted_;
    std::set<std::uint64_t> changed_;
};

}  // namespace weft::agent
