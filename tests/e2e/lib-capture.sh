# SPDX-License-Identifier: Apache-2.0
# Sourced after lib.sh by the scenarios of weft capture: captures, tcpdump beside them, and what both have seen.
# shellcheck shell=bash disable=SC2154

programs() { echo "${WEFT_BIN:-$top/build/release/bin}"; }

# capture NAME HOST ARGS...: in the background; $! is the command line itself, which is then capturing.
captures=()
capture() {
    local name=$1 host=$2
    shift 2
    WEFT_SOCKET=/run/weft-lab/coordinator/coordinator.sock WEFT_AGENT_SOCKET=/run/weft-lab/$host/agent.sock \
        "$(programs)/weft" capture "$@" 2>"$scratch/$name.said" &
    captures+=($!)
    until_true 5 grep -q '^capturing' "$scratch/$name.said"
}

# dump NAME DEVICE FILE FILTER...: tcpdump in that namespace, until end_dumps.
dumps=()
dump() {
    start "$1" tcpdump -Uni "$2" -s 0 --immediate-mode -w "$3" "${@:4}" 2>"$3.said" &
    dumps+=($!)
    until_true 5 grep -q 'listening on' "$3.said"
}
end_dumps() {
    kill "${dumps[@]}"
    wait "${dumps[@]}"
    dumps=()
}
# seen FILE FILTER COUNT: tcpdump has written at least so many.
seen() { [ "$(tcpdump -nr "$1" ${2:+"$2"} 2>/dev/null | wc -l)" -ge "$3" ]; }

# list WHAT FILE [SKIP]: the packets of a file, see pcapng.py.
list() { python3 -B "$top/tests/e2e/pcapng.py" "$@"; }
# flag RECORD HOST: how many entries of `port` have it captured.
flag() {
    python3 -B "$top/tests/e2e/captured_ports.py" "$2" "$(weft record show "$1" -o json | jq -r .id)"
}
# device_in NAME: the instance's device.
device_in() { on "$1" sh -c "ip -o link | sed -n 's/^[0-9]*: \([^@:]*\)@.*/\1/p' | head -n 1"; }
