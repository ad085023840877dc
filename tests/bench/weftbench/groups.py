# SPDX-License-Identifier: Apache-2.0
"""The rules of the lab section: one list, as a weft security group and as nftables beside it."""

from dataclasses import dataclass

from .exchange import PORT

# What a group of a service opens: the measured port stands in the middle of each direction.
SERVICES = [("tcp", 22), ("tcp", 53), ("udp", 53), ("tcp", 80), ("tcp", 443), ("tcp", 2049), ("tcp", 3306),
            ("tcp", PORT), ("udp", PORT), ("tcp", 5432), ("tcp", 6379), ("tcp", 8080), ("tcp", 9100), ("udp", 123),
            ("udp", 514)]
NETWORKS = ["172.16.0.0/12", "10.1.0.0/16"]


@dataclass
class Rule:
    """Lets new flows of one direction pass, to or from a prefix."""

    direction: str
    protocol: str
    port: int
    network: str

    def as_weft(self):
        word = "from" if self.direction == "ingress" else "to"
        return f"{self.direction} {self.protocol} {self.port} {word} {self.network}"

    def as_nft(self):
        end = "saddr" if self.direction == "ingress" else "daddr"
        return f"ip {end} {self.network} {self.protocol} dport {self.port} accept"


RULES = [Rule(direction, protocol, port, network)
         for direction in ("ingress", "egress") for protocol, port in SERVICES for network in NETWORKS]


def arguments():
    """Of `weft group create`."""
    return [word for rule in RULES for word in ("--rule", rule.as_weft())]


def _chain(name, *lines):
    return "\n".join([f"chain {name} {{", *lines, "}", ""])


def as_nft(address):
    """What the group allows the instance of this address: tracked flows, then its rules, then nothing."""
    chains = [_chain(direction, *(rule.as_nft() for rule in RULES if rule.direction == direction))
              for direction in ("ingress", "egress")]
    chains.append(_chain("forward", "type filter hook forward priority filter; policy drop",
                         "ct state established,related accept",
                         "ct state invalid drop",
                         f"ip saddr {address} jump egress",
                         f"ip daddr {address} jump ingress"))
    return f"table inet groups {{\n{''.join(chains)}}}\n"


def checks_as_nft(own, other, peer):
    """What weft checks of an instance's packets and of those that come for it: `own` and `other` are MAC and address of
    the instances here and there, `peer` is the other host. ARP carries its sender's pair as well."""
    def sender(name, device, mac, address):
        return _chain(name, f"type filter hook ingress device {device} priority filter; policy drop",
                      f"ether saddr {mac} ip saddr {address} accept",
                      f"ether saddr {mac} arp saddr ether {mac} arp saddr ip {address} accept")

    chains = [sender("sent", "inst0", *own), sender("received", "vxlan0", *other),
              _chain("outer", "type filter hook ingress device uplink0 priority filter; policy accept",
                     f"udp dport 4789 ip saddr != {peer} drop")]
    return f"table netdev checks {{\n{''.join(chains)}}}\n"
