// SPDX-License-Identifier: Apache-2.0
// The instances' devices and the attachments on each: a device is made, attached and compiled as one.
#pragma once

#include <map>
#include <set>

#include "agent/reconcile/common.h"
#include "agent/reconcile/leases.h"
#include "agent/reconcile/policies.h"
#include "agent/reconcile/problems.h"
#include "agent/reconcile/quotas.h"
#include "agent/reconcile/wanted.h"
#include "agent/reconcile/watched.h"

namespace weft::agent {

class Ports {
public:
    // All outlive it.
    Ports(Datapath& datapath, Wanted& wanted, const Policies& policies, const Quotas& quotas,
          const Leases& leases, const Watched& watched, Problems& problems)
        : datapath_(datapath),
          wanted_(wanted),
          policies_(policies),
          quotas_(quotas),
          leases_(leases),
          watched_(watched),
          problems_(problems),
          common_(wanted) {}

    // A port came, went or changed; the objects are looked up in `refresh`.
    void added(const schema::Port& port);
    void removed(const schema::Port& port);
    // What Policies, Quotas or Leases answer for the port changed, or whether it is watched or captured.
    void filtered_anew(const schema::Port& port) { refiltered_.insert(device_name(port)); }
    // Whether packets of the record are captured; its ports are then to be filtered anew.
    void capture(Id record, bool on);
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
    struct Problem {
        std::string failed;
        std::string waiting;
    };

    struct Unit {
        std::set<std::string> ports;  // keys of Port
        std::optional<Device> device;
        Problem problem;  // of the device
        std::vector<EntryRef> granted;
        bool complete{false};  // nothing failed or waits but for policies
        bool worked{false};    // there, up and with carrier, when last looked at
        bool lost{false};      // that is over
    };

    using PortList = std::vector<const schema::Port*>;

    [[nodiscard]] Problem prepare(const std::string& name, Unit& unit, const PortList& ports);
    void install(Unit& unit, const DesiredSet& desired);
    static void say_why(const schema::Port& port, std::vector<MapEntry>& fresh);
    void add(const schema::Port& port, const Unit& unit, bool shared, std::vector<MapEntry>& out,
             Problem& problem);
    void compile(const schema::Port& port, const Unit& unit, bool shared, std::vector<MapEntry>& fresh,
                 Problem& problem);

    Datapath& datapath_;
    Wanted& wanted_;
    const Policies& policies_;
    const Quotas& quotas_;
    const Leases& leases_;
    const Watched& watched_;
    Problems& problems_;
    Common common_;
    std::map<std::string, Unit> units_;  // by the device's name
    std::set<Id> captured_;              // records
    std::set<std::string> marked_;
    std::set<std::string> refiltered_;
    std::set<std::string> unused_;
};

}  // namespace weft::agent
