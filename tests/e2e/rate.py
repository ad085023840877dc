#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Both ends of a stream whose rate is measured where it arrives.

  rate.py count udp|tcp ADDRESS PORT SIZE    says `ready`, then the payload's bytes/s and datagrams/s
  rate.py send udp|tcp ADDRESS PORT SIZE SECONDS [SEGMENTS]

Datagrams have SIZE bytes of payload; SEGMENTS of them are given to the kernel at once, as one to be segmented.
The rate is taken between the first and the last arrival, so that it holds no waiting.
"""

import socket
import sys
import time

UDP_SEGMENT, UDP_GRO, SO_RCVBUFFORCE, QUIET_SECONDS = 103, 104, 33, 0.5


def count(protocol, endpoint, size):
    stream = protocol == "tcp"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if not stream:
            end.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
            end.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
        end.bind(endpoint)
        if stream:
            end.listen()
        print("ready", flush=True)
        source = end.accept()[0] if stream else end
        first_bytes = len(source.recv(1 << 16))
        source.settimeout(QUIET_SECONDS)
        first = last = time.monotonic()
        received = datagrams = 0
        try:
            while got := len(source.recv(1 << 16)):
                received, datagrams, last = received + got, datagrams + -(-got // size), time.monotonic()
        except TimeoutError:
            pass
    seconds = max(last - first, 1e-9)
    print(f"{received / seconds:.0f} {datagrams / seconds:.0f} after {first_bytes} bytes, in {seconds:.2f} s")


def send(protocol, endpoint, size, seconds, segments):
    stream = protocol == "tcp"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM) as end:
        if segments > 1 and not stream:
            end.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
        end.settimeout(5)
        end.connect(endpoint)
        data = bytes(size * segments)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                end.send(data)
            except (ConnectionRefusedError, TimeoutError):
                pass


def main():
    verb, protocol, address, port, size = sys.argv[1:6]
    if verb == "count":
        count(protocol, (address, int(port)), int(size))
    else:
        seconds, segments = float(sys.argv[6]), int(sys.argv[7]) if len(sys.argv) > 7 else 1
        send(protocol, (address, int(port)), int(size), seconds, segments)


main()
