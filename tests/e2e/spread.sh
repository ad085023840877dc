#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One record on three instances, then five: flows are spread over them, each stays where it is, and only those of an
# instance that fails move. Every server answers with its own name.
#
#   c 10.1.2.30, (s4)        web, 10.1.2.50, is on   s1, s2        s3, (s5)
#        h1 --------------------------------------- h2 ---------- h3
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/spread.yaml"

web=10.1.2.50 web6=2001:db8:12::50
ask() { on c python3 -B "$top/tests/e2e/flows.py" "$@"; }
# has WHO...: exactly these answered.
has() { [ "$(cut -d' ' -f2 "$scratch/now" | sort -u | tr '\n' ' ')" = "$* " ] || { cat "$scratch/now"; return 1; }; }
asks() { ask "$web" 20000 60 >"$scratch/now" && has "$@"; }
keeps() { mv "$scratch/now" "$scratch/former"; }
# Flows that were not NAME's are where they were.
others_stay() {
    grep -v " $1\$" "$scratch/former" >"$scratch/others"
    [ "$(grep -cxFf "$scratch/others" "$scratch/now")" = "$(wc -l <"$scratch/others")" ]
}
same() { cmp "$scratch/former" "$scratch/now"; }
members() { weft record show web -o json | jq -e --arg text "$1" '.members | any(. == $text)'; }

serve6() {
    start "$1" socat -t 5 UDP6-RECVFROM:7778,ipv6only=1,reuseaddr,fork SYSTEM:"read -r asked; echo $1" &
    servers+=($!)
}
for name in s1 s2 s3 s4 c; do serve "$name"; done
for name in s1 s2 s3; do serve6 "$name"; done

check "[2.7/spread] 60 flows reach all three instances, two of them on one host" asks s1 s2 s3
keeps
check "[2.7/stay] asked again, each flow is where it was" asks s1 s2 s3
check "[2.7/stay] every one of them" same
tcp() { for _ in $(seq 24); do who c "$web"; done | sort -u | tr '\n' ' ' | grep -qx 's1 s2 s3 '; }
check "[2.7/spread] so are connections" tcp
six() { ask "$web6" 20000 30 >"$scratch/now" && has s1 s2 s3; }
check "[2.7/spread] [5.6/spread] so are flows over IPv6" six
check "[2.7/health] the record shows its members" members "s3 on h3: healthy"
chosen() {
    weft trace --from client --to "$web" --proto udp --sport 20000 --dport 7778 |
        grep -E 'its flow goes to att-[0-9a-f]+ on host-'
}
check "[2.7/spread] a trace names the instance" chosen
program=$(jq -r .programs /run/weft-lab/state.json)/weft
export WEFT_SOCKET=/run/weft-lab/coordinator/coordinator.sock
agrees() {
    python3 -B "$top/tests/e2e/agreement.py" "$program" >"$scratch/differs" 2>&1
    cat "$scratch/differs"
    [ ! -s "$scratch/differs" ]
}
check "[2.7/spread] the maps hold what the coordinator shows" agrees

opened() {
    for _ in 1 2 3; do
        for each in "$@"; do
            answers "$each" 10.1.2.30 c && answers "$each" 10.1.2.30 c udp || return 1
        done
    done
}
check "[2.7/opened] connections that the instances open are answered to each" opened s1 s2 s3

check "[2.7/local] a fourth, beside the client" weft record attach web s4
check "[2.7/stay] changes no flow" asks s1 s2 s3
check "[2.7/stay] none at all" same
fresh() { ask "$web" 21000 60 >"$scratch/now" && has s1 s2 s3 s4; }
check "[2.7/local] new flows reach it too" fresh
check "[2.7/opened] and what it opens is answered" opened s4

check "[2.7/failed-moves] s2 stops" weft instance modify s2 --state stopped
check "[2.7/health] the record says so" until_true 10 members "s2 on h2: no flows, instance s2 is stopped"
# without NAME: every flow is answered, by others than NAME, and those that were not its where they were.
without() { ask "$web" 20000 60 >"$scratch/now" && ! grep -Eq " (-|$1)\$" "$scratch/now" && others_stay "$1"; }
check "[2.7/failed-moves] [2.7/others-stay] its flows are elsewhere, the others where they were" until_true 10 without s2
keeps
check "[2.7/health] it runs again" weft instance modify s2 --state running
check "[2.7/health] and known to be" until_true 10 members "s2 on h2: healthy"
check "[2.7/stay] what moved stays" without s2
check "[2.7/stay] all of it" same

check "[2.7/failed-moves] h3 falls silent" lab agent stop h3
check "[2.7/health] its member gets no flows" until_true 15 members "s3 on h3: no flows, host h3 is lost"
check "[2.7/failed-moves] [2.7/others-stay] its flows are elsewhere, the others where they were" until_true 10 without s3
check "[2.7/health] the host comes back" lab agent start h3
check "[2.7/health] so does its member" until_true 20 members "s3 on h3: healthy"

on h3 ip link add taps5 type veth peer name guest netns weft-s5
on s5 ip link set guest address "$(weft record show web -o json | jq -r .mac)" mtu 1400 up
on s5 ip address add "$web/24" dev guest
on h3 ip link set taps5 up
serve s5
check "[2.7/device] a fifth, on a device as a VMM makes it" weft record attach web s5 --device taps5
five() { ask "$web" 22000 60 >"$scratch/now" && has s1 s2 s3 s4 s5; }
check "[2.7/device] new flows reach it too" until_true 10 five
keeps
check "[2.7/device] its device fails" on s5 ip link set guest down
check "[2.7/device] [2.7/health] the record says so" \
    until_true 10 members "s5 on h3: no flows, device taps5 on h3 went away or lost its carrier"
available() { weft record show web -o json | jq -e '.status == "available"'; }
check "[2.7/device] and is available, for the others have it" available
without5() { ask "$web" 22000 60 >"$scratch/now" && ! grep -Eq ' (-|s5)$' "$scratch/now" && others_stay s5; }
check "[2.7/device] [2.7/others-stay] its flows are elsewhere, the others where they were" until_true 10 without5
keeps
check "[2.7/device] the device is back" on s5 ip link set guest up
check "[2.7/device] [2.7/health] so is its member" until_true 10 members "s5 on h3: healthy"
check "[2.7/device] what moved stays" without5
check "[2.7/stay] all of it" same
again() { ask "$web" 23000 60 >"$scratch/now" && has s1 s2 s3 s4 s5; }
check "[2.7/device] new flows reach it" until_true 10 again

ask "$web" 20000 60 >"$scratch/now"
keeps
check "[2.7/failed-moves] s4 is detached" weft record detach web s4
check "[2.7/others-stay] its flows go to others, the others stay" until_true 10 without s4
