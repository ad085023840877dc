# SPDX-License-Identifier: Apache-2.0
"""Namespaces and links of the lab: one bridge in weft-underlay, one uplink0 in each host."""

import contextlib
import os
import signal
import subprocess

from . import LabError
from .topology import COORDINATOR

UNDERLAY = "underlay"


def namespace(name):
    return f"weft-{name}"


def run(*argv, **options):
    """Runs a command, returns its standard output; its complaint becomes a LabError."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, **options)
    except OSError as error:
        raise LabError(f"{argv[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise LabError(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip() or done.returncode}")
    return done.stdout


def enter(name, argv):
    """The command line that runs argv in the namespace; /sys stays as it is, so that bpffs is seen."""
    return ["nsenter", f"--net=/run/netns/{namespace(name)}", "--", *argv]


def add_namespace(state, name):
    if namespace(name) in run("ip", "netns", "list").split():
        raise LabError(f"the network namespace {namespace(name)} exists already and is not this lab's")
    state.namespaces.append(namespace(name))
    state.save()
    run("ip", "netns", "add", namespace(name))
    # Link-local addresses without the second of duplicate detection; nobody advertises routers here.
    knobs = [f"{scope}.{knob}" for scope in ("all", "default") for knob in ("accept_dad", "accept_ra")]
    settings = [f"net.ipv6.conf.{knob}=0" for knob in knobs]
    run(*enter(name, ["sysctl", "-qw", *settings]))
    run("ip", "-n", namespace(name), "link", "set", "lo", "up")


def _join_underlay(name, device, addresses, mtu):
    own, bridge = namespace(name), namespace(UNDERLAY)
    run("ip", "-n", bridge, "link", "add", name, "mtu", str(mtu), "type", "veth",
        "peer", "name", device, "mtu", str(mtu), "netns", own)
    run("ip", "-n", bridge, "link", "set", name, "master", "br0", "up")
    for address in addresses:
        run("ip", "-n", own, "address", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
    run("ip", "-n", own, "link", "set", device, "up")


def build(state, topology):
    add_namespace(state, UNDERLAY)
    run("ip", "-n", namespace(UNDERLAY), "link", "add", "br0", "mtu", str(topology.mtu), "type", "bridge",
        "mcast_snooping", "0")
    run("ip", "-n", namespace(UNDERLAY), "link", "set", "br0", "up")
    add_namespace(state, "coordinator")
    _join_underlay("coordinator", "uplink0", COORDINATOR, topology.mtu)
    for host in topology.hosts:
        add_namespace(state, host.name)
        _join_underlay(host.name, "uplink0", host.links, topology.mtu)
    for instance in topology.instances:
        add_namespace(state, instance)


def mount_bpf(state, path):
    """A bpffs of the host's own: what one host pins, the others do not see at the same path."""
    path.mkdir(parents=True)
    state.mounts.append(str(path))
    state.save()
    run("mount", "-t", "bpf", "-o", "mode=0700", "bpf", str(path))


def remove(state):
    """Everything that was made; goes on after a failure and returns what could not be removed.

    Processes left inside, servers of a test or a forgotten shell, would keep the namespaces alive: they end."""
    failures = []
    for name in state.namespaces:
        pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False).stdout
        for pid in pids.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    for argv in [["ip", "netns", "delete", n] for n in reversed(state.namespaces)] + \
                [["umount", m] for m in reversed(state.mounts)]:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode != 0 and "No such file" not in done.stderr and "not mounted" not in done.stderr:
            failures.append(f"{' '.join(argv)}: {done.stderr.strip()}")
    return failures
