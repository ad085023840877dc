# SPDX-License-Identifier: Apache-2.0
"""The lab file: hosts and underlay under `lab:`, what `weft apply` takes under `cloud:`."""

import ipaddress
from dataclasses import dataclass, field

import yaml

from . import LabError

COORDINATOR = ["192.0.2.250/24", "2001:db8::250/64"]
COORDINATOR_ADDRESS = "192.0.2.250"
UNDERLAY = [ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("2001:db8::/64")]


@dataclass
class Host:
    name: str
    underlay: list  # what `weft host create` declares
    links: list  # what uplink0 carries, with prefix lengths
    zone: str = "z1"
    agent: dict = field(default_factory=dict)  # added to the host's agent.yaml


@dataclass
class Topology:
    mtu: int
    hosts: list
    cloud: dict
    coordinator: dict  # added to coordinator.yaml

    @property
    def instances(self):
        return [i["name"] for i in self.cloud.get("instances", [])]


def _check_keys(what, value, allowed):
    if not isinstance(value, dict):
        raise LabError(f"{what}: a mapping was expected")
    for key in value:
        if key not in allowed:
            raise LabError(f"{what}: unknown key {key!r}; known: {', '.join(sorted(allowed))}")


def _host(entry):
    what = f"lab.hosts: {entry.get('name', '?') if isinstance(entry, dict) else entry}"
    _check_keys(what, entry, {"name", "zone", "underlay", "addresses", "agent"})
    if "name" not in entry or not entry.get("underlay"):
        raise LabError(f"{what}: name and underlay are needed")
    links = []
    for text in entry.get("addresses", entry["underlay"]):
        address = ipaddress.ip_address(text)
        network = next((n for n in UNDERLAY if address in n), None)
        if network is None:
            raise LabError(f"{what}: {text} is in none of {', '.join(map(str, UNDERLAY))}")
        links.append(f"{address}/{network.prefixlen}")
    return Host(entry["name"], entry["underlay"], links, entry.get("zone", "z1"), entry.get("agent", {}))


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            document = yaml.safe_load(file)
    except (OSError, yaml.YAMLError) as error:
        raise LabError(f"{path}: {error}") from error
    _check_keys(path, document, {"lab", "cloud"})
    lab = document.get("lab", {})
    _check_keys("lab", lab, {"underlay", "hosts", "coordinator"})
    underlay = lab.get("underlay", {})
    _check_keys("lab.underlay", underlay, {"mtu"})
    hosts = [_host(entry) for entry in lab.get("hosts", [])]
    topology = Topology(underlay.get("mtu", 1500), hosts, document.get("cloud") or {},
                        lab.get("coordinator", {}))
    names = [h.name for h in hosts] + topology.instances + ["underlay", "coordinator"]
    doubles = {name for name in names if names.count(name) > 1}
    if doubles:
        raise LabError(f"{path}: names used twice: {', '.join(sorted(doubles))}")
    return topology
