#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A record's own limit of tracked flows and its own timeouts, while it is attached; the others beside it.
#
#   i1 10.1.2.30 (blue)                  i2 10.1.2.50 (blue)
#   r1 10.1.2.30 (red)                   r2 10.1.2.50 (red)
#        h1 --------------------------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
for name in i2 r2; do serve "$name"; done
modify() { weft record modify "$@" --wait=installed; }

# flood FIRST: one datagram from each of 500 ports, so as many flows of i1.
flood() {
    on i1 python3 -c '
import socket, sys
for port in range(int(sys.argv[1]), int(sys.argv[1]) + 500):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("10.1.2.30", port))
        s.sendto(b"x", ("10.1.2.50", 9))' "$1"
}
refused() { dropped blue-i1 flow_quota; }
none_refused() { local before=$1; flood 30000 && ! grew "$before" refused; }

check "[4.6/default] by default 500 flows are few" flood 20000
check "[4.6/default] none is refused" [ "$(refused)" = 0 ]
check "[4.6/limit] i1 may have 600 flows" modify blue-i1 --flow-limit 600
check "[4.6/limit] 500 more are begun" flood 30000
check "[4.6/limit] those above the limit are refused and counted" until_true 10 grew 350 refused
check "[4.6/others] another record of the host begins flows all the while" answers r1 10.1.2.50 r2 udp
check "[4.6/others] over TCP too" answers r1 10.1.2.50 r2 tcp
check "[4.6/limit] it may have 5,000" modify blue-i1 --flow-limit 5000
check "[4.6/limit] now they begin" flood 30000
before=$(refused)
check "[4.6/limit] none is refused any more" none_refused "$before"
check "[4.6/show] the record shows its limit" says "flow-limit: 5000" weft record show blue-i1 -o yaml

check "[4.6/reserve] all of the host's flows are asked for" \
    weft record modify blue-i1 --flow-limit 1048576 --wait=store
check "[4.6/reserve] that is refused with the reason" until_true 10 says "flow limit 1048576" weft status
check "[4.6/reserve] the former limit stays in force" flood 40000
check "[4.6/reserve] with room for another 500" none_refused "$before"
check "[4.6/others] and the other records theirs" answers r1 10.1.2.50 r2 udp
check "[4.6/reserve] what fits is granted again" modify blue-i1 --flow-limit 6000
well() { ! says "flow limit" weft status; }
check "[4.6/reserve] and nothing is refused" until_true 10 well

# A server that takes its time; the record lets replies in and nothing else.
late() { start i2 socat -t 10 UDP-RECVFROM:7790,reuseaddr,fork SYSTEM:"read -r asked; sleep 3; echo late"; }
late &
servers+=($!)
asks() { echo "?" | on i1 timeout 10 socat -t 6 - "UDP:10.1.2.50:7790" | grep -q late; }
no_answer() { ! asks; }
check "[4.6/timeout] i2 lets everybody in" weft group create open --partition blue --rule "ingress any from any"
check "[4.6/timeout] by its group" weft record modify blue-i2 --security-group open --wait=installed
check "[4.6/timeout] a group that lets only out" weft group create out --partition blue --rule "egress any to any"
check "[4.6/timeout] is i1's" modify blue-i1 --security-group out
check "[4.6/timeout] the answer comes after 3 s" asks
before=$(dropped blue-i1 ingress_group)
check "[4.6/timeout] i1 forgets UDP after a second" modify blue-i1 --udp-timeout 1
check "[4.6/timeout] the answer comes too late" no_answer
check "[4.6/timeout] it is refused as what nobody asked for" until_true 10 grew "$before" dropped blue-i1 ingress_group
check "[4.6/timeout] the host's own timeouts again" modify blue-i1 --udp-timeout 0
check "[4.6/timeout] the answer is in time" asks
