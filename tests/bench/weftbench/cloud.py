# SPDX-License-Identifier: Apache-2.0
"""weft itself, in a lab."""

import json
import subprocess
import time
from contextlib import contextmanager

from . import TOP, BenchError, run

LAB = TOP / "packaging" / "lab"


def enter(name, *argv):
    return ["nsenter", f"--net=/run/netns/weft-{name}", "--", *map(str, argv)]


def weft(*argv):
    return run(LAB, "weft", *argv)


@contextmanager
def lab(path, sender, address):
    """The lab of a YAML file, up once `sender` reaches `address`; it goes down at the end."""
    run(LAB, "up", path)
    try:
        _reach(sender, address)
        yield
    finally:
        run(LAB, "down")


def _reach(sender, address, seconds=10):
    deadline = time.monotonic() + seconds
    ping = enter(sender, "ping", "-n", "-q", "-c", 1, "-W", 1, address)
    while subprocess.run(ping, capture_output=True, check=False).returncode != 0:
        if time.monotonic() > deadline:
            raise BenchError(f"{sender} does not reach {address}")


def device_of(instance, host):
    """The name, in the host, of the veth whose other end is the instance's."""
    links = json.loads(run(*enter(instance, "ip", "-j", "link", "show", "type", "veth")))
    peers = json.loads(run(*enter(host, "ip", "-j", "link", "show", "type", "veth")))
    index = links[0]["link_index"]
    return next(link["ifname"] for link in peers if link["ifindex"] == index)
