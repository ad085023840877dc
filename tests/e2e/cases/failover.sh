#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: an instance stands by for another one's address, and has it when the other one's host is lost; tests/e2e/
# failover.sh tries what can go wrong.
#
#   active 10.1.2.30      standby      client 10.1.2.50
#       h1 ---------------- h2 ---------- h3
. "$(dirname "$0")/../lib.sh"
up "${0%.sh}.yaml"
for name in active standby client; do serve "$name"; done
row="[3.5/failover]"

agent() { lab status | awk '$2 == "agent-h1" {print $4}'; }
check "$row the client uses the service" answers client 10.1.2.30 active tcp
check "$row the standby does not have it: it sends nothing from its address" \
    mute standby 10.1.2.50 client tcp
stopped=$(agent)
check "$row the first one's host hangs" kill -STOP "$stopped"
check "$row the client uses the service where it stood by" until_true 20 answers client 10.1.2.30 standby tcp
before=$(dropped service ingress_group)
check "$row under the same rules" mute client 10.1.2.30 standby udp
check "$row which is counted" until_true 5 grew "$before" dropped service ingress_group
check "$row the first one is cut off" mute active 10.1.2.50 client tcp
check "$row its host comes back" kill -CONT "$stopped"
check "$row and all hosts are connected" until_true 20 all_connected
check "$row the service stays where it is" answers client 10.1.2.30 standby tcp
check "$row the first one may take it back" weft record failover service --to active
check "$row and has it" until_true 10 answers client 10.1.2.30 active tcp
