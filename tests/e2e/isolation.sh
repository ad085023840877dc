#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two partitions with the same addresses on the same hosts never meet.
#
#   i1 10.1.2.30 (blue)   r1 10.1.2.30 (red)      i2 10.1.2.50, i3 10.1.3.7 (blue)   r2 10.1.2.50 (red)
#                  \     /                                   \     /
#                    h1  ---------------------------------->  h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
for name in i1 i2 i3 r1 r2; do serve "$name"; done

check "[4.5/across] blue reaches blue's 10.1.2.50" answers i1 10.1.2.50 i2
check "[4.5/across] red reaches red's 10.1.2.50" answers r1 10.1.2.50 r2
check "[4.5/across] and back, blue" answers i2 10.1.2.30 i1
check "[4.5/across] and back, red" answers r2 10.1.2.30 r1
before=$(dropped red-r1 no_mapping)
check "[4.5/none] red does not reach blue's 10.1.3.7" silent r1 10.1.3.7
check "[4.5/count] what red sent there was dropped and counted" grew "$before" dropped red-r1 no_mapping
check "[4.5/host] blue reaches 10.1.3.7 from the same host" answers i2 10.1.3.7 i3
check "[4.5/host] red on that host does not" silent r2 10.1.3.7
