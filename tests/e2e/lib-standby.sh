# SPDX-License-Identifier: Apache-2.0
# Sourced by scenarios about who of a and b has the record service (labs/failover.yaml), once the lab is up: both
# send from its address all the time, c writes down whom it hears. Two at once would be heard in turns.
# shellcheck shell=bash disable=SC2154

daemon() { lab status | awk -v name="$1" '$2 == name {print $4}'; }
stop() { kill -STOP "$(daemon "$1")"; }
resume() { kill -CONT "$(daemon "$1")"; }
attachment() { weft attachment show "$(weft record show service -o json | jq -r '.attachments[0]')" -o json; }
field() {
    weft record show service -o json |
        jq -r --arg name "$1" '.[$name] | if type == "array" then join(",") else tostring end'
}
id() { weft instance show "$1" -o json | jq -r .id; }
has() { [ "$(field instances)/$(field attachment-status)" = "$(id "$1")/attached" ]; }
listed() { [ "$(field standbys)" = "$(id "$1")" ]; }
held() { [ "$(attachment | jq '."lease-held"')" = 3 ]; }
connected() { weft host show "$1" -o json | jq -e '.session == "connected"'; }
# comes_from NAME [SECONDS]: c hears NAME from now on, or within the time.
comes_from() { until_true "${2:-15}" more "$1" "$(wc -l <"$scratch/heard")"; }
more() {
    [ "$(tail -n "+$(($2 + 1))" "$scratch/heard" | grep -c "^$1$")" -ge 20 ] &&
        [ "$(tail -n 1 "$scratch/heard")" = "$1" ]
}
quiet() {
    local before
    before=$(wc -l <"$scratch/heard")
    sleep 0.3
    [ "$(wc -l <"$scratch/heard")" = "$before" ]
}
# in_turn NAME...: whom c heard, one after the other, from the begin.
in_turn() { [ "$(uniq "$scratch/heard" | tr '\n' ' ')" = "$* " ] || { uniq -c "$scratch/heard"; return 1; }; }

start c python3 -uc '
import socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("10.1.2.9", 7000))
while True: print(receiver.recv(100).decode())' >"$scratch/heard" 2>"$scratch/receiver" &
servers+=($!)
for name in a b; do
    start "$name" python3 -c '
import socket, sys, time
while True:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("10.1.2.30", 0))
            sender.sendto(sys.argv[1].encode(), ("10.1.2.9", 7000))
    except OSError:
        pass
    time.sleep(0.005)' "$name" 2>/dev/null &
    servers+=($!)
done
