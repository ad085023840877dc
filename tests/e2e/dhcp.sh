#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unmodified DHCP clients get their record's address, router, DNS server and MTU from the host they run on.
#
#   v1 10.1.2.30 (udhcpc)  v2 10.1.2.31 (dhclient)      i3 10.1.3.7
#        |                   |                              |
#        h1 (leases of 60 s) ---------- geneve ------------ h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/dhcp.yaml"

# machine NAME: the instance's device appears, with the record's MAC and nothing else, as a VMM makes it.
machine() {
    on h1 ip link add "$1" type veth peer name eth0 netns "weft-$1"
    on "$1" ip link set eth0 address "$(weft record show "blue-$1" -o json | jq -r .mac)" up
    on h1 ip link set "$1" up
    weft record attach "blue-$1" "$1" --device "$1"
}
# guest NAME CMD...: the command sees a resolv.conf of its own.
guest() {
    local name=$1
    shift
    touch "$scratch/resolv-$name"
    # shellcheck disable=SC2016  # the inner shell's
    on "$name" unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$scratch/resolv-$name" "$@"
}
has_address() { on "$1" ip -4 -o address show dev eth0 | grep -F "inet $2/24 "; }
has_router() { on "$1" ip route show default | grep -F "via 10.1.2.1 dev eth0"; }
has_dns() { grep -Fx "nameserver $2" "$scratch/resolv-$1"; }
has_mtu() { on "$1" ip -o link show dev eth0 | grep -F "mtu $2 "; }
mtu=$(on i3 ip -o link show type veth | sed -n 's/.* mtu \([0-9]*\) .*/\1/p')

check "[5.3/attach] a record attaches by a device that nobody configures" machine v1
check "[5.3/udhcpc] udhcpc gets a lease" says "lease of 10.1.2.30 obtained" \
    guest v1 busybox udhcpc -f -q -n -i eth0 -O mtu -s /etc/udhcpc/default.script
check "[5.3/address] the address is the record's" has_address v1 10.1.2.30
check "[5.3/router] the default route goes by the subnet's router" has_router v1
check "[5.3/dns] the DNS server is the partition's" has_dns v1 10.0.0.53
check "[5.3/mtu] the MTU is that of every instance" has_mtu v1 "$mtu"
check "[5.3/reach] another host's instance is reached" pings v1 10.1.3.7

check "[5.3/attach] another one" machine v2
check "[5.3/dhclient] dhclient gets a lease" says "bound to 10.1.2.31" \
    guest v2 dhclient -1 -v -lf "$scratch/leases" -pf "$scratch/dhclient.pid" eth0
check "[5.3/address] the address is the record's" has_address v2 10.1.2.31
check "[5.3/router] the default route goes by the subnet's router" has_router v2
check "[5.3/dns] the DNS server is the record's own" has_dns v2 10.0.0.54
check "[5.3/mtu] the MTU is that of every instance" has_mtu v2 "$mtu"
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
