#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who answers each of many UDP flows: asks port 7778 of an address from COUNT source ports on, from FIRST on, and
prints one line "PORT NAME" each, NAME being what was answered; "PORT -" where nothing was within the time. The same
ports are the same flows. Usage: flows.py ADDRESS FIRST COUNT [SECONDS]"""

import select
import socket
import sys
import time

ADDRESS, FIRST, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SECONDS = float(sys.argv[4]) if len(sys.argv) > 4 else 4
AGAIN = 0.5  # a datagram, or its answer, may be lost


def main():
    family = socket.AF_INET6 if ":" in ADDRESS else socket.AF_INET
    waiting, answers = {}, {}
    for port in range(FIRST, FIRST + COUNT):
        each = socket.socket(family, socket.SOCK_DGRAM)
        each.bind(("", port))
        each.connect((ADDRESS, 7778))
        waiting[each] = port
    end = time.monotonic() + SECONDS
    ask = 0.0
    while waiting and time.monotonic() < end:
        if time.monotonic() >= ask:
            for each in waiting:
                each.send(b"?\n")
            ask = time.monotonic() + AGAIN
        for each in select.select(list(waiting), [], [], 0.05)[0]:
            try:
                answers[waiting[each]] = each.recv(100).decode().strip()
            except ConnectionRefusedError:
                continue
            del waiting[each]
    for port in range(FIRST, FIRST + COUNT):
        print(port, answers.get(port, "-"))


main()
