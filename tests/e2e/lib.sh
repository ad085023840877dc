# SPDX-License-Identifier: Apache-2.0
# Sourced by the scenarios: each is one file, begins with its drawn topology, and runs in a lab of its own.
#
#   up FILE                    the lab of a YAML file; it goes down when the scenario ends, however it ends
#   check "[row] NAME" CMD...  a test case: passes when the command succeeds, else fails and ends the scenario
#   refuse "[row] NAME" CMD... a test case: passes when the command fails
#   until_true SECONDS CMD...  waits until the command succeeds; fails at the deadline
#   on NAME CMD...             runs a command in the namespace of a host or an instance
#   weft ARGS...               the command line, at the lab's coordinator
# shellcheck shell=bash

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tests/harness/report.sh
. "$top/tests/harness/report.sh"
scratch=$(mktemp -d -t weft-e2e.XXXXXXXX)
lab() { "$top/packaging/lab" "$@"; }
weft() { lab weft "$@"; }
on() {
    local name=$1
    shift
    nsenter --net="/run/netns/weft-$name" -- "$@"
}

up() {
    trap finish EXIT
    lab up "$1" || { fail "lab up $1" "see above"; exit 1; }
}

finish() {
    local status=$?
    if [ "$failures" != 0 ] || [ "$status" != 0 ]; then
        tail -n 15 /run/weft-lab/log/*.log
        [ "$failures" != 0 ] || fail "${0##*/}" "ended with status $status"
        status=1
    fi
    lab down || status=1
    rm -rf "$scratch"
    exit "$status"
}

check() {
    local name=$1
    shift
    if "$@" >"$scratch/output" 2>&1; then
        pass "$name"
    else
        fail "$name" "$*"
        tail -n 20 "$scratch/output" | sed 's/^/    /'
        exit 1
    fi
}

refuse() {
    local name=$1
    shift
    if "$@" >"$scratch/output" 2>&1; then
        fail "$name" "this succeeded: $*"
        exit 1
    fi
    pass "$name"
}

until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >"$scratch/until" 2>&1; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            cat "$scratch/until"
            return 1
        fi
        sleep 0.05
    done
}

# pings FROM ADDRESS [COUNT]: all of COUNT (3) echo requests are answered.
pings() { on "$1" ping -n -q -i 0.01 -W 2 -c "${3:-3}" "$2" | grep -E "${3:-3} packets transmitted, ${3:-3} received"; }

# silent FROM ADDRESS: none of 3 echo requests is answered.
silent() { on "$1" ping -n -q -i 0.05 -W 1 -c 3 "$2" | grep ' 0 received'; }

# steady_ping FROM ADDRESS: 100 echo requests a second in the background, until steady_result.
steady_ping() {
    on "$1" ping -n -D -i 0.01 -W 5 "$2" >"$scratch/steady" 2>&1 &
    steady=$!
    until_true 10 grep -q 'bytes from' "$scratch/steady"
}

# steady_result: ends the ping; the lost requests as a number on standard output.
steady_result() {
    kill -INT "$steady"
    wait "$steady"
    sed -nE 's/^([0-9]+) packets transmitted, ([0-9]+) received.*/\1 \2/p' "$scratch/steady" | awk '{print $1 - $2}'
}
