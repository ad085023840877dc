#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Routes by way of instances that forward: one, two that share the flows, none; and what the sender is told.
#
#   client 10.1.2.30 (front), fw1 10.1.4.11 (middle)      server 10.1.3.7 (back), fw2 10.1.4.12 (middle)
#                         h1 ------------------------------ h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/routes.yaml"
serve server
for name in fw1 fw2; do
    on "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
done

ttl_is() { on client ping -n -c 1 -W 2 "$2" | grep -q "ttl=$1 "; }
# by_way_of THERE BACK: the lists of records that client and server route to each other.
by_way_of() {
    route client 10.1.3.0/24 "$1" && route server 10.1.2.0/24 "$2"
}
route() {
    local name list=()
    for name in $3; do list+=(--route "$2 record $name"); done
    [ ${#list[@]} != 0 ] || list=(--route "") # none
    weft record modify "$1" "${list[@]}" --wait=installed
}
# shellcheck disable=SC2016  # awk's
forwarded() { on "$1" awk '/^Ip: [0-9]/ {print $7}' /proc/net/snmp; }

check "[5.1/route] between subnets the router takes one hop each way" ttl_is 63 10.1.3.7
check "[5.4/own] own routes precede the table: by way of fw1" by_way_of fw1 fw1
check "[5.4/own] [5.5/hops] two routers and the instance between take a hop each" ttl_is 61 10.1.3.7
check "[5.5/tcp] a connection passes by way of the instance" answers client 10.1.3.7 server tcp
check "[5.5/udp] so do datagrams" answers client 10.1.3.7 server udp
expired() { on client ping -n -c 1 -W 2 -t "$1" 10.1.3.7 | grep -q "From $2 .*Time to live exceeded"; }
check "[5.5/ttl] a hop limit of 1 ends at the client's router" expired 1 10.1.2.1
check "[5.5/ttl] of 2 at the instance" expired 2 10.1.4.11
check "[5.5/ttl] of 3 at the instance's router" expired 3 10.1.4.1
mtu=$(on client ip -o link show eth0 | sed -n 's/.* mtu \([0-9]*\) .*/\1/p')
on fw1 ip link set eth0 mtu $((mtu - 100))
told_mtu() { on client ping -n -c 2 -W 2 -M "do" -s $((mtu - 28)) 10.1.3.7 | grep -q "mtu = $((mtu - 100))"; }
check "[5.5/pmtu] what the instance cannot pass on comes back as fragmentation-needed" told_mtu
on fw1 ip link set eth0 mtu "$mtu"
on client ip route flush cache
traced() {
    weft trace --from client --to 10.1.3.7 --proto tcp --dport 7777 | tee "$scratch/trace"
    grep -q "route: 10.1.3.0/24 of its own routes, by way of a record" "$scratch/trace" &&
        grep -q "next hop: 10.1.4.11" "$scratch/trace"
}
check "[8.3/trace] [5.4/own] trace names the prefix, its table and the next hop" traced

before=$(dropped fw1 not_forwarding)
check "[4.3/appliance] the instance's check goes on" weft record modify fw1 --source-dest-check=true --wait=installed
check "[4.3/appliance] then it gets nothing for others" silent client 10.1.3.7
check "[4.3/appliance] which is counted" until_true 5 grew "$before" dropped fw1 not_forwarding
check "[4.3/appliance] and is open again without it" weft record modify fw1 --source-dest-check=false --wait=installed
check "[4.3/appliance] it forwards as before" pings client 10.1.3.7
check "[4.3/asymmetric] the way back may be another" by_way_of fw1 ""
check "[4.3/asymmetric] replies come without the instance" ttl_is 63 10.1.3.7
on client ip addr add 10.1.9.9/32 dev lo
before=$(dropped client source_address)
check "[4.3/asymmetric] a source that is not its own is refused with the check" silent client 10.1.3.7 10.1.9.9
check "[4.3/asymmetric] which is counted" until_true 5 grew "$before" dropped client source_address

check "[5.4/equal-cost] two instances share the flows" by_way_of "fw1 fw2" "fw1 fw2"
both() {
    local one=$1 two=$2
    answers client 10.1.3.7 server tcp || return 1
    [ "$(forwarded fw1)" -gt "$one" ] && [ "$(forwarded fw2)" -gt "$two" ]
}
check "[5.4/equal-cost] new connections reach both" until_true 20 both "$(forwarded fw1)" "$(forwarded fw2)"
one_way() {
    local name
    for name in fw1 fw2; do forwarded "$name"; done >"$scratch/before"
    pings client 10.1.3.7 5 || return 1
    for name in fw1 fw2; do forwarded "$name"; done | paste "$scratch/before" - | tee "$scratch/moved"
    awk '$2 - $1 >= 10 {whole++} END {exit whole != 1}' "$scratch/moved"
}
check "[5.4/symmetric] both directions of a flow pass through the same one" one_way

# A connection that is open while the other instance goes.
one=$(forwarded fw1)
check "[5.4/equal-cost] a connection opens through one of them" talk client server 10.1.3.7
idle=fw1
[ "$(forwarded fw1)" = "$one" ] || idle=fw2
check "[5.4/equal-cost] the other one is detached" weft record detach "$idle" --wait=installed
check "[5.4/equal-cost] the connection goes on" hears two
all_answer() {
    for _ in 1 2 3 4 5 6 7 8; do answers client 10.1.3.7 server tcp || return 1; done
}
check "[5.4/equal-cost] new ones pass through the one that is left" all_answer
hang_up

check "[5.4/blackhole] a blackhole in the subnet's table" \
    weft route-table route add blue/main "198.51.100.0/24 blackhole" --wait=installed
before=$(dropped client blackhole)
check "[5.4/blackhole] swallows its packets" silent client 198.51.100.1
check "[5.4/blackhole] and counts them" until_true 5 grew "$before" dropped client blackhole
before=$(dropped client no_route)
check "[5.4/none] without a route nothing comes back" silent client 203.0.113.9
check "[5.4/none] and it is counted" until_true 5 grew "$before" dropped client no_route
check "[5.4/unreachable] a partition that wants its senders told" \
    weft partition modify blue --unreachable --wait=installed
tells() { on client ping -n -c 1 -W 2 "$1" | grep -q "From 10.1.2.1 .*$2"; }
check "[5.4/unreachable] no route: the router says so" tells 203.0.113.9 "Destination Net Unreachable"
check "[5.4/unreachable] nobody there: the router says so" tells 10.1.4.99 "Destination Host Unreachable"
