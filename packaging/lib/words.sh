# SPDX-License-Identifier: Apache-2.0
# Sourced by quickstart and the end-to-end scenarios: the few words in which they speak about a lab. All succeed
# or fail by their exit status; what they print is for people. Needs $top and a folder $scratch.
# shellcheck shell=bash disable=SC2154

lab() { "$top/packaging/lab" "$@"; }
weft() { lab weft "$@"; }

# on NAME CMD...: runs a command in the namespace of a host or an instance.
on() {
    local name=$1
    shift
    nsenter --net="/run/netns/weft-$name" -- "$@"
}

# start NAME CMD... &: the same in the background; $! is the command itself, so that it can be signalled.
start() { exec nsenter --net="/run/netns/weft-$1" -- "${@:2}"; }

# until_true SECONDS CMD...: waits until the command succeeds; at the deadline prints its last words and fails.
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
pings() {
    on "$1" ping -n -i 0.05 -W 2 -c "${3:-3}" "$2" | tee "$scratch/ping"
    grep -q "^${3:-3} packets transmitted, ${3:-3} received" "$scratch/ping"
}

# silent FROM ADDRESS [SOURCE]: none of 3 echo requests is answered.
silent() {
    on "$1" ping -n ${3:+-I "$3"} -i 0.05 -W 1 -c 3 "$2" | tee "$scratch/ping"
    grep -q ' 0 received' "$scratch/ping"
}

# serve NAME: the instance answers TCP connections to port 7777 and UDP datagrams to port 7778 with its own name.
servers=()
serve() {
    # Without -t an answer that takes half a second, as on an emulated machine, is given up.
    start "$1" socat -t 5 TCP-LISTEN:7777,reuseaddr,fork SYSTEM:"echo $1" &
    servers+=($!)
    start "$1" socat -t 5 UDP-RECVFROM:7778,reuseaddr,fork SYSTEM:"read -r asked; echo $1" &
    servers+=($!)
    until_true 5 on "$1" sh -c 'ss -Hltn "sport = 7777" | grep -q . && ss -Hlun "sport = 7778" | grep -q .'
}

stop_servers() {
    [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null
    servers=()
}

# who FROM ADDRESS [tcp|udp]: prints the name of the instance that answers there.
who() {
    case ${3:-tcp} in
        tcp) on "$1" timeout 5 socat -T 2 -u "TCP:$2:7777,connect-timeout=2" - ;;
        udp) echo "?" | on "$1" timeout 5 socat -t 2 - "UDP:$2:7778" ;;
    esac
}

# answers FROM ADDRESS NAME [tcp|udp]: it is NAME that answers at the address.
answers() {
    local name
    name=$(who "$1" "$2" "${4:-tcp}")
    echo "$1 asks $2 over ${4:-tcp}: ${name:-no answer}"
    [ "$name" = "$3" ]
}

# steady_ping FROM ADDRESS: 100 echo requests a second in the background, until none_lost.
steady_ping() {
    start "$1" ping -n -i 0.01 -W 5 "$2" >"$scratch/steady" 2>&1 &
    steady=$!
    until_true 10 grep -q 'bytes from' "$scratch/steady"
}

# steady_more COUNT: waits until COUNT further replies have come.
steady_more() {
    local replies
    replies=$(grep -c 'bytes from' "$scratch/steady")
    until_true 20 steady_reached $((replies + $1))
}
steady_reached() { [ "$(grep -c 'bytes from' "$scratch/steady")" -ge "$1" ]; }

# none_lost: ends the ping; every request had its reply.
none_lost() {
    kill -INT "$steady"
    wait "$steady"
    tail -n 3 "$scratch/steady"
    sed -nE 's/^([0-9]+) packets transmitted, ([0-9]+) received.*/\1 \2/p' "$scratch/steady" |
        awk '$1 > 0 && $1 == $2 {whole = 1} END {exit !whole}'
}

# dropped RECORD REASON: how many packets of the record all hosts dropped for that reason.
dropped() {
    weft counters "$1" -o json | jq --arg reason "$2" '[.records[].drops[]? | select(.name == $reason).packets] | add // 0'
}

# grew NUMBER CMD...: the command now prints more than NUMBER.
grew() {
    local old=$1 new
    shift
    new=$("$@")
    echo "it was $old, it is ${new:-nothing}"
    [ "${new:-0}" -gt "$old" ]
}

# all_connected: every declared host that runs an agent has a live session.
all_connected() {
    weft host list -o json | jq -e 'map(select(.foreign | not)) | length > 0 and all(.[]; .session == "connected")'
}
