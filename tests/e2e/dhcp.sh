#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unmodified DHCP clients get their record's address, router, DNS server and MTU from the host they run on.
#
#   v1 10.1.2.30 (udhcpc)  v2 10.1.2.31 (dhclient)      i3 10.1.3.7
#        |                   |                              |
#        h1 (leases of 60 s) ---------- geneve ------------ h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-guest.sh"
up "$top/tests/e2e/labs/dhcp.yaml"

mtu=$(instance_mtu i3)

check "[5.3/attach] a record attaches by a device that nobody configures" machine v1 blue-v1
check "[5.3/udhcpc] udhcpc gets a lease" says "lease of 10.1.2.30 obtained" \
    guest v1 busybox udhcpc -f -q -n -i eth0 -O mtu -s /etc/udhcpc/default.script
check "[5.3/address] the address is the record's" has_address v1 10.1.2.30/24
check "[5.3/router] the default route goes by the subnet's router" has_default4 v1 10.1.2.1
check "[5.3/dns] the DNS server is the partition's" has_dns v1 10.0.0.53
check "[5.3/mtu] the MTU is that of every instance" has_mtu4 v1 "$mtu"
check "[5.3/reach] another host's instance is reached" pings v1 10.1.3.7

check "[5.3/attach] another one" machine v2 blue-v2
check "[5.3/dhclient] dhclient gets a lease" says "bound to 10.1.2.31" client4 v2 -1
check "[5.3/address] the address is the record's" has_address v2 10.1.2.31/24
check "[5.3/router] the default route goes by the subnet's router" has_default4 v2 10.1.2.1
check "[5.3/dns] the DNS server is the record's own" has_dns v2 10.0.0.54
check "[5.3/mtu] the MTU is that of every instance" has_mtu4 v2 "$mtu"
check "[5.3/reach] another host's instance is reached" pings v2 10.1.3.7
check "[5.3/reach] and the neighbour by DHCP too" pings v2 10.1.2.30

# A client that stays renews: on SIGUSR1 at once, by unicast to its server.
guest v1 busybox udhcpc -f -i eth0 -p "$scratch/pid" -O mtu -s /etc/udhcpc/default.script >"$scratch/renewing" 2>&1 &
leases() { [ "$(grep -c 'lease of 10.1.2.30 obtained' "$scratch/renewing")" -ge "$1" ]; }
check "[5.3/renew] a client that stays has a lease" until_true 10 leases 1
renew() { kill -USR1 "$(cat "$scratch/pid")" && until_true 10 leases 2; }
check "[5.3/renew] and renews it" renew
check "[5.3/renew] its traffic goes on" pings v1 10.1.3.7
kill "$(cat "$scratch/pid")"

refuse "[5.3/foreign] a requested foreign address is not granted" says "lease of 10.1.2.99 obtained" \
    guest v1 busybox udhcpc -f -q -n -i eth0 -r 10.1.2.99 -s /etc/udhcpc/default.script

# The agent dies: its packets are dropped for a reason; it comes back: leases again.
punts_dropped() { dropped blue-v1 punt_off; }
asks() { guest v1 busybox udhcpc -f -q -n -t 2 -T 1 -i eth0 -s /etc/udhcpc/default.script; }
check "[5.3/agent] the agent is killed" lab agent kill h1
refuse "[5.3/agent] there is no lease" asks
check "[5.3/agent] the agent starts again" lab agent start h1
check "[5.3/agent] what it missed was dropped with its reason" grew 0 punts_dropped
check "[5.3/agent] and leases are given again" until_true 20 asks
check "[5.3/agent] the address works" pings v1 10.1.3.7
