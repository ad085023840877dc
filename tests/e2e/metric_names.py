# SPDX-License-Identifier: Apache-2.0
"""Prints each metric or label value that the dashboard or the alerts name and no daemon exposes, and each way in which
the README's table is not what they expose; exit 1 then. Usage: metric_names.py DASHBOARDS EXPOSITION..."""

import json
import re
import sys
from pathlib import Path

import yaml

SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}


def exposed(texts):
    """Types by family, and the label values of each series name."""
    types, labels = {}, {}
    for line in "".join(texts).splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif not line.startswith("#"):
            name = re.match(r"\w+", line)[0]
            for label, value in re.findall(r'(\w+)="([^"]*)"', line):
                labels.setdefault((name, label), set()).add(value)
    return types, labels


def expressions(folder):
    dashboard = json.loads((folder / "weft.json").read_text(encoding="utf-8"))
    found = [t["expr"] for panel in dashboard["panels"] for t in panel.get("targets", [])]
    found += [v["query"] for v in dashboard["templating"]["list"]]
    rules = yaml.safe_load((folder / "weft-alerts.yaml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            if not {"alert", "expr", "annotations"} <= set(rule):
                yield f"alert without {rule}"
            found.append(rule["expr"])
    yield from found


def main():
    folder = Path(sys.argv[1])
    types, labels = exposed(Path(path).read_text(encoding="utf-8") for path in sys.argv[2:])
    series = {name + suffix for name, kind in types.items() for suffix in SUFFIXES.get(kind, ("",))}
    wrong, seen = set(), 0
    for text in expressions(folder):
        for name in re.findall(r"weft_\w+", text):
            seen += 1
            if name not in series:
                wrong.add(f"{name} is not exposed")
        for name, selector in re.findall(r"(weft_\w+)\{([^}]*)\}", text):
            for label, values in re.findall(r'(\w+)=~?"([^"$]+)"', selector):
                for value in values.split("|"):
                    if value not in labels.get((name, label), ()):
                        wrong.add(f'{name} has no {label}="{value}"')
    if seen == 0:
        wrong.add("nothing is named")
    table = dict(re.findall(r"^\| `(weft_\w+)` \| (\w+) \|", (folder / "README.md").read_text(encoding="utf-8"), re.M))
    wrong |= {f"README: {name} {table.get(name, 'missing')}, exposed: {types.get(name, 'not')}"
              for name in table.keys() | types.keys() if table.get(name) != types.get(name)}
    print("\n".join(sorted(wrong)))
    sys.exit(bool(wrong))


main()
