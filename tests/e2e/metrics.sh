#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Prometheus' view: what happens is counted by the exact number, on the side and for the reason where it did.
#
#   i1 10.1.2.30 (and 10.1.2.99, which is nobody's)        i2 10.1.2.50
#        h1 (killed) --------------------------------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/metrics.yaml"

# scrape NAME: what the daemon of this host, or the coordinator, exposes.
scrape() {
    local port=9101
    [ "$1" != coordinator ] || port=9102
    on "$1" python3 -c 'import sys, urllib.request
sys.stdout.write(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())' "http://127.0.0.1:$port/metrics"
}
# value NAME SERIES: of one series.
value() { scrape "$1" | SERIES=$2 awk 'index($0, ENVIRON["SERIES"] " ") == 1 {print $NF}'; }
# rose OLD BY NAME SERIES: the series is exactly that much more than it was.
rose() {
    local new
    new=$(value "$3" "$4")
    echo "$3 $4: it was $1, it is ${new:-nothing}"
    [ "${new:-nothing}" = $(($1 + $2)) ]
}
drop() { echo "weft_agent_dropped_packets_total{reason=\"$1\",direction=\"$2\"}"; }
# send NAME COUNT [SOURCE]: datagrams to i2, each from a port of its own.
send() {
    on "$1" python3 -c 'import socket, sys
for _ in range(int(sys.argv[1])):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((sys.argv[2], 0))
        s.sendto(b"x", ("10.1.2.50", 9999))' "$2" "${3:-10.1.2.30}"
}

check "[8.3/metrics] the instances reach each other" pings i1 10.1.2.50
# No address resolution from now on, which would be counted as well.
on i1 ip -j neigh show 10.1.2.50 >"$scratch/neighbour"
on i1 ip neigh replace 10.1.2.50 lladdr "$(jq -r '.[0].lladdr' "$scratch/neighbour")" \
    dev "$(jq -r '.[0].dev' "$scratch/neighbour")" nud permanent
on i1 ip address add 10.1.2.99/32 dev lo

flows1=$(value h1 weft_agent_flows_added_total)
flows2=$(value h2 weft_agent_flows_added_total)
received=$(value h2 'weft_agent_packets_total{direction="rx"}')
bytes=$(value h2 'weft_agent_bytes_total{direction="rx"}')
check "[8.3/metrics] five datagrams are sent" send i1 5
check "[8.3/metrics] they are five flows where they come from" until_true 5 rose "$flows1" 5 h1 weft_agent_flows_added_total
check "[8.3/metrics] and where they go" until_true 5 rose "$flows2" 5 h2 weft_agent_flows_added_total
check "[8.3/metrics] five packets" rose "$received" 5 h2 'weft_agent_packets_total{direction="rx"}'
check "[8.3/metrics] of 14 + 20 + 8 + 1 bytes each" rose "$bytes" 215 h2 'weft_agent_bytes_total{direction="rx"}'
record=$(weft record show blue-i1 -o json | jq -r .id)
check "[8.3/metrics] of single records where that is asked for" \
    until_true 5 bash -c "[ \"\$1\" -ge 5 ]" - "$(value h1 "weft_agent_record_packets_total{record=\"$record\",direction=\"tx\"}")"
no_records() { scrape h2 >"$scratch/h2" && ! grep -q weft_agent_record_ "$scratch/h2"; }
check "[8.3/metrics] and nowhere else" no_records

spoofed=$(value h1 "$(drop source_address tx)")
check "[8.3/metrics] three forged datagrams" send i1 3 10.1.2.99
check "[8.3/metrics] are three drops for their reason, as sent" until_true 5 rose "$spoofed" 3 h1 "$(drop source_address tx)"
check "[8.3/metrics] none as received" rose 0 0 h1 "$(drop source_address rx)"
check "[8.3/metrics] none on the other host" rose 0 0 h2 "$(drop source_address tx)"
check "[8.3/metrics] none for another reason" rose 0 0 h1 "$(drop source_mac tx)"

check "[8.3/metrics] i2 lets nothing in" bash -c "
    '$top/packaging/lab' weft group create closed --partition blue --rule 'egress any to any' &&
    '$top/packaging/lab' weft record modify blue-i2 --security-group closed --wait=installed"
refused=$(value h2 "$(drop ingress_group rx)")
check "[8.3/metrics] four datagrams" send i1 4
check "[8.3/metrics] are four drops, as received" until_true 5 rose "$refused" 4 h2 "$(drop ingress_group rx)"
check "[8.3/metrics] none as sent" rose 0 0 h2 "$(drop ingress_group tx)"

conflicts() { value coordinator 'weft_coordinator_request_seconds_count{verb="create group",result="conflict"}'; }
refuse "[8.3/metrics] a second group of that name is refused" \
    weft group create closed --partition blue --rule "egress any to any"
check "[8.3/metrics] one request, with its result" [ "$(conflicts)" = 1 ]
check "[8.3/metrics] the hosts are connected" rose 2 0 coordinator 'weft_coordinator_hosts{state="connected"}'
check "[8.3/convergence] what hosts installed was timed" \
    bash -c "[ \"\$1\" -gt 0 ]" - "$(value coordinator weft_coordinator_convergence_seconds_count)"

# What dashboard, alerts and their README name is what the daemons expose.
scrape h1 >"$scratch/agent"
scrape coordinator >"$scratch/coordinator"
check "[8.3/metrics] dashboard, alerts and table name what there is" \
    python3 -B "$top/tests/e2e/metric_names.py" "$top/packaging/dashboards" "$scratch/agent" "$scratch/coordinator"

sent=$(value h1 'weft_agent_packets_total{direction="tx"}')
spoofed=$(value h1 "$(drop source_address tx)")
check "[8.3/metrics] the agent of h1 is killed" lab agent kill h1
check "[8.3/metrics] seven more forged datagrams" send i1 7 10.1.2.99
check "[8.3/metrics] its host is lost" \
    until_true 10 rose 1 0 coordinator 'weft_coordinator_host_session{host="h1",state="lost"}'
check "[8.3/metrics] the other one is not" rose 0 0 coordinator 'weft_coordinator_host_session{host="h2",state="lost"}'
check "[8.3/metrics] the agent starts again" lab agent start h1
check "[8.3/metrics] what happened meanwhile was counted" until_true 10 rose "$spoofed" 7 h1 "$(drop source_address tx)"
check "[8.3/metrics] its session is back" until_true 10 rose 1 0 h1 weft_agent_session_connected

check "[8.3/metrics] its record goes" weft record detach blue-i1
not_less() { [ "$(value h1 'weft_agent_packets_total{direction="tx"}')" -ge "$sent" ]; }
check "[8.3/metrics] what it sent stays in the host's sum" not_less
