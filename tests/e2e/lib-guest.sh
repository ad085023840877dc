# SPDX-License-Identifier: Apache-2.0
# Sourced after lib.sh by the scenarios of instances like virtual machines: their device exists without weft, and what
# they are inside they learn from their network.
# shellcheck shell=bash disable=SC2154

# machine NAME RECORD: the instance's device appears on h1, with the record's MAC and nothing else, as a VMM makes it. It
# takes router advertisements, which is every kernel's default, but not that of the lab's namespaces.
machine() {
    on h1 ip link add "$1" type veth peer name eth0 netns "weft-$1"
    on "$1" sysctl -q -w net.ipv6.conf.eth0.accept_ra=1
    on "$1" ip link set eth0 address "$(weft record show "$2" -o json | jq -r .mac)" up
    on h1 ip link set "$1" up
    weft record attach "$2" "$1" --device "$1"
}

# guest NAME CMD...: the command sees a resolv.conf of the instance's own.
guest() {
    local name=$1
    shift
    touch "$scratch/resolv-$name"
    # shellcheck disable=SC2016  # the inner shell's
    on "$name" unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$scratch/resolv-$name" "$@"
}

# client4 NAME ARG..., client6: dhclient, with leases of its own.
client4() { dhclient_of 4 "$@"; }
client6() { dhclient_of 6 "$@"; }
dhclient_of() {
    guest "$2" dhclient "-$1" -v -lf "$scratch/leases$1-$2" -pf "$scratch/pid$1-$2" "${@:3}" eth0
}

# has_address NAME ADDRESS/LENGTH
has_address() { on "$1" ip -o address show dev eth0 scope global | grep -F " $2 "; }
has_default4() { on "$1" ip -4 route show default | grep "via $2 dev eth0"; }
has_default6() { on "$1" ip -6 route show default | grep 'via fe80::[^ ]* dev eth0 proto ra'; }
has_dns() { grep -Fx "nameserver $2" "$scratch/resolv-$1"; }
has_mtu4() { on "$1" ip -o link show dev eth0 | grep -F "mtu $2 "; }
has_mtu6() { [ "$(on "$1" sysctl -n net.ipv6.conf.eth0.mtu)" = "$2" ]; }
# instance_mtu NAME: that of an instance whose device weft made.
instance_mtu() { on "$1" ip -o link show type veth | sed -n 's/.* mtu \([0-9]*\) .*/\1/p'; }
