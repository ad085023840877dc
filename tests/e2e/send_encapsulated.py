# SPDX-License-Identifier: Apache-2.0
"""Sends one encapsulated UDP packet as anybody on the underlay could, byte by byte from RFC 8926 and RFC 7348.

  send_encapsulated.py geneve|vxlan TO GNI INNER_SOURCE INNER_DESTINATION [SOURCE_GNI]
"""

import socket
import struct
import sys

GENEVE_CLASS, SOURCE_GNI, VERSION = 0xFF77, 1, 3


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def inner(source, destination):
    """An Ethernet frame with an empty UDP datagram to port 9."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 0, 0x4000, 64, socket.IPPROTO_UDP, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return bytes.fromhex("020000000002" "020000000001" "0800") + head + struct.pack("!HHHH", 50000, 9, 8, 0)


def geneve(gni, source_gni):
    """Without a security tag: the receiver knows the source's own."""
    options = b"".join(struct.pack("!HBBI", GENEVE_CLASS, kind, 1, value)
                       for kind, value in ((SOURCE_GNI, source_gni), (VERSION, 1)))
    return struct.pack("!BBHI", len(options) // 4, 0, 0x6558, gni << 8) + options


def vxlan(gni):
    return struct.pack("!II", 0x08 << 24, gni << 8)


framework, to, gni_text, inner_source, inner_destination = sys.argv[1:6]
gni_number = int(gni_text)
if framework == "geneve":
    PORT, header = 6081, geneve(gni_number, int(sys.argv[6]) if len(sys.argv) > 6 else gni_number)
else:
    PORT, header = 4789, vxlan(gni_number)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as underlay:
    underlay.sendto(header + inner(inner_source, inner_destination), (to, PORT))
