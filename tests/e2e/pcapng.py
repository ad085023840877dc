# SPDX-License-Identifier: Apache-2.0
"""Reads capture files: pcapng.py list FILE prints a line for each packet, INTERFACE DIRECTION HEX; pcapng.py pcap FILE
[SKIP] prints the packets of a pcap file of tcpdump as hex, without their first SKIP bytes; pcapng.py dropped FILE
prints how many packets the file says were lost."""

import struct
import sys


def blocks(data):
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length >= 12 and length % 4 == 0, f"block of {length} bytes at {at}"
        assert struct.unpack_from("<I", data, at + length - 4)[0] == length, f"lengths differ at {at}"
        yield kind, data[at + 8:at + length - 4]
        at += length


def options(body):
    at = 0
    while at < len(body):
        code, length = struct.unpack_from("<HH", body, at)
        if code == 0:
            return
        yield code, body[at + 4:at + 4 + length]
        at += 4 + (length + 3) // 4 * 4


def packets(data):
    names, dropped = [], None
    for kind, body in blocks(data):
        if kind == 1:
            names.append(dict(options(body[8:]))[2].decode())
        elif kind == 6:
            interface, _, _, captured, _ = struct.unpack_from("<5I", body)
            flags = dict(options(body[20 + (captured + 3) // 4 * 4:]))[2]
            yield names[interface], {1: "in", 2: "out"}[struct.unpack("<I", flags)[0]], body[20:20 + captured]
        elif kind == 5:
            dropped = (dropped or 0) + struct.unpack("<Q", dict(options(body[12:]))[5])[0]
    assert names == ["inner", "outer"], names
    yield "dropped", "", dropped


def pcap(data):
    assert struct.unpack_from("<I", data)[0] in (0xA1B2C3D4, 0xA1B23C4D), "not a pcap file"
    at = 24
    while at + 16 <= len(data):
        captured, length = struct.unpack_from("<II", data, at + 8)
        assert captured == length, "a packet was cut"
        yield data[at + 16:at + 16 + captured]
        at += 16 + captured


def main():
    what, path, skip = sys.argv[1], sys.argv[2], int((sys.argv + ["0"])[3])
    with open(path, "rb") as file:
        data = file.read()
    if what == "pcap":
        for packet in pcap(data):
            print(packet[skip:].hex())
        return
    for interface, direction, packet in packets(data):
        if interface == "dropped":
            if what == "dropped":
                print(packet)
        elif what == "list":
            print(interface, direction, packet.hex())


main()
