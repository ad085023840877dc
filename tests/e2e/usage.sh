#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The ledger of usage: what was sent, to the byte, whatever dies on the way.
#
#   i1 10.1.2.30 (and 10.1.2.99, which is nobody's)        i2 10.1.2.50
#        h1 (agent killed) --------------------------------- h2
#                     coordinator (killed)
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/usage.yaml"

# send FROM TO COUNT SIZE [SOURCE]: datagrams; with Ethernet, IPv4 and UDP header each has 42 bytes more.
send() {
    on "$1" python3 -c 'import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    if len(sys.argv) > 4: s.bind((sys.argv[4], 0))
    for _ in range(int(sys.argv[2])): s.sendto(bytes(int(sys.argv[3])), (sys.argv[1], 9999))' "${@:2}"
}
# used RECORD: tx packets, tx bytes, rx packets, rx bytes, tx drops of the ledger.
used() {
    weft usage --record "$1" -o json |
        jq -r '.total | [.["tx-packets"], .["tx-bytes"], .["rx-packets"], .["rx-bytes"], .["tx-drops"]] | join(" ")'
}
# counted RECORD: the same of the counters on its host.
counted() {
    weft counters "$1" -o json | jq -r '.records[0] | [.["tx-packets"], .["tx-bytes"], .["rx-packets"],
        .["rx-bytes"], ([.drops[]?.packets] | add // 0)] | join(" ")'
}
# sum "A B..." "C D...": of the numbers, one by one.
sum() { paste -d ' ' <(tr ' ' '\n' <<<"$1") <(tr ' ' '\n' <<<"$2") | awk '{print $1 + $2}' | paste -s -d ' '; }
# is RECORD "NUMBERS": the ledger says so.
is() {
    local now
    now=$(used "$1")
    echo "$1: the ledger says '$now', expected '$2'"
    [ "$now" = "$2" ]
}
# quiet: for more than two reports, nothing is counted; then before1 and before2 say what there is.
quiet() {
    local was1 was2
    was1=$(used blue-i1) was2=$(used blue-i2)
    sleep 2.5
    before1=$(used blue-i1) before2=$(used blue-i2)
    [ "$was1 $was2" = "$before1 $before2" ]
}
# No address resolution, which would be counted as well.
know() {
    pings "$1" "$2" || return 1
    on "$1" ip -j neigh show "$2" >"$scratch/neighbour"
    on "$1" ip neigh replace "$2" lladdr "$(jq -r '.[0].lladdr' "$scratch/neighbour")" \
        dev "$(jq -r '.[0].dev' "$scratch/neighbour")" nud permanent
}
settle() { know i1 10.1.2.50 && know i2 10.1.2.30 && until_true 30 quiet; }
# grows WHAT "i1's NUMBERS" "i2's NUMBERS": what the ledger has more than before.
grows() {
    check "[8.4/exact] $1: to the byte where it comes from" until_true 10 is blue-i1 "$(sum "$before1" "$2")"
    check "[8.4/exact] $1: to the byte where it goes" until_true 10 is blue-i2 "$(sum "$before2" "$3")"
    before1=$(used blue-i1) before2=$(used blue-i2)
}

# Their kernels' own solicitations for IPv6 would be counted among the drops.
for name in i1 i2; do on "$name" sysctl -qw net.ipv6.conf.all.disable_ipv6=1; done
# Were nobody to listen, the refusals would be counted as well.
for name in i1 i2; do
    start "$name" python3 -c 'import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("0.0.0.0", 9999))
    while True: s.recv(65536)' &
    servers+=($!)
    until_true 5 on "$name" sh -c 'ss -Hlun "sport = 9999" | grep -q .'
done
check "[8.4/exact] the instances reach each other" settle
check "[8.4/exact] 7 datagrams of 100 bytes" send i1 10.1.2.50 7 100
check "[8.4/exact] 5 of 300 bytes back" send i2 10.1.2.30 5 300
grows "both directions" "7 994 5 1710 0" "5 1710 7 994 0"

on i1 ip address add 10.1.2.99/32 dev lo
check "[1.1/monitoring] 3 forged datagrams" send i1 10.1.2.50 3 10 10.1.2.99
grows "drops" "0 0 0 0 3" "0 0 0 0 0"
monitored() { [ "$(counted blue-i1)" = "$before1" ]; }
check "[1.1/monitoring] the record's counters say packets, bytes and drops" monitored

check "[8.4/exact] the agent of h1 is killed" lab agent kill h1
check "[8.4/exact] 11 datagrams meanwhile" send i1 10.1.2.50 11 100
check "[8.4/exact] it starts again" lab agent start h1
grows "without an agent" "11 1562 0 0 0" "0 0 11 1562 0"

check "[8.4/exact] the coordinator is killed" lab coordinator kill
check "[8.4/exact] 13 datagrams meanwhile" send i1 10.1.2.50 13 100
check "[8.4/exact] it starts again" lab coordinator start
check "[8.4/exact] sessions are back" until_true 20 all_connected
grows "without a coordinator" "13 1846 0 0 0" "0 0 13 1846 0"

check "[8.4/exact] 17 datagrams, and both are killed" send i1 10.1.2.50 17 100
lab agent kill h1
lab coordinator kill
check "[8.4/exact] both start again" lab coordinator start
lab agent start h1
check "[8.4/exact] sessions are back" until_true 20 all_connected
grows "without either" "17 2414 0 0 0" "0 0 17 2414 0"

check "[8.4/move] 19 datagrams, and i1 moves" send i1 10.1.2.50 19 100
check "[8.4/move] to h2" weft instance move i1 h2
left=$(sum "$before1" "19 2698 0 0 0")
moved() { is blue-i1 "$(sum "$left" "$(counted blue-i1)")"; }
check "[8.4/move] the ledger has what h1 counted and what h2 counts" until_true 20 moved
check "[1.1/monitoring] the counters follow the record to its host" \
    bash -c "'$top/packaging/lab' weft counters blue-i1 -o json | jq -e '[.records[].host] == [\"h2\"]'"
check "[8.4/move] they reach each other" settle
check "[8.4/move] 23 datagrams on one host" send i1 10.1.2.50 23 100
grows "after the move" "23 3266 0 0 0" "0 0 23 3266 0"

check "[8.4/detach] 29 datagrams, and the agent dies" send i1 10.1.2.50 29 100
lab agent kill h2
check "[8.4/detach] the record is detached meanwhile" weft record detach blue-i1 --wait=store
check "[8.4/detach] the agent starts again" lab agent start h2
check "[8.4/detach] nothing is lost where it came from" until_true 20 is blue-i1 "$(sum "$before1" "29 4118 0 0 0")"
check "[8.4/detach] and where it went" until_true 20 is blue-i2 "$(sum "$before2" "0 0 29 4118 0")"
attached() { weft usage --record blue-i1 -o json | jq '.total["attached-seconds"]'; }
detached=$(attached)
check "[8.4/recurring] it was attached for a time" [ "$detached" -gt 0 ]

deleted() { weft record delete blue-i1; }
check "[8.4/export] the record is deleted" until_true 20 deleted
total=$(used blue-i1)
check "[8.4/recurring] attached time has ended with the detach" [ "$(attached)" = "$detached" ]
# csv FILE NUMBERS: both lines of it, the record's and the total.
csv() {
    python3 -c 'import csv, sys
record, total = csv.DictReader(open(sys.argv[1]))
assert record["name"] == "blue-i1" and record["account"] == "12, Main Street", record
assert record["estimated"] == "no" and total["name"] == "total of 1 record", total
for line in record, total:
    print(line)
    got = [line[k] for k in ("tx_packets", "tx_bytes", "rx_packets", "rx_bytes", "tx_drops")]
    assert " ".join(got) == sys.argv[2], got' "$@"
}
weft usage --record blue-i1 -o csv >"$scratch/usage.csv"
check "[8.4/export] CSV names it and says the same as JSON" csv "$scratch/usage.csv" "$total"
check "[8.4/account] by account" [ "$(weft usage --account other -o json | jq -r '[.records[].name] | join(" ")')" = blue-i2 ]
hour=$(date -u +%Y-%m-%dT%H:00Z)
next=$(date -u -d '1 hour' +%Y-%m-%dT%H:00Z)
past=$(date -u -d '-1 day' +%Y-%m-%dT%H:00Z)
check "[8.4/period] this hour's and the last day's before it are all there is" [ "$(
    { weft usage --from "$past" --to "$hour" -o json; weft usage --from "$hour" --to "$next" -o json; } |
        jq -s '[.[].total["tx-bytes"]] | add')" = "$(weft usage -o json | jq '.total["tx-bytes"]')" ]
check "[8.4/period] a time that is none is refused by name" \
    bash -c "! '$top/packaging/lab' weft usage --from noon 2>&1 | grep -v 'from: a time in UTC such as'"
