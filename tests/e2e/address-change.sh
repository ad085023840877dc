#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The addresses of an attached record change under traffic: what stays has no gap, what goes is cut, and a coordinator
# that dies with -9 in between ends it when it is back. WEFT_ROUNDS (6): how often it dies.
#
#   i1 10.1.2.30, then 10.1.2.30 and .31, then .40 and .31        i2 10.1.2.50
#        h1 ----------------------------------------------------- h2
#                      coordinator (killed)
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
program=$(jq -r .programs /run/weft-lab/state.json)/weft
export WEFT_SOCKET=/run/weft-lab/coordinator/coordinator.sock

changes() { weft record modify blue-i1 --addresses "$1" --wait=installed; }
has() { on i1 ip -4 -o address show dev eth0 | grep -F "inet $1/24 "; }
shows() { weft record show blue-i1 -o json | jq -e --arg list "$1" '(.addresses | join(",")) == $list and ."address-step" == "settled"'; }

check "[1.4/add] a second address is added to the attached record" changes 10.1.2.30,10.1.2.31
check "[1.4/add] the instance has it" has 10.1.2.31
check "[1.4/add] it is reached" pings i2 10.1.2.31
check "[1.5/before] a flow to the address that is to go" pings i2 10.1.2.30

check "[1.5/untouched] a TCP connection to the address that stays" talk i2 i1 10.1.2.31
steady_ping i2 10.1.2.31

check "[1.5/change] the other address changes" changes 10.1.2.40,10.1.2.31
check "[1.5/change] the new one is reached" pings i2 10.1.2.40
check "[1.5/change] the instance has it" has 10.1.2.40
check "[1.5/cut] the former one is not reached any more" silent i2 10.1.2.30
on i1 ip address add 10.1.2.30/32 dev lo
before=$(dropped blue-i1 source_address)
check "[1.5/cut] nor is it a source any more" silent i1 10.1.2.50 10.1.2.30
check "[1.5/cut] what still came from it was dropped and counted" grew "$before" dropped blue-i1 source_address
on i1 ip address del 10.1.2.30/32 dev lo
check "[1.5/untouched] the TCP connection goes on" hears after
check "[1.5/untouched] the ping had replies all the time" steady_more 50
check "[1.8/again] the same request has no second effect and says so" says "already so" changes 10.1.2.40,10.1.2.31

# crash AFTER-MS LIST: the change is asked for, and the coordinator dies.
crash() {
    local pid
    pid=$(jq .processes.coordinator.pid /run/weft-lab/state.json)
    "$program" record modify blue-i1 --addresses "$2" --wait=store >"$scratch/answer" 2>&1
    local answered=$?
    sleep "0.0$1"
    kill -9 "$pid"
    until_true 10 [ ! -e "/proc/$pid/exe" ] && lab coordinator start && until_true 20 all_connected &&
        [ "$answered" = 0 ] && until_true 20 shows "$2" && pings i2 "${2%%,*}"
}
for round in $(seq "${WEFT_ROUNDS:-6}"); do
    address=10.1.2.$((60 + round))
    check "[1.5/crash] round $round: a change that was acknowledged is carried out after kill -9" \
        crash "$(printf %02d $((RANDOM % 20)))" "$address,10.1.2.31"
done
check "[1.5/untouched] the TCP connection goes on" hears last
check "[1.5/untouched] of the steady ping no packet was lost" none_lost
check "[1.5/free] the former address is free for another record" \
    weft record create other --partition blue --subnet front --addresses 10.1.2.30
