#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The monitor shows what passes, by filter, among other traffic; what it could not show adds up.
#
#   i1 10.1.2.30, i4          i2 10.1.2.50, i3 10.1.3.7
#        h1 --------------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
serve i2
serve i3
agent=/run/weft-lab/h1/agent.sock

# watch NAME ARGS...: a monitor of h1's agent in the background, its lines in $scratch/NAME.
watch() {
    local name=$1
    shift
    "$top/packaging/lab" weft monitor --agent $agent -o json "$@" >"$scratch/$name" 2>"$scratch/$name.err" &
    monitors[$name]=$!
}
declare -A monitors
# Ends it and waits for its last words.
unwatch() {
    kill -TERM "${monitors[$1]}"
    wait "${monitors[$1]}"
}
# How many ports on h1 are watched, as its map says.
watched() {
    bpftool -j map dump pinned /run/weft-lab/h1/bpf/weft/weft_port_v4 | python3 -c '
import json, sys
flags = [entry["formatted"]["value"]["flags"] for entry in json.load(sys.stdin) if "formatted" in entry]
print(sum(1 for f in flags if f & (3 << 12)))'
}
is_watched() { [ "$(watched)" = "$1" ]; }
sum() { python3 - "$@" <<'P'
import json, sys
seen = lost = 0
for line in open(sys.argv[1]):
    event = json.loads(line)
    seen += event.get("verdict") != "lost"
    lost += event.get("lost", 0)
print(seen, lost)
P
}

check "[8.3/monitor] nobody watches, no record is marked" is_watched 0
watch web --verdicts --record blue-i1 --remote 10.1.2.50/32 --proto tcp --port 7777 --direction tx
check "[8.3/monitor] a monitor of one record marks it alone" until_true 10 is_watched 1
watch all --verdicts
check "[8.3/monitor] a second one with another filter marks them all" until_true 10 is_watched 2
check "[8.3/monitor] traffic of its filter" answers i1 10.1.2.50 i2 tcp
check "[8.3/monitor] and other traffic" answers i1 10.1.3.7 i3 tcp
check "[8.3/monitor] over another protocol too" answers i1 10.1.2.50 i2 udp
shows() { grep -q "$2" "$scratch/$1"; }
check "[8.3/monitor] the wide one shows what the others said" until_true 10 shows all 10.1.3.7
check "[8.3/monitor] the narrow one ends with its sums" unwatch web
exactly() {
    python3 - "$scratch/web" <<'P'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
packets = [e for e in events if e.get("verdict") != "lost"]
assert len(packets) >= 3, packets
for e in packets:
    assert e["verdict"] == "sent" and e["direction"] == "tx", e
    assert "10.1.2.30 > 10.1.2.50" in e["packet"] and "> 7777" in e["packet"] and "TCP" in e["packet"], e
    assert e["framework"].startswith("geneve/") and e["peer"].startswith("host-"), e
    assert e["rule-of"].startswith("sg-"), e
assert packets[0]["flow"] == "new", packets[0]
assert all(e["flow"] == "established" for e in packets[1:]), packets
P
}
check "[8.3/monitor] it shows each packet of the connection and nothing else" exactly
check "[8.3/monitor] with what it said at the end" grep -q "packets; 0 events were lost" "$scratch/web.err"
check "[8.3/monitor] a killed monitor" kill -9 "${monitors[all]}"
check "[8.3/monitor] unmarks the records" until_true 10 is_watched 0

# Many packets: those shown and those lost are all there are.
watch flood --verdicts --record blue-i1 --proto udp --direction tx
check "[8.3/sampling] a monitor watches a flood" until_true 10 is_watched 1
# Its neighbour is known for good, so that no ARP comes in between.
settle() {
    local neighbour device mac
    neighbour=$(on i1 ip -j neighbour show 10.1.2.50)
    device=$(jq -r '.[0].dev' <<<"$neighbour")
    mac=$(jq -r '.[0].lladdr' <<<"$neighbour")
    on i1 ip neighbour replace 10.1.2.50 lladdr "$mac" dev "$device" nud permanent
}
check "[8.3/sampling] its neighbour is settled" settle
flood() {
    on i1 python3 - <<'P'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(20000):
    s.sendto(b"x", ("10.1.2.50", 9))
P
}
check "[8.3/sampling] 20000 packets go out" flood
check "[8.3/sampling] the monitor ends" unwatch flood
adds_up() {
    read -r seen lost < <(sum "$scratch/flood")
    echo "seen $seen, lost $lost"
    [ "$seen" -gt 0 ] && [ "$lost" -gt 0 ] && [ $((seen + lost)) = 20000 ]
}
check "[8.3/sampling] those shown and those lost are all that were sent" adds_up
check "[8.3/sampling] losses were shown as they grew" grep -q "events were lost" "$scratch/flood.err"

# A restarted agent unmarks what a dead one had marked.
watch dead --verdicts --record blue-i1
check "[8.3/monitor] a record is watched" until_true 10 is_watched 1
check "[8.3/monitor] the agent dies" lab agent kill h1
check "[8.3/monitor] it starts again" lab agent start h1
check "[8.3/monitor] and nobody is watched any more" until_true 10 is_watched 0
