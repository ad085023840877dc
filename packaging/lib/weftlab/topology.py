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
    links: list  # what uplink0, or with several uplinks lo, carries, with prefix lengths
    zone: str = "z1"
    agent: dict = field(default_factory=dict)  # added to the host's agent.yaml
    foreign: bool = False  # runs no agent
    capabilities: list = field(default_factory=list)  # of a foreign host; empty: what weft takes it to have
    underlay_mtu: int = 0  # of a foreign host; 0: not known
    uplinks: int = 1  # with several, its addresses are on lo, and the underlay routes to them


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


def _check_foreign(what, entry):
    """What a host without an agent may say and others may not, and the other way round."""
    foreign = entry.get("foreign", False)
    if not isinstance(foreign, bool):
        raise LabError(f"{what}: foreign: true or false was expected, not {foreign!r}")
    for key in ("agent",) if foreign else ("capabilities", "underlay-mtu"):
        if key in entry:
            why = "a foreign host runs none" if foreign else "only for a host with foreign: true"
            raise LabError(f"{what}: {key}: {why}")
    capabilities = entry.get("capabilities", [])
    if not isinstance(capabilities, list) or not all(isinstance(each, str) for each in capabilities):
        raise LabError(f"{what}: capabilities: a list of texts was expected, e.g. [vxlan/1], not {capabilities!r}")
    mtu = entry.get("underlay-mtu", 0)
    if not isinstance(mtu, int) or isinstance(mtu, bool):
        raise LabError(f"{what}: underlay-mtu: a number of bytes was expected, not {mtu!r}")


def _address(what, text):
    try:
        return ipaddress.ip_address(text)
    except ValueError as error:
        raise LabError(f"{what}: {error}") from error


def _host(entry):
    what = f"lab.hosts: {entry.get('name', '?') if isinstance(entry, dict) else entry}"
    _check_keys(what, entry, {"name", "zone", "underlay", "addresses", "agent", "foreign", "capabilities",
                              "underlay-mtu", "uplinks"})
    if "name" not in entry or not entry.get("underlay"):
        raise LabError(f"{what}: name and underlay are needed")
    _check_foreign(what, entry)
    uplinks = entry.get("uplinks", 1)
    if uplinks not in (1, 2) or (uplinks == 2 and any(":" in text for text in entry["underlay"])):
        raise LabError(f"{what}: uplinks: 1, or 2 with IPv4 addresses alone, was expected, not {uplinks!r}")
    links = []
    for text in entry.get("addresses", entry["underlay"]):
        address = _address(what, text)
        network = next((n for n in UNDERLAY if address in n), None)
        if network is None:
            raise LabError(f"{what}: {text} is in none of {', '.join(map(str, UNDERLAY))}")
        links.append(f"{address}/{network.prefixlen}")
    return Host(entry["name"], entry["underlay"], links, entry.get("zone", "z1"), entry.get("agent", {}),
                entry.get("foreign", False), entry.get("capabilities", []), entry.get("underlay-mtu", 0), uplinks)


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
