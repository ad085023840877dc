#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The coordinator dies with -9 in the middle of attaches, detaches and moves. Each ends after the restart in one of
# its two lawful states, whole; what was acknowledged has happened. WEFT_ROUNDS (20): how often; above some 50,
# WEFT_SCENARIO_SECONDS has to grow with it.
#
#   i1 10.1.2.30, i4                         i2
#        h1 ---------- 10.1.2.50 on i2 or i4 - h2
#               10.1.3.7 on i3, on h1 or h2
#              coordinator (killed)
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
for name in i2 i3 i4; do serve "$name"; done
program=$(jq -r .programs /run/weft-lab/state.json)/weft
export WEFT_SOCKET=/run/weft-lab/coordinator/coordinator.sock

ended() { [ ! -e "/proc/$1/exe" ]; }
settled() { "$program" operation list -o json | jq -e 'all(.[]; .state == "done" or .state == "failed")'; }
agrees() {
    python3 -B "$top/tests/e2e/agreement.py" "$program" >"$scratch/differs" 2>&1
    cat "$scratch/differs"
    [ ! -s "$scratch/differs" ]
}

# attached_to RECORD: the name of its instance, or nothing.
attached_to() {
    local id
    id=$("$program" record show "$1" -o json | jq -r '.instances[]')
    [ -z "$id" ] || "$program" instance show "$id" -o json | jq -r .name
}
host_of() { "$program" host show "$("$program" instance show "$1" -o json | jq -r .host)" -o json | jq -r .name; }

# crash_during ARGUMENTS...: sends a request, kills the coordinator up to 60 ms later, and starts it again.
# Afterwards $acknowledged is 0 when the request was answered with success.
crash_during() {
    local pid
    pid=$(jq .processes.coordinator.pid /run/weft-lab/state.json)
    "$program" "$@" >"$scratch/answer" 2>&1 &
    local request=$!
    sleep "0.0$(printf %02d $((RANDOM % 60)))"
    kill -9 "$pid"
    wait "$request"
    acknowledged=$?
    cat "$scratch/answer"
    until_true 10 ended "$pid" && lab coordinator start && until_true 20 all_connected && until_true 30 settled
}

# lawful NOW BEFORE AFTER: NOW is one of the two, and AFTER when the request was acknowledged.
lawful() {
    echo "it was '$2', asked for was '$3' (the client ended with $acknowledged), it is '$1'"
    [ "$acknowledged" = 0 ] && answered=$((answered + 1))
    [ "$acknowledged" != 0 ] && [ "$1" = "$3" ] && resumed=$((resumed + 1))
    [ "$1" = "$3" ] || { [ "$1" = "$2" ] && [ "$acknowledged" != 0 ]; }
}

move_round() {
    local before=h1 after=h2
    [ "$(host_of i3)" = h1 ] || { before=h2 after=h1; }
    crash_during instance move i3 "$after" "$wait" || return 1
    lawful "$(host_of i3)" "$before" "$after" && answers i1 10.1.3.7 i3
}

attach_or_detach_round() {
    local before after='' now
    before=$(attached_to blue-i2)
    if [ -n "$before" ]; then
        crash_during record detach blue-i2 "$wait" || return 1
    else
        after=i2
        [ $((RANDOM % 2)) = 0 ] || after=i4
        crash_during record attach blue-i2 "$after" "$wait" || return 1
    fi
    now=$(attached_to blue-i2)
    lawful "$now" "$before" "$after" || return 1
    if [ -n "$now" ]; then answers i1 10.1.2.50 "$now"; else silent i1 10.1.2.50; fi
}

# A client that does not wait is answered when the intent is durable: the rest is the next coordinator's.
midway() {
    wait=--wait=installed
    [ $((RANDOM % 2)) = 0 ] || wait=--wait=store
    if [ $(($1 % 3)) = 0 ]; then move_round; else attach_or_detach_round; fi && until_true 10 agrees
}

answered=0 resumed=0
check "[8.2/midway] all agrees before" agrees
for round in $(seq "${WEFT_ROUNDS:-20}"); do
    check "[8.2/midway] round $round ends whole, in a lawful state" midway "$round"
done
echo "of ${WEFT_ROUNDS:-20} requests $answered were answered, $resumed not answered and yet carried out"
