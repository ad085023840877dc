#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Routes from one partition into another: with the other's consent, both ways, and nobody else.
#
#   a 10.1.2.30 (blue), g2 10.2.2.31 (green), r 10.3.2.30 (red)      g 10.2.2.50 (green)
#                                    h1 ----------------------------- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/peering.yaml"
for name in a g g2; do serve "$name"; done

check "[5.4/peering] green's group lets blue's addresses in" \
    weft group rule add green/default "ingress any from 10.1.0.0/16" --wait=installed
check "[5.4/peering] over IPv6 too" \
    weft group rule add green/default "ingress any from 2001:db8:10::/44" --wait=installed
check "[5.4/peering] without a route nothing passes" silent a 10.2.2.50
refuse "[5.4/peering] a route without consent is refused" \
    weft route-table route add blue/main "10.2.0.0/16 partition green"
check "[5.4/peering] green names blue as its peer" weft partition modify green --peer blue --wait=installed
refuse "[5.4/peering] a route to addresses that green does not have is refused" \
    weft route-table route add blue/main "10.9.0.0/16 partition green"
check "[5.4/peering] now blue may route there" \
    weft route-table route add blue/main "10.2.0.0/16 partition green" --wait=installed
before=$(dropped g no_route)
check "[5.4/peering] the way back is green's own route" silent a 10.2.2.50
check "[5.4/peering] without it replies are dropped and counted" until_true 5 grew "$before" dropped g no_route
check "[5.4/peering] blue names green as its peer" weft partition modify blue --peer green --wait=installed
check "[5.4/peering] and green routes back" \
    weft route-table route add green/main "10.1.0.0/16 partition blue" --wait=installed
for name in blue green; do
    other=$([ "$name" = blue ] && echo green || echo blue)
    weft route-table route add "$name/main" \
        "2001:db8:$([ "$name" = blue ] && echo 20 || echo 10)::/44 partition $other" --wait=installed
done
check "[5.4/peering] across hosts they talk" answers a 10.2.2.50 g tcp
check "[5.4/peering] on one host too" answers a 10.2.2.31 g2 udp
check "[5.6/peering] and over IPv6" pings a 2001:db8:22::50
check "[5.6/peering] on one host as well" pings a 2001:db8:22::31
traced() {
    weft trace --from a --to 10.2.2.50 --proto tcp --dport 7777 | tee "$scratch/trace"
    grep -q "route: 10.2.0.0/16 of table main, in another partition" "$scratch/trace" &&
        grep -q "delivered to" "$scratch/trace"
}
check "[8.3/trace] [5.4/peering] trace follows it across" traced

before=$(dropped a ingress_group)
check "[5.4/peering] the rules of the receiver hold: green may not open to blue" mute g 10.1.2.30 a tcp
check "[5.4/peering] which is counted" until_true 5 grew "$before" dropped a ingress_group
check "[4.1/tag] a rule by group of the other partition" \
    weft group rule add blue/default "ingress tcp 7777 from group green/default" --wait=installed
check "[4.1/tag] lets its members in" answers g 10.1.2.30 a tcp
check "[4.1/tag] and nothing but that" mute g 10.1.2.30 a udp

before=$(dropped r no_route)
check "[4.5/peering] a third partition sees neither" silent r 10.2.2.50
check "[4.5/peering] nor on its own host" silent r 10.1.2.30
check "[4.5/peering] which is counted" until_true 5 grew "$before" dropped r no_route
same() { weft export >"$scratch/cloud.yaml" && weft diff -f "$scratch/cloud.yaml"; }
check "[8.1/peering] what is exported is what is there" same

check "[5.4/peering] green withdraws its consent" weft partition modify green --peer "" --wait=installed
before=$(dropped a blackhole)
check "[5.4/peering] nothing passes any more" silent a 10.2.2.50
check "[5.4/peering] the route is a blackhole, counted" until_true 5 grew "$before" dropped a blackhole
check "[5.4/peering] and the record says why" says "is a blackhole: partition green" weft record show a -o yaml
