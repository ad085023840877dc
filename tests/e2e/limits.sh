#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Rate limits of a record, both ways, in bytes and packets a second; other records beside it.
#
#   i1 10.1.2.30, i4 10.1.2.40 (blue)       i2 10.1.2.50 (blue)
#   r1 10.1.2.30 (red)                      r2 10.1.2.50 (red)
#        h1 ------------------------------------ h2
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
headers=42 # Ethernet, IPv4, UDP

# measure udp|tcp FROM TO ADDRESS SIZE SEGMENTS: what arrives of as much as FROM can send, in `bytes` of payload
# and `packets` a second.
measure() {
    start "$3" nice -n -5 python3 "$top/tests/e2e/rate.py" count "$1" "$4" 5301 "$5" \
        >"$scratch/rate" &
    local counter=$!
    until_true 10 grep -q ready "$scratch/rate"
    on "$2" nice -n -5 python3 "$top/tests/e2e/rate.py" send "$1" "$4" 5301 "$5" 2 "$6"
    wait "$counter"
    cat "$scratch/rate"
    read -r bytes packets _ < <(tail -n 1 "$scratch/rate")
}
# is_limit PERCENT WANTED WHAT ARGUMENTS: what measure finds is at most a tenth above WANTED each time, and reaches
# PERCENT of it once: a sender that had to wait for a processor longer than the burst lasts did not offer enough.
is_limit() {
    local try found
    for try in 1 2 3 4 5; do
        measure "${@:4}" || return 1
        case $3 in
            frames) found=$((bytes * ($8 + headers) / $8)) ;;
            bytes) found=$bytes ;;
            packets) found=$packets ;;
        esac
        echo "try $try: $found, wanted: $2"
        [ "$found" -le $(($2 * 11 / 10)) ] || return 1
        [ "$found" -lt $(($2 * $1 / 100)) ] || return 0
    done
    return 1
}
bytes_are() { is_limit 90 "$1" frames udp "${@:2}"; }
packets_are() { is_limit 90 "$1" packets udp "${@:2}"; }
modify() { weft record modify "$@" --wait=installed; }

for mbits in 100 1000; do
    limit=$((mbits * 125000))
    check "[4.7/egress] $mbits Mbit/s is the limit of what i1 sends" modify blue-i1 --egress-bytes $limit
    before=$(dropped blue-i1 egress_byte_rate)
    check "[4.7/egress] more is offered, $mbits Mbit/s arrive" bytes_are $limit i1 i2 10.1.2.50 1300 8
    check "[4.7/counted] the rest is counted with its reason" \
        until_true 5 grew "$before" dropped blue-i1 egress_byte_rate
done
check "[4.7/show] the record shows its limit" says "125000000" weft record show blue-i1 -o yaml
check "[4.7/egress] the limit is lifted" modify blue-i1 --egress-bytes 0

for mbits in 100 1000; do
    limit=$((mbits * 125000))
    check "[4.7/ingress] $mbits Mbit/s is the limit of what i2 receives" modify blue-i2 --ingress-bytes $limit
    before=$(dropped blue-i2 ingress_byte_rate)
    check "[4.7/ingress] more is offered, $mbits Mbit/s arrive" bytes_are $limit i1 i2 10.1.2.50 1300 8
    check "[4.7/counted] the rest is counted with its reason" \
        until_true 5 grew "$before" dropped blue-i2 ingress_byte_rate
done
check "[4.7/ingress] what i2 sends is not limited by it" measure udp i2 i1 10.1.2.30 1300 8
check "[4.7/ingress] it is more" [ "$bytes" -gt 150000000 ]
check "[4.7/ingress] the limit is lifted" modify blue-i2 --ingress-bytes 0

check "[4.7/packets] 2,000 packets a second is the limit of what i1 sends" modify blue-i1 --egress-packets 2000
check "[4.7/packets] more is offered, 2,000 arrive" packets_are 2000 i1 i2 10.1.2.50 100 1
check "[4.7/packets] segments are packets" packets_are 2000 i1 i2 10.1.2.50 1300 20
check "[4.7/packets] and what i2 receives" modify blue-i1 --egress-packets 0
check "[4.7/packets] is limited the same way" modify blue-i2 --ingress-packets 2000
check "[4.7/packets] more is offered, 2,000 arrive" packets_are 2000 i1 i2 10.1.2.50 100 1
check "[4.7/packets] the limit is lifted" modify blue-i2 --ingress-packets 0

# TCP falls back after each loss, how far is for its congestion control to say: it only has to get on.
tcp_keeps() { is_limit 20 "$1" bytes tcp i1 i2 10.1.2.50 1300 8; }
check "[4.7/tcp] i1 may send 200 Mbit/s" modify blue-i1 --egress-bytes 25000000
check "[4.7/tcp] TCP, whose segments the kernel cuts later, keeps to it" tcp_keeps 25000000

# Both ends of one host: the receiver's limit applies there too.
check "[4.7/local] another record of the host" weft record create blue-i4 --partition blue \
    --subnet front --addresses 10.1.2.40 --ingress-bytes 5000000
check "[4.7/local] is attached with its limit" weft record attach blue-i4 i4 --wait=installed
check "[4.7/local] it receives 40 Mbit/s from its neighbour" bytes_are 5000000 i1 i4 10.1.2.40 1300 8

# A connection that is open while the limit changes, and a record beside it that has none.
check "[4.7/change] a connection opens" talk i1 i2 10.1.2.50
check "[4.7/change] the limit becomes 8 Mbit/s" modify blue-i1 --egress-bytes 1000000
check "[4.7/change] it holds at once" bytes_are 1000000 i1 i2 10.1.2.50 1300 1
check "[4.7/change] and the connection goes on" hears two
slow() { on i1 timeout 20 python3 "$top/tests/e2e/rate.py" send udp 10.1.2.50 5302 1300 10 40; }
slow &
flood=$!
check "[4.7/other] beside it a record of the same host sends" measure udp r1 r2 10.1.2.50 1300 8
check "[4.7/other] a hundred times as much" [ "$bytes" -gt 100000000 ]
kill "$flood" 2>/dev/null
check "[4.7/change] the limit is lifted" modify blue-i1 --egress-bytes 0
check "[4.7/change] and the connection goes on" hears three
hang_up
