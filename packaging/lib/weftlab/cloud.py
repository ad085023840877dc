# SPDX-License-Identifier: Apache-2.0
"""What an operator does: make the CA, start the coordinator, declare hosts, enrol their agents, apply."""

import json
import os
import subprocess
from pathlib import Path

import yaml

from . import LabError, process
from .network import enter, mount_bpf, run
from .state import RUN
from .topology import COORDINATOR_ADDRESS

PORT = 7470
DRIVERS = Path(__file__).resolve().parents[2] / "instance.d"
SOCKET = RUN / "coordinator" / "coordinator.sock"


def program(state, name):
    path = Path(state.programs) / name
    return str(path if path.exists() else name)


def bpf_objects(state):
    """Where the agent finds its BPF objects: beside the programs of a build; installed ones need no word."""
    folder = Path(state.programs).parent / "bpf"
    return {"objects": str(folder)} if folder.is_dir() else {}


def weft(state, *arguments):
    return run(program(state, "weft"), *arguments, env=dict(os.environ, WEFT_SOCKET=str(SOCKET)))


def driven_namespaces(state):
    """Namespaces that instances' drivers made besides the lab's, as long as the coordinator tells of them."""
    try:
        listed = run(program(state, "weft"), "instance", "list", "-o", "json",
                     env=dict(os.environ, WEFT_SOCKET=str(SOCKET)), timeout=5)
    except (LabError, subprocess.TimeoutExpired):
        return []
    found = [instance.get("netns") for instance in json.loads(listed) if instance.get("driver")]
    return [name for name in found if name and name not in state.namespaces]


def _write(path, values):
    path.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")


def start_coordinator(state, settings):
    folder = RUN / "coordinator"
    (folder / "tls").mkdir(parents=True, mode=0o700)
    run(program(state, "weft"), "pki", "init", "--directory", str(folder / "tls"), "--name", "coordinator",
        "--address", COORDINATOR_ADDRESS)
    config = folder / "coordinator.yaml"
    _write(config, {
        "database": str(folder / "weft.db"),
        "socket": str(SOCKET),
        "listen": [f"{COORDINATOR_ADDRESS}:{PORT}"],
        "tls": {"directory": str(folder / "tls")},
        "principals": [
            {"uid": 0, "name": "root", "role": "operator"},
            {"uid": 1000, "name": "alice", "role": "customer"},
        ],
        **settings,
    })
    process.start(state, "coordinator", "coordinator",
                  [program(state, "weft-coordinator"), "--config", str(config)], str(SOCKET))


def declare_host(state, host):
    underlay = [word for address in host.underlay for word in ("--underlay", address)]
    foreign = ["--foreign"] if host.foreign else []
    abilities = [word for each in host.capabilities for word in ("--capability", each)]
    mtu = ["--underlay-mtu", str(host.underlay_mtu)] if host.underlay_mtu else []
    weft(state, "host", "create", host.name, *underlay, "--zone", host.zone, *foreign, *abilities, *mtu)


def start_host(state, host):
    """Declares the host, enrols its agent with a token, starts the helpers and the agent. A foreign host is
    declared: what runs in its namespace is up to whoever uses the lab."""
    declare_host(state, host)
    if host.foreign:
        return
    folder = RUN / host.name
    mount_bpf(state, folder / "bpf")
    tls = folder / "tls"
    tls.mkdir(mode=0o700)
    (tls / "ca.pem").write_bytes((RUN / "coordinator" / "tls" / "ca.pem").read_bytes())
    config = folder / "agent.yaml"
    _write(config, {
        "coordinator": [f"{COORDINATOR_ADDRESS}:{PORT}"],
        "tls": {"directory": str(tls)},
        "uplinks": [{"device": f"uplink{n}", "mode": "auto"} for n in range(host.uplinks)],
        "bpf": {"pin": str(folder / "bpf" / "weft"), **bpf_objects(state)},
        "socket": str(folder / "agent.sock"),
        "state": str(folder / "state"),
        "helper": str(folder / "helper.sock"),
        "instance-helper": str(folder / "instance-helper.sock"),
        "flow-log": {"directory": str(folder / "log")},
        **host.agent,
    })
    token = weft(state, "host", "token", host.name).strip()
    agent = [program(state, "weft-agent"), "--config", str(config)]
    run(*enter(host.name, [*agent, "--enroll", token]))
    helper = str(folder / "helper.sock")
    process.start(state, f"helper-{host.name}", host.name,
                  [program(state, "weft-device-helper"), "--socket", helper], helper)
    instances = str(folder / "instance-helper.sock")
    process.start(state, f"instances-{host.name}", host.name,
                  [program(state, "weft-instance-helper"), "--socket", instances,
                   "--drivers", str(DRIVERS), "--hooks", str(folder / "hooks.d")], instances)
    process.start(state, f"agent-{host.name}", host.name, agent)


def apply(state, path):
    weft(state, "apply", "-f", str(path))
