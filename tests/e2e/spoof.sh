#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The source check: only the record's own addresses leave the instance, unless the check is off.
#
#   i1 10.1.2.30 (and 10.1.2.99, which is nobody's)        i2 10.1.2.50
#        h1 ------------------------------------------------- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"

check "[4.3/on] the record's own source passes" pings i1 10.1.2.50
before=$(dropped blue-i1 source_address)
on i1 ip address add 10.1.2.99/32 dev lo
check "[4.3/on] another source does not" silent i1 10.1.2.50 10.1.2.99
check "[4.3/on] it was dropped and counted with its reason" grew "$before" dropped blue-i1 source_address

monitor_shows() {
    timeout 10 "$top/packaging/lab" weft monitor --agent /run/weft-lab/h1/agent.sock >"$scratch/monitor" 2>&1 &
    until_true 8 monitor_saw
}
monitor_saw() {
    on i1 ping -n -I 10.1.2.99 -c 1 -W 0.1 10.1.2.50
    grep -q source_address "$scratch/monitor"
}
check "[8.3/monitor] the monitor shows the drop and its reason" monitor_shows

seen_at_i2() {
    start i2 timeout 10 tcpdump -Uni any -c 1 'src host 10.1.2.99' >"$scratch/seen" 2>"$scratch/listening" &
    until_true 5 grep -q 'listening on' "$scratch/listening"
    until_true 8 spoofed_arrives
}
spoofed_arrives() {
    on i1 ping -n -I 10.1.2.99 -c 1 -W 0.1 10.1.2.50
    grep -q '10\.1\.2\.99 > 10\.1\.2\.50' "$scratch/seen"
}
check "[4.3/off] the check can be turned off" weft record modify blue-i1 --source-dest-check=false --wait=installed
check "[4.3/off] then another source passes" seen_at_i2
