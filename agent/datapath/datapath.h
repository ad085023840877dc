// SPDX-License-Identifier: Apache-2.0
// The packet path as the rest of the agent sees it: maps to write, devices to find and attach, what they
// count. `open_datapath` gives the kernel's; tests give a fake. All calls come from one thread, none waits
// for the network; a large batch of writes runs on the caller's thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/abi/event.h"
#include "weft/abi/trace.h"
#include "weft/base/fd.h"
#include "weft/base/result.h"
#include "weft/net/address.h"
#include "weft/net/mac.h"
#include "weft/schema/desired.h"

struct weft_captured;

namespace weft::agent {

// The maps that user space fills, in the order in which puts are safe; deletes go the other way.
enum class MapId : std::uint8_t {
    own,
    peer,
    underlay,
    route_hops,
    route,
    member,
    spread,
    mapping,
    mapping_prefix,
    source,
    source_prefix,
    any_source,
    counter,
    flow_use,
    quota,
    rate_state,
    rate,
    rule_port,
    rule_address,
    rule_tag,
    policy,
    local,
    local_prefix,
    station,
    port,
    config,
};
inline constexpr std::size_t map_count = 26;
inline constexpr std::array<std::string_view, map_count> map_names = {
    "own",     "peer",           "underlay", "route_hops",    "route",        "member",   "spread",
    "mapping", "mapping_prefix", "source",   "source_prefix", "any_source",   "counter",  "flow_use",
    "quota",   "rate_state",     "rate",     "rule_port",     "rule_address", "rule_tag", "policy",
    "local",   "local_prefix",   "station",  "port",          "config"};

// Key and value are the bytes of the structs of weft/abi.
struct Entry {
    std::string key;
    std::string value;

    friend bool operator==(const Entry&, const Entry&) = default;
};

// The entry `index` of a batch was not written; `exhausted` when the map is full.
struct WriteFailure {
    std::size_t index{0};
    Error error;
};

struct Device {
    std::string name;
    std::uint32_t ifindex{0};
    std::string kind;  // "veth", "tun", ...; empty for physical devices
    Mac mac;
    std::uint32_t mtu{0};
    bool up{false};              // administratively up and with carrier
    bool peer_elsewhere{false};  // a veth whose other end is in another network namespace

    friend bool operator==(const Device&, const Device&) = default;
};

// How an underlay address is reached now.
struct Path {
    std::uint32_t ifindex{0};
    Address next_hop;      // the address itself when it is on link
    std::uint32_t mtu{0};  // largest IP packet, bytes

    friend bool operator==(const Path&, const Path&) = default;
};

// A record's packets and bytes as the instance sees them, since its counter was made.
struct RecordCounter {
    std::uint64_t record{0};  // value of the record's id
    std::uint64_t tx_packets{0};
    std::uint64_t tx_bytes{0};
    std::uint64_t rx_packets{0};
    std::uint64_t rx_bytes{0};
    std::uint64_t tx_drops{0};
    std::uint64_t rx_drops{0};

    friend bool operator==(const RecordCounter&, const RecordCounter&) = default;
};

// A record's counter for the ledger of usage. Each has a random number of its own, so that a record that
// comes back, or a map that was made anew, is not taken for what was before.
struct UsageCounter {
    std::uint64_t life{0};
    RecordCounter counts;
    bool gone{false};  // its record left; kept until forget_usage

    friend bool operator==(const UsageCounter&, const UsageCounter&) = default;
};

struct HostUsage {
    std::uint64_t incarnation{0};  // of the maps: another one after a reboot
    std::vector<UsageCounter> counters;
};

// Packets dropped for one reason, of one record (0: of the whole host).
struct DropCounter {
    std::uint64_t record{0};
    std::uint32_t reason{0};     // weft_drop_reason
    std::uint32_t direction{0};  // weft_direction
    std::uint64_t packets{0};
    std::uint64_t bytes{0};
};

struct LostEvents {
    std::uint64_t rate{0};  // more than may be sampled
    std::uint64_t ring{0};  // the ring was full
};

// A tracked flow, as much as its removal and its log ask for. Times are CLOCK_MONOTONIC ns.
struct Flow {
    std::string key;  // a weft_flow_key
    std::uint64_t record{0};
    std::uint64_t attachment{0};
    std::uint64_t expires{0};  // tells whether it was used since
    bool expired{false};
    std::uint64_t created{0};
    std::uint64_t last{0};                   // packet
    std::array<std::uint64_t, 2> packets{};  // that the record sent, that it received
    std::array<std::uint64_t, 2> bytes{};
};

// Packets of one tuple that a record's filter refused, ever.
struct Reject {
    std::string key;  // a weft_reject_key
    std::uint64_t packets{0};
    std::uint64_t bytes{0};
    std::uint64_t first{0};  // CLOCK_MONOTONIC ns
    std::uint64_t last{0};
};

// A record's flows: `added` less `removed` are in the table.
struct FlowUse {
    std::uint64_t record{0};
    std::uint64_t added{0};     // by the packet path, ever
    std::uint64_t removed{0};   // from the table
    std::uint64_t refused{0};   // new flows refused at the quota
    std::uint64_t unlogged{0};  // refused packets that no Reject counts
};

// The sums of what was counted for records that this host no longer has.
struct FormerCounts {
    RecordCounter packets;  // its drops are left out
    FlowUse flows;          // only `added` and `refused`
};

// What this host can do and what keeps it from more; reported to the coordinator.
struct HostReport {
    std::vector<std::string> capabilities;  // "geneve/1", "vxlan/1", then features: "redirect-peer", ...
    std::vector<std::string> problems;      // in words, e.g. why a framework is left out
    std::vector<Address> underlay;          // addresses found on the uplinks and the loopback device
    std::uint32_t underlay_mtu{0};          // the smallest of the uplinks; 0: no uplink
    std::vector<Mac> nics{};                // of the uplinks that are up and have carrier

    friend bool operator==(const HostReport&, const HostReport&) = default;
};

enum class TraceHook : std::uint8_t { instance, uplink };

// What the programs did with a crafted frame.
struct TraceRun {
    int verdict{0};                      // a TC action
    std::vector<weft_trace_step> steps;  // of weft/abi/trace.h
    std::string packet;                  // as it became
};

class Datapath {
public:
    virtual ~Datapath() = default;

    // All entries of a map. What the packet path writes (`counter`, `flow_use`, `rate_state`) has empty
    // values, and `removed` of a quota is zero.
    [[nodiscard]] virtual Result<std::vector<Entry>> dump(MapId map) = 0;
    // Writes the entries in their order; what is counted in those that exist stays. What failed is returned,
    // the rest is done.
    [[nodiscard]] virtual std::vector<WriteFailure> put(MapId map, std::span<const Entry> entries) = 0;
    // An entry that is not there counts as removed. What a record's entry counted goes into former_counts.
    [[nodiscard]] virtual std::vector<WriteFailure> erase(MapId map, std::span<const std::string> keys) = 0;

    // Entries that a map has room for.
    [[nodiscard]] virtual std::size_t map_room(MapId map) = 0;

    // The device of this name in the host's own network namespace, as last notified.
    [[nodiscard]] virtual std::optional<Device> device(const std::string& name) = 0;
    // unreachable when there is no route from `source` to `remote`.
    [[nodiscard]] virtual Result<Path> path(const Address& remote, const Address& source) = 0;
    // Makes, or adopts and corrects, the veth pair of the ports of one device in a netns, the primary one
    // first (by the device helper). not_found while the namespace does not exist.
    [[nodiscard]] virtual Result<void> make_device(std::span<const schema::Port* const> ports) = 0;
    // Removes the veth pair that make_device made, by the name of its end on the host; fine when there is
    // none.
    [[nodiscard]] virtual Result<void> remove_device(const std::string& name) = 0;
    // The program at an instance's device; attaching again repairs it when it was removed by hand.
    [[nodiscard]] virtual Result<void> attach_instance(const Device& device) = 0;
    [[nodiscard]] virtual Result<void> detach_instance(const Device& device) = 0;
    // Devices that carry the instances' program, or that make_device made.
    [[nodiscard]] virtual std::vector<Device> instance_devices() = 0;
    // Attaches the uplinks' programs again where they are missing.
    [[nodiscard]] virtual Result<void> repair_uplinks() = 0;

    // The tap through which what the agent answers comes and goes (abi/punt.h), each frame behind a
    // virtio_net_hdr; not blocking. It goes when the descriptor is closed; one at a time.
    [[nodiscard]] virtual Result<Fd> open_punt() = 0;

    [[nodiscard]] virtual HostReport report() = 0;
    [[nodiscard]] virtual Result<std::vector<RecordCounter>> counters() = 0;
    [[nodiscard]] virtual Result<std::vector<DropCounter>> drops() = 0;
    [[nodiscard]] virtual FormerCounts former_counts() = 0;
    // Those of every record that is here, and of those that left and are not forgotten yet.
    [[nodiscard]] virtual Result<HostUsage> usage() = 0;
    // Of those, the ones that are gone.
    virtual void forget_usage(std::span<const std::uint64_t> lives) = 0;
    // What was not sampled for on_event, ever.
    [[nodiscard]] virtual LostEvents lost_events(weft_event_sort sort) = 0;

    // The next few hundred flows behind `position`, an empty one being the begin of the table, and again its
    // end.
    [[nodiscard]] virtual Result<std::vector<Flow>> flows(std::string& position) = 0;
    // Whether the flow is gone, and then its counts are the last ones; one that was used since it was read
    // stays.
    [[nodiscard]] virtual bool remove_flow(Flow& flow) = 0;
    // Of the records that have both `flow_use` and `quota`.
    [[nodiscard]] virtual std::vector<FlowUse> flow_uses() = 0;
    [[nodiscard]] virtual std::optional<FlowUse> flow_use(std::uint64_t record) = 0;
    // A record without a quota is left out.
    virtual void set_removed_flows(std::uint64_t record, std::uint64_t removed) = 0;
    // What was refused to the records whose log asks for it.
    [[nodiscard]] virtual Result<std::vector<Reject>> rejects() = 0;
    // As it was last.
    [[nodiscard]] virtual std::optional<Reject> remove_reject(const std::string& key) = 0;
    // Flows that the table has room for.
    [[nodiscard]] virtual std::size_t flow_capacity() = 0;
    // A frame as the instance on device `ifindex` would send it, or as it would come in on an uplink. Leaves
    // nothing behind.
    [[nodiscard]] virtual Result<TraceRun> trace(TraceHook hook, const std::string& frame,
                                                 std::uint32_t ifindex) = 0;

    // Packets of the record come to on_captured, as far as its entries of `port` and `local` have
    // WEFT_PORT_CAPTURE; `directions` are bits, 1 << weft_direction, none ends it. A process that ends, ends
    // all.
    [[nodiscard]] virtual Result<void> capture(std::uint64_t record, std::uint32_t snaplen,
                                               std::uint32_t directions) = 0;
    // Packets of the record for which there was no room, since its capture began.
    [[nodiscard]] virtual std::uint64_t lost_captures(std::uint64_t record) = 0;
    virtual void drain_captures() = 0;

    // Descriptors to poll for reading, constant over the object's life; on_readable handles what is there.
    [[nodiscard]] virtual std::vector<int> descriptors() = 0;
    virtual void on_readable(int descriptor) = 0;

    // Called from on_readable: devices, addresses, routes or named namespaces changed (call
    // Reconciler::environment_changed); a sampled packet, valid during the call.
    std::function<void()> on_change;
    std::function<void(const weft_event&)> on_event;
    // Called from on_readable and drain_captures: a captured packet's bytes, valid during the call.
    std::function<void(const weft_captured&, std::span<const std::uint8_t>)> on_captured;
};

enum class UplinkMode : std::uint8_t { automatic, xdp, xdp_generic, tc };

struct Uplink {
    std::string device;
    UplinkMode mode{UplinkMode::automatic};  // automatic: native XDP except on veth, which gets tc
};

struct DatapathConfig {
    std::string pin{"/sys/fs/bpf/weft"};  // a directory in a bpffs, made if missing
    std::string objects;                  // where the *.bpf.o are
    std::string helper;                   // socket of weft-device-helper; empty: none
    std::vector<Uplink> uplinks;
    std::map<std::string, std::uint32_t>
        sizes;  // entries by map name ("mapping"); those of pinned maps change
};

// Loads the programs, keeps what is pinned, swaps the filters of the uplinks and of the attached instances to
// the new programs one by one (nothing is dropped), and removes the former load. The error says what the
// verifier said. Destroying the object leaves everything in place and forwarding.
[[nodiscard]] Result<std::unique_ptr<Datapath>> open_datapath(const DatapathConfig& config);

// Detaches every program and removes the pinned state: for uninstalling a host.
[[nodiscard]] Result<void> remove_datapath(const DatapathConfig& config);

}  // namespace weft::agent
