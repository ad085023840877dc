# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/kernel/run: finds a 6.1 kernel and fills the machine's root folder.
# shellcheck shell=bash disable=SC2154  # top, work, paths: of the caller

# Everything the packet path, the lab and the comparisons need that is a module in Debian's kernel.
kernel_modules=(veth bridge vxlan geneve dummy tun ifb sch_ingress cls_bpf act_bpf 8021q)
# The shell is dash: busybox's prefers its own ip and nsenter to the ones that are installed.
guest_commands=(bash sh ip bridge tc ping arping ss nsenter sysctl socat python3 mount umount timeout tcpdump jq)
# The clients that configure instances, with what their scripts call.
guest_commands+=(unshare dhclient dhclient-script rdisc6 run-parts chown chmod hostname)

# find_kernel FOLDER: sets kernel, version and modules_root; an installed kernel, else the package unpacked in FOLDER.
find_kernel() {
    modules_root=/
    kernel=$(find /boot -name 'vmlinuz-6.1*-cloud-amd64' 2>/dev/null | sort -V | tail -n 1)
    if [ -z "$kernel" ]; then
        modules_root=$1
        mkdir -p "$1"
        if ! compgen -G "$1/boot/vmlinuz-6.1*" >/dev/null; then
            local package
            package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-6\.1.*\)/\1/p')
            say "unpacking Debian's ${package:-kernel} into $1 (it is not installed)"
            (cd "$1" && apt-get download -q "$package" >&2 && dpkg-deb -x "$package"_*.deb . && rm -- *.deb) || return 1
        fi
        kernel=$(find "$1/boot" -name 'vmlinuz-6.1*' | sort -V | tail -n 1)
    fi
    version=${kernel##*/vmlinuz-}
    [ -e "$modules_root/lib/modules/$version/modules.dep" ] || depmod -b "$modules_root" "$version"
}

# list_files PATH...: every file of the paths, what links point to, and the shared libraries of all programs.
list_files() {
    local path
    for path in "$@"; do
        find "$path" -name __pycache__ -prune -o \( -type f -o -type l \) -print
    done >"$work/found"
    { cat "$work/found"; xargs -d '\n' readlink -f <"$work/found"; } | sort -u >"$work/files"
    grep -E '\.so|/s?bin/|^[^.]*$' "$work/files" | while read -r path; do [ ! -x "$path" ] || echo "$path"; done |
        xargs -d '\n' ldd 2>/dev/null | grep -oE '[[:space:]]/[^ :]*' | tr -d '[:blank:]' | sort -u >"$work/libraries" || true
}

# copy_files ROOT [-h]: copies the absolute paths on standard input; with -h what links point to, in their place.
copy_files() {
    sed 's#^/*##' | tar -c -C / --no-recursion ${2:+"$2"} -T - | tar -x -C "$1" --keep-directory-symlink
}

# make_image ROOT COMMAND...: the whole root folder of a machine that runs the command.
make_image() {
    local root=$1 name path word
    shift
    mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,usr/lib,lib,lib64,dev,proc,sys,run,tmp,root,etc,var}
    for name in bin sbin lib lib64; do  # as Debian does, so that a path works in either form
        [ ! -L "/$name" ] || { rmdir "$root/$name"; mkdir -p "$root/usr/$name"; ln -s "usr/$name" "$root/$name"; }
    done
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'tcpdump:x:101:101::/:/bin/false' >"$root/etc/passwd"
    cp /usr/bin/busybox "$root/usr/bin/busybox"
    while read -r name; do ln -sf busybox "$root/usr/bin/$name"; done < <(/usr/bin/busybox --list | grep -vx busybox)
    touch "$root"/etc/{resolv.conf,fstab}  # what clients' scripts change and read
    local wanted=(/usr/lib/python3.11 /usr/lib/python3/dist-packages/yaml)
    for path in /etc/udhcpc/default.script "${paths[@]}" "$1"; do [ ! -e "$path" ] || wanted+=("$(realpath -s "$path")"); done
    for name in "${guest_commands[@]}"; do
        path=$(command -v "$name") || continue
        rm -f "$root/usr/bin/$name"
        wanted+=("$path")
    done
    list_files "${wanted[@]}"
    copy_files "$root" <"$work/files"
    copy_files "$root" -h <"$work/libraries"
    for name in "${kernel_modules[@]}"; do
        modprobe -d "$modules_root" -S "$version" --show-depends "$name"
    done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >"$root/etc/modules"
    copy_files "$root" <"$root/etc/modules"
    { for word in "$@"; do printf '%q ' "$word"; done; echo; } >"$root/etc/command"
    mkdir -p "$root$PWD"
    echo "$PWD" >"$root/etc/folder"
    cp "$top/tests/kernel/init" "$root/init"
}
