#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts under a prefix works from there: the agent finds its BPF objects without being told.
#
#   i1 10.1.2.30                  i2 10.1.2.50
#        h1 ------------------------ h2
. "$(dirname "$0")/lib.sh"
build=$(dirname "${WEFT_BIN:-$top/build/release/bin}")
trap 'rm -rf "$scratch"' EXIT
check "[8.6/prefix] cmake --install --prefix" cmake --install "$build" --prefix "$scratch/prefix"
export WEFT_BIN=$scratch/prefix/bin
up "$top/packaging/examples/two-hosts.yaml"
check "[8.6/prefix] no agent was told where its objects are" \
    [ "$(sed -n '/^bpf:/,/^[^ ]/p' /run/weft-lab/h1/agent.yaml | grep -cE 'pin:|objects:')" = 1 ]
check "[8.6/prefix] the installed programs carry packets" pings i1 10.1.2.50
