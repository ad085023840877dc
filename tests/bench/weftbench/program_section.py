# SPDX-License-Identifier: Apache-2.0
"""Cost of a packet in the programs, on live traffic, beside floor programs in the same shape and run."""

from . import BENCH, TOP, cloud, run, stats
from .exchange import Way
from .floor import Drop, Floor, geneve_header, ipv4_header
from .shape import UNDERLAY
from .table import Row, progress

FLOOR = "floor: packet helpers alone"
LOOKUPS = "floor and constant lookups"


def rows(names, ours, peers, bound, peer):
    for index, name in enumerate(names):
        mine, theirs = [sample[index] for sample in ours], [sample[index] for sample in peers]
        progress(f"  {name}: {' '.join(f'{v:.1f}' for v in mine)}; {peer}: {' '.join(f'{v:.1f}' for v in theirs)}")
        yield Row(name, "ns", mine, bound, peer, theirs)


def established(options):
    with cloud.lab(TOP / "packaging/examples/two-hosts.yaml", "i1", "10.1.2.50"), \
            Floor() as floor, Floor(lookups=True) as lookups, stats.enabled():
        sides = [(cloud.enter, "10.1.2.50", cloud.device_of("i1", "h1"))]
        sides += [(peer.enter, peer.addresses[2], "inst0") for peer in (floor, lookups)]
        samples = [[], [], []]
        programs = [[stats.program_at(enter, "h1", device, "tc"), stats.program_at(enter, "h2", "uplink0", "tc")]
                    for enter, _, device in sides]
        for _ in range(options.rounds):
            for (enter, address, _), ids, taken in zip(sides, programs, samples):
                way = Way(enter, "i1", "i2", address, options.net)
                taken.append(stats.cost(ids, lambda way=way: way.udp_rate(options.seconds)))
    names = ["instance_tx, encapsulate", "fabric_rx, decapsulate and deliver"]
    yield from rows(names, samples[0], samples[1], "<= 1.4", FLOOR)
    yield from rows(names, samples[0], samples[2], "", LOOKUPS)


def spoofed():
    """A whole Geneve packet to i2 that claims to come from i2 itself: no host but h2 may send that."""
    inner = ipv4_header("10.1.2.50", "10.1.2.50", 17, 8 + 18) + bytes.fromhex("c3501388001a0000") + bytes(18)
    ethernet = bytes.fromhex("020000000002" "020000000001" "0800")
    return "x:" + (geneve_header(100) + ethernet + inner).hex()


def dropped(options):
    def flood(enter, sender):
        run(*enter(sender, options.net, "flood", UNDERLAY[2], 6081, options.seconds, spoofed()))

    with cloud.lab(BENCH / "xdp.yaml", "i1", "10.1.2.50"), Drop() as drop, stats.enabled():
        ours = [stats.program_at(cloud.enter, "h2", "uplink0", "xdp")]
        bare = [stats.program_at(drop.enter, "h2", "uplink0", "xdp")]
        unknown, foreign, peers = [], [], []
        for _ in range(options.rounds):
            unknown.append(stats.cost(ours, lambda: flood(cloud.enter, "coordinator")))
            foreign.append(stats.cost(ours, lambda: flood(cloud.enter, "h1")))
            peers.append(stats.cost(bare, lambda: flood(drop.enter, "h1")))
        yield from rows(["fabric_rx_xdp, spoofed: no such host"], unknown, peers, "<= 2.0", "bare XDP_DROP")
        yield from rows(["fabric_rx_xdp, spoofed: another host's address"], foreign, peers, "<= 2.0", "bare XDP_DROP")


def measure(options):
    yield from established(options)
    yield from dropped(options)
