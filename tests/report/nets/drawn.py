"""The nets of all papers that are known, at every size, and the texts of a drawing with the room that they take."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from repro.catalogue.files import read_file
from repro.papers import PAPERS
from repro.report.drawing.svg import TEXT_PX, text_width
from repro.report.inputs.results import Results
from repro.report.nets.sized import SizedNet, network_of, sized_nets
from repro.report.text.formatting import TIMES
from repro.spec.experiment import Paper
from tests.artifacts.made import judgement

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "vgg_depth.py"
TEXT = re.compile(r'<text x="([-.\d]+)" y="([-.\d]+)"(?: text-anchor="(\w+)")? style="([^"]*)">([^<]*)</text>')


@dataclass(frozen=True)
class Label:
    """A text of a drawing, x for the sign of multiplication, and the rectangle that it fills, about."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    def overlaps(self, other: Label) -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


def labels(svg: str) -> list[Label]:
    """Every text of the drawing, in its order."""
    found = []
    for x, y, anchor, style, escaped in TEXT.findall(svg):
        text = unescape(escaped).replace(TIMES, "x")
        size = re.search(r"font-size:([.\d]+)px", style)
        height = float(size[1]) if size else TEXT_PX
        width = text_width(text, size=height)
        left = float(x) - {"middle": width / 2, "end": width}.get(anchor, 0.0)
        found.append(Label(text, left, left + width, float(y) - 0.72 * height, float(y) + 0.1 * height))
    return found


def overlapping(svg: str) -> list[tuple[str, str]]:
    """The pairs of texts that lie over one another."""
    return [(one.text, two.text) for one, two in itertools.combinations(labels(svg), 2) if one.overlaps(two)]


def outside(svg: str) -> list[str]:
    """The texts that are cut off at an edge of the drawing."""
    box = re.search(r'viewBox="0 0 ([.\d]+) ([.\d]+)"', svg)
    assert box
    width, height = float(box[1]), float(box[2])
    return [
        label.text
        for label in labels(svg)
        if label.left < -1 or label.right > width + 1 or label.top < -1 or label.bottom > height + 1
    ]


def results_at(scale: str) -> Results:
    """Results of a scale at which nothing has been run."""
    return Results(
        scale=scale, folder=Path("results") / scale, measured=(), judgement=judgement(), runs={}, datasets={}, refused={}
    )


def known_papers() -> tuple[Paper, ...]:
    """The built-in papers and the example of a paper of one's own."""
    return (*PAPERS.values(), *read_file(EXAMPLE).papers)


def every_net() -> Iterator[SizedNet]:
    """Each different net of all papers at each of its sizes, once."""
    seen = set()
    for paper in known_papers():
        for variant in paper.variants:
            if network_of(variant.name, paper=paper) is None:
                continue
            for scale in paper.scales:
                for item in sized_nets(variant.name, paper=paper, results=results_at(scale.name)):
                    if item.net not in seen:
                        seen.add(item.net)
                        yield item
