"""Draw the rules of a workflow small enough to print: all jobs that train nets of a paper are one box, as are all of a kind.

    snakemake --rulegraph reproduce --config scale=smoke | python docs/short_rulegraph.py | dot -Tsvg > rules.svg

Reads what `snakemake --rulegraph` writes and writes the same form.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

NODE = re.compile(r"^\s*(\d+)\[label\s*=\s*\"([^\"]*)\"")
EDGE = re.compile(r"^\s*(\d+)\s*->\s*(\d+)")
#: What the names of rules that are made in a loop begin with, and the box that stands for all of them.
KINDS = (
    (re.compile(r"prepare_.*"), "prepare"),
    (re.compile(r"train_(\w+?)_.*average.*"), r"average \1"),
    (re.compile(r"train_(\w+?)_.*"), r"train \1"),
)


def box_of(rule: str) -> str:
    """The box in which a rule is drawn."""
    name = rule.split("\\n")[0]
    for pattern, box in KINDS:
        if pattern.fullmatch(name):
            return pattern.sub(box, name)
    return name


def short(lines: Iterable[str]) -> str:
    """The graph of the boxes, with how many rules each stands for."""
    boxes: dict[str, str] = {}
    arrows: dict[tuple[str, str], None] = {}
    for line in lines:
        if found := EDGE.match(line):
            pair = boxes[found[1]], boxes[found[2]]
            arrows |= {pair: None} if pair[0] != pair[1] else {}
        elif found := NODE.match(line):
            boxes[found[1]] = box_of(found[2])
    counts = {box: list(boxes.values()).count(box) for box in boxes.values()}
    drawn = [f'  "{box}" [label="{box}{f" ({num} rules)" if num > 1 else ""}"];' for box, num in counts.items()]
    return "\n".join(
        ["digraph rules {", "  node [shape=box, fontname=sans];", *drawn, *(f'  "{a}" -> "{b}";' for a, b in arrows), "}"]
    )


if __name__ == "__main__":
    print(short(sys.stdin))
