// SPDX-License-Identifier: Apache-2.0
// The instances' devices and the attachments on each: a device is made, attached and compiled as one.
#pragma once

#include <map>
#include <set>

#include "agent/reconcile/problems.h"
#include "agent/reconcile/wanted.h"

namespace weft::agent {

class Ports {
public:
    // All outlive it.
    Ports(Datapath& datapath, Wanted& wanted, Problems& problems)
        : datapath_(datapath), wanted_(wanted), problems_(problems) {}

    // A port came, went or changed; the objects are looked up in `refresh`.
    void added(const schema::Port& port);
    void removed(const schema::Port& port);
    // Marks the devices that changed or that somebody waits for.
    void look();
    void mark_all();
    // Devices of a former process that no port is on.
    void sweep();

    // Before the writes: makes and attaches what is marked, and says what its maps must hold.
    void refresh(const DesiredSet& desired);
    // After the writes: lets go of devices without a port.
    void clean();

private:
    struct Unit {
        std::set<std::string> ports;  // keys of Port
        std::optional<Device> device;
        std::vector<EntryRef> granted;
        bool complete{false};  // nothing failed or waits
    };

    struct Problem {
        std::string failed;
        std::string waiting;
    };

    void refresh(const std::string& name, Unit& unit, const DesiredSet& desired);
    [[nodiscard]] Problem prepare(const std::string& name, Unit& unit, const schema::Port& port);
    void install(Unit& unit, const std::vector<const schema::Port*>& ports);

    Datapath& datapath_;
    Wanted& wanted_;
    Problems& problems_;
    std::map<std::string, Unit> units_;  // by the device's name
    std::set<std::string> marked_;
    std::set<std::string> unused_;
};

}  // namespace weft::agent
