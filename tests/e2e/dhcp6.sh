#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unmodified IPv6 clients get their record's router, prefix and MTU by router advertisement, and its address and DNS
# server by DHCPv6, from the host they run on.
#
#   v1 2001:db8:12::30 (blue)  v2 ::31 (blue)  r1 2001:db8:12::30 (red)      i3 2001:db8:13::7 (blue)
#        |                       |               |                             |
#        h1 (leases of 60 s) ----------------- geneve ----------------------- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-guest.sh"
up "$top/tests/e2e/labs/dhcp6.yaml"

has_only_link_local() { ! on "$1" ip -6 -o address show dev eth0 scope global | grep .; }
router_reachable() { on "$1" ip -6 neigh show nud reachable dev eth0 | grep '^fe80::.* router'; }
mtu=$(instance_mtu i3)

check "[5.3/attach] a record attaches by a device that nobody configures" machine v1 blue-v1
check "[5.3/ra] the kernel is told of its router" until_true 5 has_default6 v1
check "[5.3/ra] and the MTU" until_true 5 has_mtu6 v1 "$mtu"
check "[5.3/ra] and no address but its link-local one" has_only_link_local v1

asks_routers() { on v1 rdisc6 -1 -n eth0; }
check "[5.3/ra] a router solicitation is answered" asks_routers
cp "$scratch/output" "$scratch/advertisement"
advertised() { tr -s ' ' <"$scratch/advertisement" | grep "$1"; }
check "[5.3/ra] addresses come by DHCPv6" advertised 'Stateful address conf. : Yes'
check "[5.3/ra] so does the rest" advertised 'Stateful other conf. : Yes'
check "[5.3/ra] the prefix is the subnet's" advertised 'Prefix : 2001:db8:12::/64'
check "[5.3/ra] on the link" advertised 'On-link : Yes'
check "[5.3/ra] not for autoconfiguration" advertised 'Autonomous address conf.: No'
check "[5.3/ra] the MTU is that of every instance" advertised "MTU : $mtu bytes (valid)"
check "[5.3/ra] the DNS server is the partition's" advertised 'Recursive DNS server : 2001:db8:10::53'
check "[5.3/ra] it comes from the router's link-local address" advertised 'from fe80::'

# It stays, and renews after half of 60 seconds: see below.
client6 v1 -d >"$scratch/staying" 2>&1 &
servers+=($!)
check "[5.3/dhcp6] dhclient gets a lease" until_true 20 grep 'PRC: Bound to lease' "$scratch/staying"
check "[5.3/dhcp6] the address is the record's" until_true 5 has_address v1 2001:db8:12::30/128
check "[5.3/dhcp6] the DNS server is the partition's" until_true 5 has_dns v1 2001:db8:10::53
check "[5.3/reach6] another host's instance is reached" until_true 5 pings v1 2001:db8:13::7
check "[5.3/reach6] which reaches it" pings i3 2001:db8:12::30
check "[5.2/nd] the router's link-local address answers as a neighbour" until_true 15 router_reachable v1

check "[4.5/dhcp6] another partition's record with the same addresses attaches" machine r1 red-r1
check "[4.5/dhcp6] it gets its address" says 'PRC: Bound to lease' client6 r1 -1
check "[4.5/dhcp6] which is the same" has_address r1 2001:db8:12::30/128
check "[4.5/dhcp6] and its own partition's DNS server" has_dns r1 2001:db8:10::54
check "[4.5/dhcp6] and its own router" until_true 5 has_default6 r1
check "[4.5/dhcp6] it does not reach the other partition" silent r1 2001:db8:13::7
check "[4.5/dhcp6] the first one still has what it had" has_dns v1 2001:db8:10::53

check "[5.3/attach] a neighbour attaches" machine v2 blue-v2
releases() { client6 v2 -1 && client6 v2 -r; }
check "[5.3/dhcp6] a client releases its lease" says 'RCV: Reply message' releases
check "[5.3/dhcp6] information alone is given without an address" says 'RCV: Reply message' client6 v2 -S -1
check "[5.3/dhcp6] and the DNS server is there" has_dns v2 2001:db8:10::53

# An instance is neither a router nor a DHCPv6 server.
advertises() {
    on v1 python3 -c '
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.sendto(bytes([134, 0, 0, 0, 64, 0, 7, 8]) + bytes(8), ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))'
}
serves_dhcp() { echo no | on v1 socat -u - "UDP6-SENDTO:[ff02::1%eth0]:546,sourceport=547"; }
check "[5.3/rogue] an instance advertises itself as a router" advertises
check "[5.3/rogue] that was dropped and counted" until_true 5 grew 0 dropped blue-v1 discovery_router
check "[5.3/rogue] an instance answers like a DHCPv6 server" serves_dhcp
check "[5.3/rogue] that was dropped and counted" until_true 5 grew 0 dropped blue-v1 dhcp6

# The agent dies: its packets are dropped for a reason; it comes back: answers again, and the client that stayed renews.
check "[5.3/agent] the agent is killed" lab agent kill h1
refuse "[5.3/agent] there is no router to be found" on v1 rdisc6 -1 -n -r 1 eth0
check "[5.3/agent] the router is still there, and so is the way" pings v1 2001:db8:13::7
replies() { [ "$(grep -c 'RCV: Reply message' "$scratch/staying")" -gt "$1" ]; }
before=$(grep -c 'RCV: Reply message' "$scratch/staying")
check "[5.3/agent] the agent starts again" lab agent start h1
check "[5.3/agent] what it missed was dropped with its reason" until_true 5 grew 0 dropped blue-v1 punt_off
check "[5.3/agent] and routers are found again" until_true 20 asks_routers
check "[5.3/renew] the client that stayed renews its lease" until_true 60 replies "$before"
check "[5.3/renew] by a RENEW or REBIND" grep -E 'XMT: Re(new|bind)' "$scratch/staying"
check "[5.3/renew] it has its address" has_address v1 2001:db8:12::30/128
check "[5.3/renew] and its way" pings v1 2001:db8:13::7
