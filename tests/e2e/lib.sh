# SPDX-License-Identifier: Apache-2.0
# Sourced by the scenarios: each is one file, begins with its drawn topology, and runs in a lab of its own.
#
#   up FILE                    the lab of a YAML file; it goes down when the scenario ends, however it ends
#   check "[row] NAME" CMD...  a test case: passes when the command succeeds, else fails and ends the scenario
#   says TEXT CMD...           succeeds when the command does and prints TEXT
#   refuse "[row] NAME" CMD... a test case: passes when the command fails
#   mute FROM ADDRESS NAME     the opposite of answers
#   talk FROM TO ADDRESS       a connection that stays open until hang_up; speak WORD, hears WORD by it
# and the words of packaging/lib/words.sh.
# shellcheck shell=bash

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tests/harness/report.sh
. "$top/tests/harness/report.sh"
scratch=$(mktemp -d -t weft-e2e.XXXXXXXX)
# shellcheck source=packaging/lib/words.sh
. "$top/packaging/lib/words.sh"

up() {
    trap finish EXIT
    lab up "$1" || { fail "lab up $1" "see above"; exit 1; }
}

# says TEXT CMD...: the command succeeds and what it prints contains TEXT.
says() {
    local text=$1
    shift
    "$@" 2>&1 | tee "$scratch/said"
    [ "${PIPESTATUS[0]}" = 0 ] && grep -qi "$text" "$scratch/said"
}

# Instances whose namespaces are not the lab's: they go with the scenario.
leftovers=()

finish() {
    local status=$?
    if [ "$failures" != 0 ] || [ "$status" != 0 ]; then
        tail -n 15 /run/weft-lab/log/*.log
        [ "$failures" != 0 ] || fail "${0##*/}" "ended with status $status"
        status=1
    fi
    stop_servers
    for name in "${leftovers[@]}"; do
        ip netns pids "weft-$name" 2>/dev/null | xargs -r kill -9
        ip netns delete "weft-$name" 2>/dev/null
    done
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

# mute FROM ADDRESS NAME [tcp|udp]: nobody of that name answers there.
mute() { ! answers "$@"; }

# talk FROM TO ADDRESS: a connection from one instance to the other opens, and carries a first word. What is said
# on it is in $scratch/heard.
talk() {
    start "$2" socat -u TCP-LISTEN:7779,reuseaddr "CREATE:$scratch/heard" &
    servers+=($!)
    until_true 5 on "$2" sh -c 'ss -Hltn "sport = 7779" | grep -q .' || return 1
    mkfifo "$scratch/words"
    start "$1" socat -u "PIPE:$scratch/words" "TCP:$3:7779,connect-timeout=3" &
    servers+=($!)
    exec 7>"$scratch/words"
    hears one
}
speak() { echo "$1" >&7; }
heard() { grep -q "$1" "$scratch/heard"; }
# hears WORD: what is said now arrives.
hears() { speak "$1" && until_true 5 heard "$1"; }
hang_up() { exec 7>&-; }
