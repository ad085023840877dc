# SPDX-License-Identifier: Apache-2.0
"""Throughput, round trip and packet rate from instance to instance across hosts with the rules of `groups`, beside both
peers."""

from . import TOP, BenchError, cloud, groups
from .exchange import Way
from .shape import Plain, Stock
from .table import Row, progress

PLAIN = "plain routing, no rules"
STOCK = f"stock vxlan+bridge+conntrack, the same {len(groups.RULES)} rules"
MEASURES = [
    ("TCP one stream", "Gbit/s", Way.tcp_stream, {PLAIN: ">= 1.0", STOCK: ">= 1.3"}),
    ("TCP round trip, median", "us", Way.tcp_round_trip, {PLAIN: "<= 1.0", STOCK: ""}),
    ("TCP connections, opened and closed", "/s", Way.connections, {PLAIN: "", STOCK: ""}),
    ("UDP 64-byte packets", "/s", Way.udp_rate, {PLAIN: ">= 1.0", STOCK: ">= 2.0"}),
]


def give_rules():
    """Both ends' only group has the rules that the stock peer has."""
    cloud.weft("group", "create", "measured", "--partition", "blue", *groups.arguments())
    for record in ("blue-i1", "blue-i2"):
        cloud.weft("record", "modify", record, "--security-group", "measured", "--wait=installed")


def measure(options):
    with cloud.lab(TOP / "packaging/examples/two-hosts.yaml", "i1", "10.1.2.50"), Plain() as plain, Stock() as stock:
        give_rules()
        ways = {
            "weft": Way(cloud.enter, "i1", "i2", "10.1.2.50", options.net),
            PLAIN: Way(plain.enter, "i1", "i2", plain.addresses[2], options.net),
            STOCK: Way(stock.enter, "i1", "i2", stock.addresses[2], options.net),
        }
        for who in ("weft", STOCK):
            if ways[who].pings():
                raise BenchError(f"{who}: its rules let a ping pass that none of them allows")
        for name, unit, exchange, bounds in MEASURES:
            results = {who: [] for who in ways}
            for _ in range(options.rounds):
                for who, way in ways.items():
                    results[who].append(exchange(way, options.seconds))
            for who, values in results.items():
                progress(f"  {name}, {who}: {' '.join(f'{v:.5g}' for v in values)}")
            for peer, bound in bounds.items():
                yield Row(name, unit, results["weft"], bound, peer, results[peer])
