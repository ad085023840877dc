#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints each way in which what the coordinator shows of attachments, and what the maps of the lab's hosts hold,
do not agree; nothing when they do. Usage: agreement.py WEFT_PROGRAM, with WEFT_SOCKET set."""

import glob
import ipaddress
import json
import struct
import subprocess
import sys

WEFT = sys.argv[1]
PINS = "/run/weft-lab/{}/bpf/weft/weft_{}_v[0-9]*"  # of whatever version of the map


def ask(*argv):
    return json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)


def objects(kind):
    return {each["id"]: each for each in ask(WEFT, kind, "list", "-o", "json")}


def number(name):
    return int(name.partition("-")[2], 16)


def address(words):
    whole = ipaddress.IPv6Address(struct.pack("=4I", *words["word"]))
    return str(whole.ipv4_mapped or whole)


def entries(host, name):
    (pin,) = glob.glob(PINS.format(host, name))
    dump = ask("bpftool", "map", "dump", "pinned", pin, "-j")
    return [(entry["formatted"]["key"], entry["formatted"]["value"]) for entry in dump]


def shown(records, attachments, instances):
    """Objects that contradict each other, or that an operation has left in the middle."""
    for record in records.values():
        own = [a for a in attachments.values() if a["record"] == record["id"]]
        views = {"attachment-status": ("attached" if own else "detached", record["attachment-status"]),
                 "attachments": ([a["id"] for a in own], record["attachments"]),
                 "instances": ([a["instance"] for a in own], record["instances"]),
                 "hosts": (list(dict.fromkeys(a["host"] for a in own)), record["hosts"]),
                 "notice": ("", record["notice"])}
        for field, (expected, found) in views.items():
            if expected != found:
                yield f"record {record['name']}: {field} is {found}, its attachments say {expected}"
    for each in attachments.values():
        if each["phase"] != "attached" or each["operation"]:
            yield f"attachment {each['id']}: phase {each['phase']}, operation {each['operation']}"
        if instances[each["instance"]]["host"] != each["host"]:
            yield f"attachment {each['id']}: on {each['host']}, its instance is elsewhere"
    for operation in objects("operation").values():
        if operation["state"] not in ("done", "failed"):
            yield f"operation {operation['id']}: still {operation['state']}, {operation['step']}"


def expected_maps(host, records, attachments, partitions):
    """What the maps of the host must hold: keys with the part of the value that says who it is for."""
    here = [a for a in attachments.values() if a["host"] == host["id"]]
    gni = {a["id"]: partitions[records[a["record"]]["partition"]]["gni"] for a in attachments.values()}
    concerned = {gni[a["id"]] for a in here}
    known = [(a, gni[a["id"]], each) for a in attachments.values() if gni[a["id"]] in concerned
             for each in records[a["record"]]["addresses"]]
    shared = {id for id, record in records.items() if not record["exclusive"]}
    first = {}  # attachment of each record
    for a in sorted(attachments.values(), key=lambda a: a["id"]):
        first.setdefault(a["record"], a["id"])
    return {
        "port": {(number(a["id"]), gni[a["id"]]) for a in here},
        "local": {(gni[a["id"]], each, 0 if a["record"] in shared else number(a["id"]))
                  for a in here for each in records[a["record"]]["addresses"]},
        "member": {(number(a["record"]), number(a["host"]), number(a["id"])) for a, _, _ in known
                   if a["record"] in shared},
        "mapping": {(key, each, number(a["host"]), number(a["record"])) for a, key, each in known
                    if first[a["record"]] == a["id"]},
        "source": {(key, each, number(a["host"]), number(a["record"])) for a, key, each in known},
    }


def found_maps(name):
    return {
        "port": {(v["attachment"], v["gni"]) for _, v in entries(name, "port")},
        "local": {(k["gni"], address(k["address"]), v["attachment"]) for k, v in entries(name, "local")},
        "member": {(k["record"], v["host"], v["attachment"]) for k, v in entries(name, "member")},
        "mapping": {(k["gni"], address(k["address"]), v["host"], v["record"]) for k, v in entries(name, "mapping")},
        "source": {(k["gni"], address(k["address"]), k["host"], v["record"]) for k, v in entries(name, "source")},
    }


def main():
    records, attachments, instances = objects("record"), objects("attachment"), objects("instance")
    partitions, hosts = objects("partition"), objects("host")
    yield from shown(records, attachments, instances)
    for host in hosts.values():
        expected = expected_maps(host, records, attachments, partitions)
        for name, found in found_maps(host["name"]).items():
            for entry in expected[name] - found:
                yield f"host {host['name']}: {name} lacks {entry}"
            for entry in found - expected[name]:
                yield f"host {host['name']}: {name} still has {entry}"
    for host in ask(WEFT, "status", "-o", "json")["hosts"]:
        if host["session"] != "connected" or host["failed"] or host["waiting"] or host["problem"]:
            yield f"status: {host}"


for problem in main():
    print(problem)
