#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The wall clock of a host or of the coordinator jumps by hours while a lease is held: leases count from boot, so
# nobody loses one, nobody has it twice, and a failover takes as long as ever. Each daemon has a wall clock of its own
# (tests/harness/wall_clock.cpp).
#
#   a 10.1.2.30           b (its standby)         c 10.1.2.9
#       h1 ------------------ h2 ------------------ h3
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/failover.yaml"
. "$(dirname "$0")/lib-standby.sh"

library=$(jq -r .programs /run/weft-lab/state.json)/libweft-wall-clock.so
# jump CLOCK HOURS: from now on it is so many hours ahead of the machine's.
jump() { printf '%+015d\n' "$(($2 * 3600))" 1<>"$scratch/clock-$1"; }
# own_clock CLOCK DAEMON [HOST]: the daemon starts anew, with that clock.
own_clock() {
    [ -e "$library" ] || { echo "no $library: build weft-wall-clock"; return 1; }
    jump "$1" 0
    lab "$2" stop "${@:3}" && LD_PRELOAD=$library WEFT_WALL_CLOCK=$scratch/clock-$1 lab "$2" start "${@:3}"
}
# ahead HOURS TIME: the time is so far from now.
ahead() {
    local hours
    hours=$((($(date -d "$2" +%s) - $(date +%s) + 1800 + 360000) / 3600 - 100))
    echo "$2 is $hours hours ahead"
    [ "$hours" = "$1" ]
}
coordinator_is() {
    weft instance create "made$1" >/dev/null && ahead "$1" "$(weft instance show "made$1" -o json | jq -r '."create-time"')"
}
agent_is() {
    local line
    line=$(timeout 5 "$top/packaging/lab" weft monitor --agent /run/weft-lab/h1/agent.sock --verdicts --record service |
        head -n 1)
    ahead "$1" "${line%% *}"
}
# lasts NAME: for longer than a lease is c hears nobody else.
lasts() {
    local from
    from=$(($(wc -l <"$scratch/heard") + 1))
    until_true 20 heard_since "$from" && [ "$(tail -n "+$from" "$scratch/heard" | uniq)" = "$1" ]
}
heard_since() { [ "$(tail -n "+$1" "$scratch/heard" | wc -l)" -ge 700 ]; }

check "[2.11/clock] the coordinator has a wall clock of its own" own_clock coordinator coordinator
check "[2.11/clock] so has the agent of h1" own_clock h1 agent h1
check "[2.11/clock] all are connected" until_true 30 all_connected
check "[2.11/clock] a has the record" comes_from a
check "[2.11/clock] under a lease" until_true 10 held

for hours in 5 -7; do
    jump h1 "$hours"
    check "[2.11/clock] the clock of a's host jumps to $hours hours" agent_is "$hours"
    check "[2.11/clock] a keeps the record" lasts a
    check "[2.11/clock] for the coordinator too" has a
done
jump h1 0
for hours in 5 -7; do
    jump coordinator "$hours"
    check "[2.11/clock] the coordinator's clock jumps to $hours hours" coordinator_is "$hours"
    check "[2.11/clock] a keeps the record" lasts a
    check "[2.11/clock] as far as it knows" has a
done
check "[2.11/clock] b is to have it" weft record failover service
check "[2.11/clock] b is heard" comes_from b
check "[2.11/clock] then a again" weft record failover service --to a
check "[2.11/clock] a is heard" comes_from a
check "[2.11/clock] never two at once" in_turn a b a

jump coordinator 5
jump h1 5
stop agent-h1
check "[2.11/clock] after a jump ahead a stopped agent's record goes over in time" comes_from b 10
resume agent-h1
check "[2.11/clock] the host comes back" until_true 20 connected h1
jump coordinator -7
stop agent-h2
check "[2.11/clock] after a jump back it goes over in time as well" comes_from a 10
resume agent-h2
check "[2.11/clock] never two at once" in_turn a b a b a
check "[2.11/clock] who was lost is back: its session stands" until_true 20 connected h2
check "[2.11/clock] its agent starts anew" lab agent stop h2
lab agent start h2 >"$scratch/said" 2>&1 &
check "[2.11/clock] and is not let in: its certificate begins hours from now" \
    until_true 20 grep 'alert bad certificate' /run/weft-lab/log/agent-h2.log
jump coordinator 0
check "[2.11/clock] when the clock is right it is" until_true 30 connected h2
wait "$!"
check "[2.11/clock] a has the record" comes_from a
check "[2.11/clock] never two at once" in_turn a b a b a
