#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A virtual machine on a tap device, with Debian's kernel and virtio_net, is an instance that the QEMU driver runs: it
# boots into its record.
#
#   v1: QEMU, eth0 10.1.2.30 by udhcpc              i3 10.1.3.7
#        | tap device v1                                 |
#        h1 ------------------ geneve ------------------ h2
. "$(dirname "$0")/lib.sh"
# shellcheck source=packaging/lib/setup.sh
. "$top/packaging/lib/setup.sh"
# shellcheck source=tests/kernel/image.sh
. "$top/tests/kernel/image.sh"
up "$top/tests/e2e/labs/dhcp.yaml"

# What the machine's kernel starts: the driver, udhcpc as Debian has it, words on the console, a server.
guest_init() {
    cat <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "$module"; done </etc/modules
exec >/dev/ttyS0 2>&1
ip link set lo up
ip link set eth0 up
udhcpc -f -q -n -t 10 -i eth0 -O mtu -s /etc/udhcpc/default.script
ip -4 -o address show dev eth0
ip -4 route show
i=0
while [ $i -lt 100 ] && ! ip -6 route show default | grep default; do i=$((i + 1)); sleep 0.1; done
echo "IPv6 of its own: $(ip -6 -o address show dev eth0 scope global | grep -c inet6)"
ip -o link show dev eth0
cat /etc/resolv.conf
ping -c 3 -W 5 10.1.3.7
while :; do echo v1 | nc -l -p 7777; done
INIT
}

make_guest() {
    local root=$scratch/guest
    find_kernel "$top/build/kernel" || return 1
    mkdir -p "$root"/{bin,dev,proc,sys,etc/udhcpc}
    cp /usr/bin/busybox "$root/bin/"
    cp /etc/udhcpc/default.script "$root/etc/udhcpc/"
    for module in virtio_pci virtio_net; do
        modprobe -d "$modules_root" -S "$version" --show-depends "$module"
    done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >"$root/etc/modules"
    copy_files "$root" <"$root/etc/modules"
    guest_init >"$root/init"
    chmod +x "$root/init"
    (cd "$root" && find . -print0 | cpio --null --create --format=newc --quiet) >"$scratch/initrd"
}
drive() {
    weft instance modify v1 --driver qemu --parameter accelerator=tcg --parameter memory=256 --parameter "kernel=$kernel" \
        --parameter "initrd=$scratch/initrd" --parameter "console=$scratch/console" --parameter grace=0 \
        --parameter "append=console=ttyS0 quiet panic=-1 no_timer_check"
}
boot() { until_true 120 booted; }
no_tap() { ! on h1 ip link show v1; }
booted() { cat "$scratch/console"; grep -q 'lease of .* obtained\|no lease' "$scratch/console"; }
said() { until_true 60 grep "$1" "$scratch/console"; }

check "a machine is made out of Debian's kernel and busybox" make_guest
check "[2.13/qemu] it is not running yet" weft instance stop v1
check "[2.13/qemu] QEMU is to run it" drive
check "[2.3/stopped] its record attaches, by a tap device that does not exist" \
    weft record attach blue-v1 v1 --device v1 --wait=store
check "[2.13/qemu] it is launched, its tap device programmed before" weft instance launch v1 --timeout 60
check "[5.3/vm] it boots and asks for an address" boot
check "[5.3/address] the address is the record's" said 'inet 10.1.2.30/24 '
check "[5.3/router] the default route goes by the subnet's router" said '^default via 10.1.2.1 dev eth0'
check "[5.3/dns] the DNS server is the partition's" said '^nameserver 10.0.0.53'
check "[5.3/ra] its IPv6 default route goes by the router's link-local address" said '^default via fe80::[^ ]* dev eth0'
check "[5.3/ra] and no address came with it" said '^IPv6 of its own: 0'
mtu=$(on i3 ip -o link show type veth | sed -n 's/.* mtu \([0-9]*\) .*/\1/p')
check "[5.3/mtu] the MTU is that of every instance" said "mtu $mtu "
check "[2.2/vm] it reaches another host's instance" said '3 packets transmitted, 3 packets received'
check "[2.2/vm] which reaches it" pings i3 10.1.2.30
check "[2.2/vm] over TCP too" until_true 10 answers i3 10.1.2.30 v1
check "[2.13/qemu] it is suspended" weft instance suspend v1
check "[2.13/qemu] and silent" silent i3 10.1.2.30
check "[2.13/qemu] it is resumed" weft instance resume v1
check "[2.13/qemu] and answers" until_true 20 pings i3 10.1.2.30
check "[2.13/qemu] it is terminated" weft instance terminate v1
check "[2.13/qemu] its tap device is gone" no_tap
