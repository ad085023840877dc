#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One record with addresses of two subnets: each address is under the ACL, the route table and the router of its own.
#
#   server  10.1.2.30 (data)                      client    10.1.2.50 (data)
#           10.1.3.30 (admin: ACL, routes)        operator  10.1.3.50 (admin)
#             |                                   visitor   10.1.4.50 (outside)
#             h1 ----------------------------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/subnets.yaml"

check "[1.1/subnets] the record says which subnet each address is of" \
    says "10.1.2.30 in data, 10.1.3.30 in admin" weft record show server
has() { on server ip -4 -o address show dev eth0 | grep -F "inet $1/24 "; }
check "[1.1/subnets] the instance has the one" has 10.1.2.30
check "[1.1/subnets] and the other" has 10.1.3.30
check "[2.2/subnets] each is reached in its subnet" until_true 5 pings client 10.1.2.30
check "[2.2/subnets] from another host" until_true 5 pings operator 10.1.3.30
check "[2.2/subnets] and by way of the router" pings visitor 10.1.3.30

serve server
check "[4.2/subnets] the first subnet has no ACL" answers visitor 10.1.2.30 server tcp
before=$(dropped server ingress_acl)
check "[4.2/subnets] the second one's refuses what it denies" mute visitor 10.1.3.30 server tcp
check "[4.2/subnets] which is counted" until_true 5 grew "$before" dropped server ingress_acl
check "[4.2/subnets] and lets the rest pass" pings visitor 10.1.3.30
trace() { weft trace --from visitor --to "$1" --proto tcp --dport 7777; }
told() { ! trace 10.1.3.30 >"$scratch/trace" && grep -q 'dropped: ingress_acl' "$scratch/trace"; }
check "[8.3/subnets] a trace says so" told
check "[8.3/subnets] of the one, and not of the other" trace 10.1.2.30

from() { on server ping -n -I "$1" -i 0.05 -W 1 -c 3 "$2"; }
check "[5.1/subnets] the router of the first subnet answers" from 10.1.2.30 10.1.2.1
check "[5.1/subnets] so does that of the second one" from 10.1.3.30 10.1.3.1
before=$(dropped server no_route)
refuse "[5.4/subnets] the first subnet's table has no such route" from 10.1.2.30 198.51.100.1
check "[5.4/subnets] which is counted" until_true 5 grew "$before" dropped server no_route
before=$(dropped server blackhole)
refuse "[5.4/subnets] the second one's has a blackhole" from 10.1.3.30 198.51.100.1
check "[5.4/subnets] which is counted" until_true 5 grew "$before" dropped server blackhole

check "[1.5/subnets] a TCP connection to the first subnet's address" talk visitor server 10.1.2.30
steady_ping client 10.1.2.30
refuse "[1.4/subnets] the subnet stays while the record has an address of it" weft record modify server --subnets ""
refuse "[1.14/subnets] nor is it deleted" weft subnet delete blue/admin
check "[1.5/subnets] the second subnet and its address are withdrawn" \
    weft record modify server --subnets "" --addresses 10.1.2.30 --wait=installed
check "[1.5/subnets] it is not reached any more" silent operator 10.1.3.30
check "[1.5/subnets] the connection goes on" hears without
check "[1.2/subnets] the subnet is given back, and an address of it chosen" \
    weft record modify server --subnets admin --wait=installed
chosen=$(weft record show server -o json | jq -r '.addresses[1]')
check "[1.5/subnets] it is reached" until_true 5 pings operator "$chosen"
check "[4.2/subnets] under its subnet's ACL" mute visitor "$chosen" server tcp
check "[1.5/subnets] the connection goes on" hears again
check "[1.5/subnets] of the steady ping no packet was lost" none_lost
listed() { [ "$(weft record list --subnet admin -o name | wc -l)" = 2 ]; }
check "[1.7/subnet] the record is found by its second subnet" listed

check "[2.8/subnets] the instance moves" weft instance move server h2
check "[2.8/subnets] both addresses move along" until_true 5 pings client 10.1.2.30
check "[2.8/subnets] the second one too" until_true 5 pings visitor "$chosen"
check "[2.8/subnets] its ACL is there" mute visitor "$chosen" server tcp
