# SPDX-License-Identifier: Apache-2.0
"""Prints how many entries of the map `port` of a lab's host have a record captured: captured_ports.py HOST RECORD."""

import glob
import json
import subprocess
import sys

CAPTURE = 1 << 8  # WEFT_PORT_CAPTURE


def main():
    host, record = sys.argv[1], int(sys.argv[2].partition("-")[2], 16)
    path = glob.glob(f"/run/weft-lab/{host}/bpf/weft/weft_port_v[0-9]*")[0]
    dump = subprocess.run(["bpftool", "-j", "map", "dump", "pinned", path], capture_output=True, text=True, check=True)
    values = [each["formatted"]["value"] for each in json.loads(dump.stdout)]
    print(sum(1 for v in values if v["record"] == record and v["flags"] & CAPTURE))


main()
