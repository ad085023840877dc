# SPDX-License-Identifier: Apache-2.0
"""The floor programs, in the shape of the lab, for UDP packets of one size from i1 to i2."""

import platform
import struct
import tempfile
from pathlib import Path
from socket import htonl, inet_aton

from . import BENCH, run
from .shape import MTU, UNDERLAY, Shape

PAYLOAD = 18
OVERHEAD = 74  # outer IPv4, UDP, Geneve with three options, inner Ethernet


def _load(source, **constants):
    """Compiles tests/bench/SOURCE.bpf.c with its constants; the object's path, in a folder to be removed."""
    folder = tempfile.TemporaryDirectory(prefix="weft-bench-")
    target = Path(folder.name) / f"{source}.bpf.o"
    defines = [f"-D{name}={value}" for name, value in constants.items()]
    run("clang-14", "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-I", BENCH,
        "-isystem", f"/usr/include/{platform.machine()}-linux-gnu", *defines,
        "-c", BENCH / f"{source}.bpf.c", "-o", target)
    return folder, target


def _bytes(data):
    return ",".join(map(str, data))


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def ipv4_header(source, destination, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + payload, 0, 0x4000, 64, protocol, 0,
                       inet_aton(source), inet_aton(destination))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xffff) + (total >> 16)
    return head[:10] + struct.pack("!H", 0xffff - (total & 0xffff) - (total >> 16)) + head[12:]


def geneve_header(gni, tag=0):
    """As weft writes it: VNI, then the options source GNI, security tag and version (abi/framework.h)."""
    option = [struct.pack("!HBBI", 0xff77, kind, 1, value) for kind, value in ((1, gni), (2, tag), (3, 1))]
    return struct.pack("!BBHI", 6, 0, 0x6558, gni << 8) + b"".join(option)


class Floor(Shape):
    """Floor programs at the places of instance_tx and fabric_rx; neighbours are permanent, so nothing else runs.

    With `lookups` they make the packet path's map lookups too, with constant keys."""

    addresses = {1: "10.1.2.30", 2: "10.1.2.50"}

    def __init__(self, lookups=False):
        super().__init__("lookup" if lookups else "floor")
        self.lookups = int(lookups)

    def attach(self, name, device, source, **constants):
        folder, target = _load(source, **constants)
        with folder:
            self.on(name, f"tc qdisc add dev {device} clsact")
            self.on(name, f"tc filter add dev {device} ingress bpf da object-file {target} section tc")

    def host(self, n, other):
        eth0, peer_eth0 = (self.link(f"i{k}", "eth0")["address"] for k in (n, other))
        self.on(f"i{n}", f"ip link set eth0 mtu {MTU - OVERHEAD}")
        self.on(f"i{n}", f"ip address add {self.addresses[n]}/24 dev eth0")
        self.on(f"i{n}", f"ip neigh add {self.addresses[other]} lladdr {peer_eth0} nud permanent dev eth0")
        uplink = self.link(f"h{other}", "uplink0")["address"]
        self.on(f"h{n}", f"ip neigh add {UNDERLAY[other]} lladdr {uplink} nud permanent dev uplink0")
        inner = 20 + 8 + PAYLOAD
        ethernet = mac_bytes(peer_eth0) + mac_bytes(eth0) + b"\x08\x00"
        geneve = geneve_header(100) + ethernet
        udp = struct.pack("!HHHH", 50000, 6081, 8 + len(geneve) + inner, 0) + geneve
        header = ipv4_header(UNDERLAY[n], UNDERLAY[other], 17, len(udp) + inner) + udp
        ifindex = {device: self.link(f"h{n}", device)["ifindex"] for device in ("inst0", "uplink0")}
        self.attach(f"h{n}", "inst0", "floor_tx", HEADER=_bytes(header), IFINDEX=ifindex["uplink0"],
                    LOOKUPS=self.lookups, NEXT_HOP=htonl(int.from_bytes(inet_aton(UNDERLAY[other]), "big")))
        self.attach(f"h{n}", "uplink0", "floor_rx", STRIP=len(header), IFINDEX=ifindex["inst0"],
                    LOOKUPS=self.lookups, MACS=_bytes(mac_bytes(eth0) + mac_bytes(peer_eth0)))


class Drop(Shape):
    """A bare XDP_DROP at h2's uplink."""

    def __init__(self):
        super().__init__("drop")

    def host(self, n, other):
        uplink = self.link(f"h{other}", "uplink0")["address"]
        self.on(f"h{n}", f"ip neigh add {UNDERLAY[other]} lladdr {uplink} nud permanent dev uplink0")
        if n == 2:
            folder, target = _load("floor_xdp")
            with folder:
                self.on("h2", f"ip link set dev uplink0 xdpdrv object {target} section xdp")
