# SPDX-License-Identifier: Apache-2.0
"""Namespaces and links of the lab: one bridge in weft-underlay, one uplink0 in each host. A host with two
uplinks is behind a router: the underlay answers for its addresses and routes to it by both."""

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


def _join_routed(host, number, mtu):
    own, router = namespace(host.name), namespace(UNDERLAY)
    hops = []
    for n in range(host.uplinks):
        there, here = (f"198.51.100.{4 * (2 * number + n) + end}" for end in (1, 2))
        run("ip", "-n", router, "link", "add", f"{host.name}-{n}", "mtu", str(mtu), "type", "veth",
            "peer", "name", f"uplink{n}", "mtu", str(mtu), "netns", own)
        for name, device, address in ((router, f"{host.name}-{n}", there), (own, f"uplink{n}", here)):
            run("ip", "-n", name, "address", "add", f"{address}/30", "dev", device)
            run("ip", "-n", name, "link", "set", device, "up")
        hops.append((there, here))
    for name in (host.name, UNDERLAY):
        run(*enter(name, ["sysctl", "-qw", "net.ipv4.conf.all.ignore_routes_with_linkdown=1",
                          "net.ipv4.conf.all.rp_filter=0"]))
    source = host.links[0].partition("/")[0]
    for link in host.links:
        address = link.partition("/")[0]
        run("ip", "-n", own, "address", "add", f"{address}/32", "dev", "lo")
        run("ip", "-n", router, "route", "add", f"{address}/32",
            *(word for _, here in hops for word in ("nexthop", "via", here)))
    run("ip", "-n", own, "route", "add", "192.0.2.0/24", "src", source,
        *(word for there, _ in hops for word in ("nexthop", "via", there)))


def _route_underlay():
    router = namespace(UNDERLAY)
    run("ip", "-n", router, "address", "add", "192.0.2.254/24", "dev", "br0")
    run(*enter(UNDERLAY, ["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.br0.proxy_arp=1",
                          "net.ipv4.conf.br0.send_redirects=0"]))


def build(state, topology):
    add_namespace(state, UNDERLAY)
    run("ip", "-n", namespace(UNDERLAY), "link", "add", "br0", "mtu", str(topology.mtu), "type", "bridge",
        "mcast_snooping", "0")
    run("ip", "-n", namespace(UNDERLAY), "link", "set", "br0", "up")
    add_namespace(state, "coordinator")
    _join_underlay("coordinator", "uplink0", COORDINATOR, topology.mtu)
    if any(host.uplinks > 1 for host in topology.hosts):
        _route_underlay()
    for number, host in enumerate(topology.hosts):
        add_namespace(state, host.name)
        if host.uplinks > 1:
            _join_routed(host, number, topology.mtu)
        else:
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
