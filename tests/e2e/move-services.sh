#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Instances that configured themselves by DHCP, router advertisements and DHCPv6 move while their clients run on: the
# new host renews their leases and is the same router, though the old one's agent is dead by then.
#
#   v1 10.1.2.30, 2001:db8:12::30 (dhclient)  v2 10.1.2.31 (udhcpc)
#        |
#        h1, then h2                       i1 10.1.3.6 -- h1 ---- h2 -- i2 10.1.3.7
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-guest.sh"
up "$top/tests/e2e/labs/move-services.yaml"
mtu=$(instance_mtu i2)

check "[5.3/attach] v1's record attaches by its device" machine v1 blue-v1
check "[5.3/attach] v2's as well" machine v2 blue-v2
client4 v1 -d >"$scratch/four" 2>&1 &
servers+=($!)
client6 v1 -d >"$scratch/six" 2>&1 &
servers+=($!)
guest v2 busybox udhcpc -f -i eth0 -p "$scratch/pid" -O mtu -s /etc/udhcpc/default.script >"$scratch/udhcpc" 2>&1 &
servers+=($!)
configured() {
    has_address v1 10.1.2.30/24 && has_default4 v1 10.1.2.1 && has_mtu4 v1 "$mtu" &&
        has_address v1 2001:db8:12::30/128 && has_default6 v1 && has_mtu6 v1 "$mtu" && has_dns v1 2001:db8:10::53 &&
        has_address v2 10.1.2.31/24 && has_default4 v2 10.1.2.1 && has_mtu4 v2 "$mtu" && has_dns v2 10.0.0.54
}
reach() {
    local address
    for address in 10.1.3.6 10.1.3.7; do pings v1 $address && pings v2 $address || return 1; done
    for address in 2001:db8:13::6 2001:db8:13::7; do pings v1 $address || return 1; done
    pings i1 10.1.2.30 && pings i2 10.1.2.31 && pings i1 2001:db8:12::30 && pings i2 2001:db8:12::30
}
check "[5.3/before] both have address, router, DNS server and MTU" until_true 20 configured
check "[5.3/before] they reach both hosts' instances and are reached" until_true 5 reach
advertisement() { on v1 rdisc6 -1 -n eth0; }
check "[5.3/before] a router solicitation is answered" advertisement
cp "$scratch/output" "$scratch/advertisement"

# moves NAME: its device leaves h1 and is on h2 as soon as the move waits for it there; inside nothing changes.
h2=$(weft host show h2 -o json | jq -r .id)
is_for_h2() { [ "$(weft instance show "$1" -o json | jq -r .host)" = "$h2" ]; }
moves() {
    weft instance move "$1" h2 &
    local command=$!
    until_true 30 is_for_h2 "$1" || return 1
    on h1 ip link set "$1" netns weft-h2 && on h2 ip link set "$1" up || return 1
    wait "$command"
}
check "[2.8/device] v1 moves" moves v1
check "[2.8/device] v2 moves" moves v2
check "[2.8/services] the old host's agent is dead" lab agent kill h1

replies() { grep -c "$1" "$scratch/$2"; }
four=$(replies 'DHCPACK of 10.1.2.30 from 10.1.2.1' four)
six=$(replies 'RCV: Reply message' six)
asked=$(replies DHCPDISCOVER four)
check "[5.3/moved] nothing that they learned is lost" configured
check "[2.8/reach] they reach both hosts' instances and are reached" until_true 10 reach
check "[5.3/moved] a router solicitation is answered" advertisement
cp "$scratch/output" "$scratch/moved"
check "[5.3/moved] by the same router in the same words" diff "$scratch/advertisement" "$scratch/moved"
obtained=$(replies 'lease of 10.1.2.31 obtained' udhcpc)
renew() { kill -USR1 "$(cat "$scratch/pid")" && until_true 10 grew "$obtained" replies 'lease of 10.1.2.31 obtained' udhcpc; }
check "[5.3/moved] udhcpc renews at once" renew
check "[5.3/moved] dhclient's lease is renewed after half its time" \
    until_true 60 grew "$four" replies 'DHCPACK of 10.1.2.30 from 10.1.2.1' four
check "[5.3/moved] without looking for another server" [ "$(replies DHCPDISCOVER four)" = "$asked" ]
check "[5.3/moved] its DHCPv6 lease too" until_true 60 grew "$six" replies 'RCV: Reply message' six
check "[5.3/moved] by a Renew to the server it had" grep 'XMT: Renew' "$scratch/six"
refuse "[5.3/moved] not by a Rebind to anyone" grep 'XMT: Rebind' "$scratch/six"
check "[5.3/moved] address, router, DNS server and MTU are the same" configured
check "[2.8/reach] and traffic flows" reach
