# SPDX-License-Identifier: Apache-2.0
# Sourced by quickstart, check and lab: what a fresh Debian 12 machine misses, and the release build.
# shellcheck shell=bash

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

build_packages=(
    g++-12 clang-14 cmake ninja-build pkg-config ccache lld bpftool linux-libc-dev
    libbpf-dev libnl-3-dev libnl-route-3-dev libnl-genl-3-dev libssl-dev libsqlite3-dev libsystemd-dev
    libyaml-cpp-dev libfmt-dev libspdlog-dev libcli11-dev libboost1.81-dev libboost-json1.81-dev
    prometheus-cpp-dev doctest-dev librapidcheck-dev libbenchmark-dev
)
lab_packages=(python3 python3-yaml iproute2 iputils-ping iputils-arping socat util-linux procps jq)
# shellcheck disable=SC2034  # read by check
check_packages=(
    git clang-format-14 clang-tidy-14 libclang-rt-14-dev llvm-14 shellcheck systemd tcpdump iperf3 ethtool
    nftables isc-dhcp-client udhcpc ndisc6 openssl sqlite3 qemu-system-x86 busybox-static cpio kmod
)

say() { printf '%s\n' "$*" >&2; }

need_root() {
    [ "$(id -u)" = 0 ] || { say "$(basename "$0"): run this as root: it makes network namespaces and loads BPF"; exit 2; }
}

# install_packages NAME...: installs those that are missing and says which.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return 0
    say "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if ! apt-get install -y -q --no-install-recommends "${missing[@]}" >"$install_log" 2>&1; then
        apt-get update -q >>"$install_log" 2>&1
        if ! apt-get install -y -q --no-install-recommends "${missing[@]}" >>"$install_log" 2>&1; then
            tail -n 20 "$install_log" >&2
            say "could not install the packages; the whole log is $install_log"
            return 1
        fi
    fi
}
install_log=${TMPDIR:-/tmp}/weft-packages.log

# build PRESET [TARGET...]: configures and builds; prints the last lines only on failure.
build() {
    local preset=$1 log=$top/build/$1.log
    shift
    mkdir -p "$top/build"
    if ! { (cd "$top" && cmake --preset "$preset") && cmake --build "$top/build/$preset" ${1:+--target "$@"}; } \
        >"$log" 2>&1; then
        grep -E -A5 'error|FAILED|Error' "$log" | head -n 40 >&2
        say "build/$preset failed; the whole log is $log"
        return 1
    fi
}

programs=(weft weft-coordinator weft-agent weft-device-helper weft-instance-helper)

# The programs the lab runs: those of WEFT_BIN, else the release build of this checkout.
build_programs() {
    [ -n "${WEFT_BIN:-}" ] && return 0
    install_packages "${build_packages[@]}" "${lab_packages[@]}"
    say "building the programs (build/release)"
    build release "${programs[@]}"
}
