#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent dies with -9 under traffic and comes back: packets go on, it adopts what is installed, and then works.
#
#   i1 10.1.2.30, i4          i2 10.1.2.50
#        h1 (killed) ------------ h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
serve i4

check "[8.5/crash] a ping runs" steady_ping i1 10.1.2.50
check "[8.5/crash] the agent of h1 is killed" lab agent kill h1
check "[8.5/crash] packets go on without it" steady_more 100
check "[8.5/adopt] the agent starts again" lab agent start h1
check "[8.5/adopt] packets go on while it adopts" steady_more 100
check "[8.5/adopt] its session is back" until_true 20 all_connected
check "[8.5/crash] no packet was lost" none_lost
check "[8.5/adopt] it takes orders: detach" weft record detach blue-i1
check "[8.5/adopt] the detach took effect" silent i2 10.1.2.30
check "[8.5/adopt] it takes orders: attach" weft record attach blue-i1 i4
check "[8.5/adopt] the attachment works" answers i2 10.1.2.30 i4

check "[8.5/stop] the same for an orderly stop: a ping runs" steady_ping i4 10.1.2.50
check "[8.5/stop] stop" lab agent stop h1
check "[8.5/stop] packets go on" steady_more 50
check "[8.5/stop] start" lab agent start h1
check "[8.5/stop] its session is back" until_true 20 all_connected
check "[8.5/stop] no packet was lost" none_lost
