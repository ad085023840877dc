# SPDX-License-Identifier: Apache-2.0
"""The peers, in the shape of the lab: an instance, its host, an underlay bridge, a host, its instance.

    i1 eth0 --- inst0 h1 uplink0 --- br0 --- uplink0 h2 inst0 --- eth0 i2
"""

import json

from . import groups, run

UNDERLAY = {1: "192.0.2.1", 2: "192.0.2.2"}
MTU = 1500


class Shape:
    """Five namespaces of its own, removed at the end of the `with`."""

    def __init__(self, kind):
        self.kind = kind
        self.names = []

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def namespace(self, name):
        return f"weftbench-{self.kind}-{name}"

    def enter(self, name, *argv):
        return ["nsenter", f"--net=/run/netns/{self.namespace(name)}", "--", *map(str, argv)]

    def on(self, name, command):
        return run(*self.enter(name, *command.split()))

    def remove(self):
        while self.names:
            run("ip", "netns", "delete", self.names.pop())

    def add(self, name):
        run("ip", "netns", "add", self.namespace(name))
        self.names.append(self.namespace(name))
        self.on(name, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
        self.on(name, "ip link set lo up")

    def veth(self, name, device, other, other_device):
        self.on(name, f"ip link add {device} mtu {MTU} type veth peer name {other_device} mtu {MTU} "
                      f"netns {self.namespace(other)}")
        self.on(name, f"ip link set {device} up")
        self.on(other, f"ip link set {other_device} up")

    def link(self, name, device):
        return json.loads(self.on(name, f"ip -j link show {device}"))[0]

    def build(self):
        self.add("underlay")
        self.on("underlay", "ip link add br0 type bridge mcast_snooping 0")
        self.on("underlay", "ip link set br0 up")
        for n in (1, 2):
            self.add(f"h{n}")
            self.add(f"i{n}")
            self.veth("underlay", f"h{n}", f"h{n}", "uplink0")
            self.on("underlay", f"ip link set h{n} master br0")
            self.on(f"h{n}", f"ip address add {UNDERLAY[n]}/24 dev uplink0")
            self.veth(f"h{n}", "inst0", f"i{n}", "eth0")
        for n in (1, 2):
            self.host(n, 3 - n)

    def host(self, n, other):
        """What makes host n, with its instance, this kind of peer."""
        raise NotImplementedError


class Plain(Shape):
    """IP forwarding by the hosts' own routing tables; nothing is checked or tracked."""

    addresses = {1: "10.1.2.30", 2: "10.1.3.50"}

    def __init__(self):
        super().__init__("plain")

    def host(self, n, other):
        self.on(f"h{n}", "sysctl -qw net.ipv4.ip_forward=1")
        self.on(f"h{n}", f"ip address add 10.1.{n + 1}.1/24 dev inst0")
        self.on(f"h{n}", f"ip route add 10.1.{other + 1}.0/24 via {UNDERLAY[other]}")
        self.on(f"i{n}", f"ip address add {self.addresses[n]}/24 dev eth0")
        self.on(f"i{n}", f"ip route add default via 10.1.{n + 1}.1")


class Stock(Shape):
    """A vxlan device and the instance on a Linux bridge; the host tracks connections, has the rules of `groups` for
    new ones and checks who sends, all by nftables.

    Tracking sees bridged packets by br_netfilter, as kernels without nf_conntrack_bridge do."""

    addresses = {1: "10.1.2.30", 2: "10.1.2.50"}

    def __init__(self):
        super().__init__("stock")

    def host(self, n, other):
        host = f"h{n}"
        self.on(host, "ip link add br0 type bridge mcast_snooping 0")
        self.on(host, f"ip link add vxlan0 mtu {MTU - 50} type vxlan id 100 dstport 4789 dev uplink0 "
                      f"local {UNDERLAY[n]} remote {UNDERLAY[other]}")
        for device in ("inst0", "vxlan0"):
            self.on(host, f"ip link set {device} master br0 up")
        self.on(host, "ip link set br0 up")
        self.on(host, "sysctl -qw net.bridge.bridge-nf-call-iptables=1")
        ends = [(self.link(f"i{end}", "eth0")["address"], self.addresses[end]) for end in (n, other)]
        rules = groups.as_nft(self.addresses[n]) + groups.checks_as_nft(*ends, UNDERLAY[other])
        run(*self.enter(host, "nft", "-f", "-"), input=rules)
        self.on(f"i{n}", f"ip link set eth0 mtu {MTU - 50}")
        self.on(f"i{n}", f"ip address add {self.addresses[n]}/24 dev eth0")
