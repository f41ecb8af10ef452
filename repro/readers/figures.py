"""The effects of a printed table as a figure for a paper or a slide: PDF and SVG, drawn by matplotlib.

The pages of the report draw their own plots, in the page's colours; this one stands alone, black on white, with the letters
of a column of a journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from repro.artifacts import claims_json
from repro.artifacts.claims_json import Judgement, MeasuredEffect, read_claims_json
from repro.artifacts.files import FileFormatError
from repro.artifacts.judged import JudgedEffect
from repro.artifacts.runs_csv import read_runs_csv
from repro.report.drawing.tracks import track_of
from repro.spec.names import UnknownName
from repro.spec.terms.metrics import TOP1

#: Between scale and name, where a table and no run is meant.
TABLE = "table"
NAMES = ("effects.pdf", "effects.svg")
#: Inches: the two columns of a page of a journal, a line, and what is above and below all lines.
WIDTH, LINE, ENDS = 6.9, 0.21, 0.85
#: No date and no random names: the same results give the same bytes.
SETTINGS: Any = {
    "font.size": 8,
    "pdf.fonttype": 42,  # letters that stay letters in whatever the figure is put into
    "svg.fonttype": "none",
    "svg.hashsalt": "repro",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}
WITHOUT_DATE: dict[str, dict[str, Any]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A variant against its control, in percentage points of top-1 error; intervals are over seeds.

    paper: the effect that the paper prints of the same two, None if it prints none.
    """

    title: str
    control: str
    estimate: float
    ci90: tuple[float, float] | None
    ci95: tuple[float, float] | None
    num_seeds: str
    paper: float | None

    @property
    def ends(self) -> tuple[float, float]:
        return self.ci95 or (self.estimate, self.estimate)


def export_table(scale: str, name: str, *, results: Path, out: Path) -> list[Path]:
    """Draw the effects of the table `name` at `scale` into the folder `out`; the files.

    Raises:
        FileFormatError: runs.csv or claims.json is not there, damaged, or made from another version of the other.
        UnknownName: no table of that name has an effect there.
    """
    folder = results / scale
    path = folder / "runs.csv"
    if not path.is_file():
        raise FileFormatError(f"{path} does not exist; run python -m repro collect --scale {scale}, then judge")
    judgement = read_claims_json(folder / claims_json.FILE, table=read_runs_csv(path))
    lines = lines_of(judgement, name)
    out.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(SETTINGS):
        figure = _drawn(lines, said=f"{name}, scale {scale}: {judgement.evidence[paper_of(judgement, name)]}")
        for file in NAMES:
            kind = file.rpartition(".")[2]
            figure.savefig(out / file, format=kind, metadata=WITHOUT_DATE[kind])
    return [out / file for file in NAMES]


def lines_of(judgement: Judgement, name: str) -> list[Line]:
    """A line for each variant of the table that has an effect on top-1 error, in the table's order.

    Raises:
        FileFormatError: no table has any.
        UnknownName: this one has none.
    """
    found = [effect for effect in judgement.effects if effect.metric == TOP1 and effect.points]
    if not found:
        raise FileFormatError(
            f"claims.json of {judgement.scale} has no effect; train variants of a table and their control first"
        )
    effects = [effect for effect in found if effect.table == name]
    if not effects:
        raise UnknownName(
            "table with an effect", name, sorted({effect.table for effect in found}), where=f" of {judgement.scale}"
        )
    printed = printed_effects(judgement)
    return [_line(effect, printed) for effect in effects]


def paper_of(judgement: Judgement, name: str) -> str:
    """The paper whose table this is."""
    return next(effect.paper for effect in judgement.effects if effect.table == name)


def printed_effects(judgement: Judgement) -> dict[tuple[str, str], float]:
    """What the papers print of two variants, by control and variant: top-1 error of the second less that of the first."""
    found = {}
    for claim in judgement.claims:
        if isinstance(claim, JudgedEffect) and claim.metric == TOP1 and claim.paper_delta is not None:
            arm, against = claim.chosen
            found[arm, against] = claim.paper_delta
    return found


def _line(effect: MeasuredEffect, printed: Mapping[tuple[str, str], float]) -> Line:
    assert effect.points is not None
    points, (control, variant) = effect.points, (effect.control, effect.variant)
    there, turned = printed.get((control, variant)), printed.get((variant, control))
    counts = sorted({effect.n.get(control, 0), effect.n.get(variant, 0)})
    return Line(
        title=effect.title,
        control=control,
        estimate=100 * points.estimate,
        ci90=_percent(points.ci90),
        ci95=_percent(points.ci95),
        num_seeds=" and ".join(str(count) for count in counts),
        paper=100 * there if there is not None else -100 * turned if turned is not None else None,
    )


def _percent(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return (100 * interval[0], 100 * interval[1]) if interval else None


def label_of(line: Line, *, usual: str) -> str:
    """The variant, how many seeds both have, and its control where this is not the usual one."""
    against = "" if line.control == usual else f", against {line.control}"
    return f"{line.title}{against} ({line.num_seeds})"


def reach_of(lines: Sequence[Line]) -> tuple[float, float]:
    """The ends of the axis, as on the pages: an effect far beyond the others does not press them together."""
    shown = [(*line.ends, *(() if line.paper is None else (line.paper,))) for line in lines]
    track = track_of(shown, relative=False)
    return track.low, track.high


def _drawn(lines: Sequence[Line], *, said: str) -> Figure:
    figure = Figure(figsize=(WIDTH, ENDS + LINE * len(lines)), layout="constrained")
    axes = figure.subplots()
    low, high = reach_of(lines)
    axes.axvline(0, color="black", linewidth=0.7)
    for y, line in enumerate(lines):
        _draw(axes, y, line, low=low, high=high)
    axes.set_yticks(range(len(lines)), [label_of(line, usual=lines[0].control) for line in lines])
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlim(low, high)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", linewidth=0.4, color="0.85")
    axes.set_axisbelow(True)
    axes.set_xlabel("← fewer errors (percentage points) more →")
    meaning = "change of top-1 error; bars: 90 and 95 % intervals over seeds, their number in brackets; ◇ the paper"
    figure.suptitle(f"{said}\n{meaning}", x=0.01, ha="left", fontsize=7, color="0.35")
    return figure


def _draw(axes: Axes, y: int, line: Line, *, low: float, high: float) -> None:
    if line.ci95:
        axes.plot(line.ci95, [y, y], color="C0", linewidth=0.9, solid_capstyle="butt", zorder=3)
    if line.ci90:
        axes.plot(line.ci90, [y, y], color="C0", linewidth=2.6, solid_capstyle="butt", zorder=4)
    if line.paper is not None:
        axes.plot([line.paper], [y], "D", color="C3", markersize=5, markerfacecolor="none", zorder=6)
    if low <= line.estimate <= high:
        axes.plot([line.estimate], [y], "o", color="C0", markersize=4, zorder=5)
    else:  # beyond the edge: where it points, and how far
        edge, marker, side = (high, ">", "right") if line.estimate > 0 else (low, "<", "left")
        axes.plot([edge], [y], marker, color="C0", markersize=5, clip_on=False, zorder=5)
        inside = (-6, 0) if side == "right" else (6, 0)
        text = f"{line.estimate:+.1f}"
        axes.annotate(text, (edge, y), ha=side, va="center", fontsize=7, xytext=inside, textcoords="offset points")
