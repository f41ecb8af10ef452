"""Draw the effects of a page: claims with the right as the paper says, and apart from them what no claim is about.

An effect is drawn on the scale that decides it: as change of error, or in points. Claims of a printed size have a second
track, on which the paper's effect is 1, so that large effects do not hide it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from repro.analyse.evidence.verdict import UNTESTABLE
from repro.artifacts.claims_json import MeasuredEffect
from repro.artifacts.judged import Estimated, Interval, JudgedClaim, JudgedEffect, JudgedWithin
from repro.report.drawing.tracks import Spot, Tick, Track, track_of
from repro.report.inputs.results import Results
from repro.report.text.wording import VerdictWords
from repro.spec.terms.metrics import unit_of
from repro.spec.terms.units import PERCENT

#: Signs of the authors of reproductions, in the order of the page's list.
SIGNS = ("△", "□", "▽", "⬠", "⬡", "✚", "✕", "☆")
#: What is shown of multiples of the paper's effect, and where an interval counts as reproduced.
MULTIPLES, AS_PRINTED = Track(low=-1.6, high=3.6), (0.5, 2.0)
LEFT, RIGHT = "← the opposite", "as the paper says →"
BETTER, WORSE = "← fewer errors than its base", "more errors than its base →"
Effect = JudgedEffect | JudgedWithin | MeasuredEffect


@dataclass(frozen=True, kw_only=True)
class EffectRow:
    """A line before it is placed, in the unit of its axis: logarithms of ratios (relative), or points.

    value: the deciding number in words. verdict: None for an effect about which there is no claim. multiple: of the paper's.
    others: sign and effect of independent reproductions.
    """

    label: str
    href: str
    detail: str
    value: str
    verdict: VerdictWords | None
    relative: bool
    ours: Estimated
    seeds: tuple[float, ...] = ()
    paper: float | None = None
    smallest: float | None = None
    others: tuple[tuple[str, float], ...] = ()
    multiple: Estimated | None = None


@dataclass(frozen=True, kw_only=True)
class PlacedRow:
    """A line with its marks. again: its label is that of the line above."""

    row: EffectRow
    again: bool
    spots: tuple[Spot, ...]
    multiples: tuple[Spot, ...]


@dataclass(frozen=True, kw_only=True)
class EffectBlock:
    """Lines on one axis, with the words at its ends. keys: the kinds of marks that occur, for the legend."""

    title: str
    unit: str
    ends: tuple[str, str]
    claims: bool
    ticks: tuple[Tick, ...]
    zero: str
    multiple_ticks: tuple[Tick, ...]
    rows: tuple[PlacedRow, ...]
    keys: frozenset[str]


def effect_row(
    entry: Effect,
    *,
    label: str,
    href: str,
    detail: str,
    value: str,
    verdict: VerdictWords | None,
    signs: Mapping[str, str],
    seeds: tuple[tuple[float, float], ...],
    relative: bool,
) -> EffectRow | None:
    """The line of a claim or an effect; None if it has no estimate in points of error, or no data here can answer it.

    seeds: of single runs the value and that with which it is compared. signs: of each author of a reproduction. relative:
    whether effects without a claim are told as change of error.
    """
    if entry.gate if isinstance(entry, MeasuredEffect) else entry.verdict == UNTESTABLE:
        return None
    on_logs = relative if isinstance(entry, MeasuredEffect) else entry.decided_on == "log_ratio"
    ours = entry.log_ratio if on_logs else entry.points
    if entry.points is None or ours is None or unit_of(entry.metric) != PERCENT:
        return None
    singles = [_difference(two, one, on_logs=on_logs) for two, one in seeds]
    row = EffectRow(
        label=label,
        href=href,
        detail=detail,
        value=value,
        verdict=verdict,
        relative=on_logs,
        ours=ours if on_logs else _points(ours),
        seeds=tuple(single for single in singles if single is not None),
    )
    return row if isinstance(entry, MeasuredEffect) else _with_paper(row, entry, ours, signs=signs)


def seeds_against(
    entry: JudgedEffect | MeasuredEffect, arms: tuple[str, str], *, paper: str, results: Results
) -> tuple[tuple[float, float], ...]:
    """The error of each seed of the second arm, with the mean of the first."""
    one, two = (results.values(paper=paper, variant=name, metric=entry.metric, protocol=entry.protocol) for name in arms)
    mean = sum(row.value for row in one.values()) / len(one) if one else 0.0
    return tuple((row.value, mean) for row in two.values()) if one else ()


def seeds_within(entry: JudgedWithin, arm: str, *, paper: str, results: Results) -> tuple[tuple[float, float], ...]:
    """Of each run of the one arm its error by the other protocol, with that by the claim's."""
    one, two = (
        results.values(paper=paper, variant=arm, metric=entry.metric, protocol=protocol)
        for protocol in (entry.protocol, entry.against_protocol)
    )
    return tuple((two[seed].value, row.value) for seed, row in one.items() if seed in two)


def _with_paper(row: EffectRow, entry: JudgedEffect | JudgedWithin, ours: Estimated, *, signs: Mapping[str, str]) -> EffectRow:
    """The line with what the paper and others found."""
    printed = entry.paper_log_ratio if row.relative else entry.paper_delta
    others = [item for item in entry.reproductions if item.same_quantity]
    found = [(signs[item.who], item.log_ratio if row.relative else item.effect) for item in others if item.effect is not None]
    factor = 1 if row.relative else 100
    return EffectRow(
        **{
            **vars(row),
            "paper": None if printed is None else factor * printed,
            "smallest": factor * entry.smallest_effect if entry.smallest_effect else None,
            "others": tuple((sign, factor * effect) for sign, effect in found if effect is not None),
            "multiple": _multiple(ours, printed) if printed else None,
        }
    )


def _difference(two: float, one: float, *, on_logs: bool) -> float | None:
    if not on_logs:
        return 100 * (two - one)
    return math.log(two / one) if two > 0 and one > 0 else None


def _points(part: Estimated) -> Estimated:
    def ends(pair: Interval | None) -> Interval | None:
        return None if pair is None else (100 * pair[0], 100 * pair[1])

    return Estimated(estimate=100 * part.estimate, ci90=ends(part.ci90), ci95=ends(part.ci95))


def _multiple(part: Estimated, printed: float) -> Estimated:
    def ends(pair: Interval | None) -> Interval | None:
        return None if pair is None else (min(end / printed for end in pair), max(end / printed for end in pair))

    return Estimated(estimate=part.estimate / printed, ci90=ends(part.ci90), ci95=None)


def reproduction_signs(claims: Iterable[JudgedClaim]) -> dict[str, str]:
    """A sign for each author of a reproduction that can be drawn, in the order of the claims."""
    drawn = (item for claim in claims for item in claim.reproductions if item.same_quantity and item.effect is not None)
    return {who: SIGNS[i % len(SIGNS)] for i, who in enumerate(dict.fromkeys(item.who for item in drawn))}


def effect_blocks(rows: Sequence[EffectRow]) -> tuple[EffectBlock, ...]:
    """The lines by what their axis means: claims first, and each scale apart."""
    blocks = []
    for claims in (True, False):
        for relative in (True, False):
            chosen = [row for row in rows if (row.verdict is not None) == claims and row.relative == relative]
            if chosen:
                blocks.append(_block(chosen, claims=claims, relative=relative))
    return tuple(blocks)


def _block(rows: Sequence[EffectRow], *, claims: bool, relative: bool) -> EffectBlock:
    track = track_of([_reach(row) for row in rows], relative=relative)
    placed = [_placed(row, track, again=i > 0 and rows[i - 1].label == row.label) for i, row in enumerate(rows)]
    sized = any(row.multiple for row in rows)
    kinds = {kind for item in placed for spot in (*item.spots, *item.multiples) for kind in spot.kind.split()}
    unit = "change of error" if relative else "points of error"
    return EffectBlock(
        title=f"Claims, {unit}" if claims else f"No claim is about these: each net against its base, {unit}",
        unit=unit,
        ends=(LEFT, RIGHT) if claims else (BETTER, WORSE),
        claims=claims,
        ticks=track.ticks(),
        zero=track.left(0),
        multiple_ticks=_multiple_ticks() if sized else (),
        rows=tuple(placed),
        keys=frozenset(kinds),
    )


def _multiple_ticks() -> tuple[Tick, ...]:
    names = {-1: "\N{MINUS SIGN}1", 0: "0", 1: "paper", 2: "2", 3: "3"}
    return tuple(Tick(left=MULTIPLES.left(value), text=text) for value, text in names.items())


def _reach(row: EffectRow) -> list[float]:
    """All that a line shows on its axis."""
    found = [row.ours.estimate, *(row.ours.ci95 or ()), *row.seeds, *(effect for _, effect in row.others)]
    return [*found, row.paper] if row.paper is not None else found


def _placed(row: EffectRow, track: Track, *, again: bool) -> PlacedRow:
    spots = []
    if row.smallest is not None:
        spots.append(track.span("band", (-row.smallest, row.smallest)))
    if track.low <= row.ours.estimate <= track.high:
        spots += [track.span(kind, ends) for kind, ends in (("ci95", row.ours.ci95), ("ci90", row.ours.ci90)) if ends]
        spots += [track.spot("seed", seed) for seed in row.seeds]
    spots += [track.spot("other", effect, text=sign) for sign, effect in row.others]
    spots += [track.spot("paper", row.paper)] if row.paper is not None else []
    multiples = []
    if row.multiple is not None:
        multiples = [MULTIPLES.span("as-printed", AS_PRINTED)]
        multiples += [MULTIPLES.span("ci90", row.multiple.ci90)] if row.multiple.ci90 else []
        multiples.append(MULTIPLES.spot("mean", row.multiple.estimate))
    return PlacedRow(row=row, again=again, spots=(*spots, track.spot("mean", row.ours.estimate)), multiples=tuple(multiples))


#: The legend: the kind of a mark, its sign, and what it is.
LEGEND = (
    ("mean", "●", "here, the mean"),
    ("ci90", "━", "90 % interval"),
    ("ci95", "─", "95 % interval"),
    ("seed", "·", "one seed, against the mean of the other net"),
    ("paper", "◇", "the paper"),
    ("band", "▒", "smaller than the smallest effect of interest"),
    ("as-printed", "▒", "half to twice the paper's effect: reproduced"),
    ("beyond", "▶", "beyond the axis; the number stands beside"),
)


def legend_of(blocks: Sequence[EffectBlock]) -> list[tuple[str, str, str]]:
    """Those marks that occur."""
    keys = frozenset().union(*(block.keys for block in blocks)) if blocks else frozenset()
    return [line for line in LEGEND if line[0] in keys]
