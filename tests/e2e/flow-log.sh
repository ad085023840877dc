#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Flow logs: what was sent is what the log sums up to, what was refused is there as REJECT, other records are not,
# a quiet interval says NODATA, and an agent that died and came back says nothing twice.
#
#   i1 10.1.2.30 (logged), i4 10.1.2.31          i2 10.1.2.50
#        h1 (log every 2 s) ------------------------ h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/flow-log.yaml"
log=/run/weft-lab/h1/log/flows.log
id_of() { weft record show "$1" -o json | jq -r .id; }
i1=$(id_of blue-i1)
i4=$(id_of blue-i4)

# burst FROM ADDRESS PORT COUNT: so many UDP datagrams of 100 bytes, which are frames of 142.
burst() {
    on "$1" python3 - "${@:2}" <<'P'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[3])):
    s.sendto(bytes(100), (sys.argv[1], int(sys.argv[2])))
P
}
# sink NAME PORT: takes datagrams, so that no ICMP error answers them.
sink() {
    start "$1" socat -u "UDP-RECV:$2" /dev/null &
    servers+=($!)
    until_true 5 on "$1" sh -c "ss -Hlun 'sport = $2' | grep -q ."
}
for port in 9000 9003 9004; do sink i2 $port; done
sink i1 9001

# logged SOURCE DESTINATION PORT ACTION PACKETS: the log's lines of that sum up to so many, of 142 bytes each.
logged() {
    awk -v record="$i1" -v from="$1" -v to="$2" -v port="$3" -v action="$4" -v packets="$5" '
        $3 == record && $4 == from && $5 == to && $7 == port && $8 == 17 && $13 == action && $14 == "OK" {
            p += $9; b += $10; if ($11 > $12) bad = 1 }
        END { print p + 0, b + 0; exit !(p == packets && b == 142 * packets && !bad) }' "$log"
}
quiet() { tail -n 1 "$log" | grep -q " $i1 - - - - - - - [0-9]* [0-9]* - NODATA$"; }

check "[8.3/flow-log] a record's flows are to be logged" weft record modify blue-i1 --flow-log all --wait=installed
check "[8.3/flow-log] an interval without traffic says NODATA" until_true 10 quiet
check "[8.3/flow-log] what is sent" burst i1 10.1.2.50 9000 250
check "[8.3/flow-log] is in the log, packet by packet and byte by byte" \
    until_true 10 logged 10.1.2.30 10.1.2.50 9000 ACCEPT 250
check "[8.3/flow-log] what is received" burst i2 10.1.2.30 9001 70
check "[8.3/flow-log] is as well" until_true 10 logged 10.1.2.50 10.1.2.30 9001 ACCEPT 70
check "[8.3/flow-log] with the record's account as one word" grep -q "^2 acme_7 $i1 " "$log"

# All that the record received went through its flows.
as_counted() {
    local counted
    counted=$(weft counters blue-i1 -o json | jq '[.records[]."rx-packets"] | add')
    awk -v record="$i1" -v counted="$counted" '
        $3 == record && $5 == "10.1.2.30" && $13 == "ACCEPT" { p += $9 }
        END { print p, counted; exit p != counted }' "$log"
}
check "[8.3/flow-log] the record's counter of what it received says the same" until_true 10 as_counted

check "[8.3/flow-log] a group that lets nothing in" \
    weft group create shut --partition blue --rule "egress any to any"
check "[8.3/flow-log] is the record's" weft record modify blue-i1 --security-group shut --wait=installed
check "[8.3/flow-log] what is refused" burst i2 10.1.2.30 9002 33
check "[8.3/flow-log] is in the log with REJECT" until_true 10 logged 10.1.2.50 10.1.2.30 9002 REJECT 33
check "[8.3/flow-log] another record sends too" burst i4 10.1.2.50 9003 10
check "[8.3/flow-log] it is quiet again" until_true 10 quiet
refuse "[8.3/flow-log] the other record is not in the log" grep -q "$i4" "$log"
as_json() {
    jq -s -e --arg record "$i1" '[.[] | select(."interface-id" == $record and .srcaddr == "10.1.2.30" and
        .dstport == 9000 and .action == "ACCEPT").packets] | add == 250' /run/weft-lab/h1/log/flows.json
}
check "[8.3/flow-log] the JSON says the same" as_json

check "[8.3/flow-log] more is sent" burst i1 10.1.2.50 9004 40
check "[8.3/flow-log] the agent dies" lab agent kill h1
check "[8.3/flow-log] more is sent without it" burst i1 10.1.2.50 9004 60
check "[8.3/flow-log] it starts again" lab agent start h1
check "[8.3/flow-log] all of it is in the log, and once" until_true 15 logged 10.1.2.30 10.1.2.50 9004 ACCEPT 100
check "[8.3/flow-log] what was there before is not there again" logged 10.1.2.30 10.1.2.50 9000 ACCEPT 250
marked() { [ "$(grep -c " $i1 - - - - - - - [0-9]* [0-9]* - SKIPDATA$" "$log")" = 1 ]; }
check "[8.3/flow-log] one interval is marked SKIPDATA" marked
check "[8.3/flow-log] it is quiet again" until_true 10 quiet
check "[8.3/flow-log] and stays so" logged 10.1.2.30 10.1.2.50 9004 ACCEPT 100
check "[8.3/flow-log] an orderly stop" lab agent stop h1
check "[8.3/flow-log] and start" lab agent start h1
check "[8.3/flow-log] it goes on" until_true 10 quiet
check "[8.3/flow-log] and marks nothing" marked
