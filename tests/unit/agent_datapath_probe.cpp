// SPDX-License-Identifier: Apache-2.0
// Which frameworks a host offers, from the text of /proc/net/udp (proc(5)).
#include <doctest/doctest.h>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/probe.h"

using namespace weft::agent;

namespace {

// One socket on 0.0.0.0:6081 (0x17C1), one connected from port 53 to port 4789 (0x12B5) elsewhere.
const std::string sockets =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
    "  512: 00000000:17C1 00000000:0000 07 00000000:00000000 00:00000000 00000000     0\n"
    "  700: 0100007F:0035 020000C0:12B5 01 00000000:00000000 00:00000000 00000000     0\n"
    "  sl  local_address                         remote_address                        st\n"
    "  9: 00000000000000000000000000000000:14E9 00000000000000000000000000000000:0000 07\n";

}  // namespace

TEST_CASE("[6.1] a port is in use by its local end, over IPv4 or IPv6") {
    CHECK(bpf::port_in_use(sockets, 6081));
    CHECK(bpf::port_in_use(sockets, 53));
    CHECK(bpf::port_in_use(sockets, 5353));
    CHECK_FALSE(bpf::port_in_use(sockets, 4789));
    CHECK_FALSE(bpf::port_in_use("", 6081));
    CHECK_FALSE(bpf::port_in_use("garbage\n:\n 1: x:zz\n 2: nocolon\n", 6081));
}

TEST_CASE("[6.1] a framework is offered unless its port is taken, and then the host says why") {
    HostReport report;
    bpf::probe_frameworks(report, sockets);
    CHECK(report.capabilities == std::vector<std::string>{"vxlan/1"});
    CHECK(report.problems ==
          std::vector<std::string>{
              "geneve/1 is not available: another socket on this host is bound to UDP port 6081"});
    HostReport both;
    bpf::probe_frameworks(both, "");
    CHECK(both.capabilities == std::vector<std::string>{"geneve/1", "vxlan/1"});
    CHECK(both.problems.empty());
}

TEST_CASE("a map's size is configured by the middle of its name") {
    CHECK(bpf::short_name("weft_mapping_v1") == "mapping");
    CHECK(bpf::short_name("weft_mapping_prefix_v12") == "mapping_prefix");
    CHECK(bpf::short_name("weft_step") == "weft_step");
    CHECK(bpf::short_name("other_v1") == "other_v1");
}
