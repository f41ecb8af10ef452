"""Say in plain sentences what is found of an order, a spread, the runs of a variant, and of other claims."""

from __future__ import annotations

import math
from collections.abc import Sequence

from repro.analyse.evidence import verdict
from repro.analyse.evidence.reasons.differences import amount_of
from repro.artifacts.judged import Interval, JudgedCount, JudgedRanking, JudgedSigns, JudgedSpread, Part, RankedPair
from repro.spec.terms.metrics import metric_title, unit_of

NO_RATIO = "A run makes no error at all on the test data, so a ratio of errors cannot be formed."


def ranking_measured(entry: JudgedRanking) -> str:
    """The sentence that states an order: ours by the means, then how sure the whole and its pairs are."""
    unit = unit_of(entry.metric)
    digits = 1 if unit.share else 3
    ordered = sorted(entry.means, key=lambda name: entry.means[name])
    listed = ", ".join(f"{name} {unit.factor * entry.means[name]:.{digits}f}" for name in ordered)
    what = metric_title(entry.metric, protocol=entry.protocol)
    held = sum(pair.verdict in verdict.HOLDING for pair in entry.pairs)
    trend = (
        "" if entry.p_trend is None else f"; Page's test of the whole order over {entry.num_blocks} seeds: p {_p(entry.p_trend)}"
    )
    pairs = f"{held} of {len(entry.pairs)} pairs are as in the paper"
    return f"By {what} ({unit.value or 'mean'}) the order here is {listed}; {pairs}{trend}."


def ranking_meaning(name: str, entry: JudgedRanking) -> str:
    """The sentence that says what the verdict on an order means."""
    if name == verdict.REVERSED:
        return f"With the level shared among all pairs (Holm), the order of {_pairs(entry, verdict.REVERSED)} is the opposite."
    if name == verdict.NOT_REPRODUCED:
        pairs = _pairs(entry, verdict.ABSENT)
        return f"With the level shared among all pairs (Holm), no difference that matters is between {pairs}."
    needed = f"; about {entry.seeds_needed} seeds each would tell two apart (80 % power)" if entry.seeds_needed else ""
    return {
        verdict.REPRODUCED: "Every pair that the paper tells apart comes in its order.",
        verdict.DIRECTION: "On the whole the order is the paper's; not every pair is told apart.",
        verdict.ABSENT: "No pair differs by anything that matters.",
        verdict.INCONCLUSIVE: f"The runs do not decide the order{needed}.",
    }[name]


def _pairs(entry: JudgedRanking, refutes: str) -> str:
    found: list[RankedPair] = [pair for pair in entry.pairs if pair.refutes == refutes]
    return ", ".join(f"{pair.arm} and {pair.against}" for pair in found)


def spread_measured(entry: JudgedSpread) -> str:
    """The sentence that states a spread: ours with its interval, then the paper's."""
    assert entry.estimate is not None and entry.points is not None and entry.d0 is not None
    unit = unit_of(entry.metric)
    what = metric_title(entry.metric, protocol=entry.protocol)
    factor, digits = unit.factor, 1 if unit.share else 3
    points = f"{factor * entry.points.estimate:.{digits}f} {unit.difference}"
    paper = f"in the paper at most {factor * entry.paper_delta:.{digits}f} {unit.difference}"
    span = f"The {what} of {entry.largest} is the largest and that of {entry.smallest} the smallest: they differ by {points}"
    if entry.decided_on != "log_ratio":
        return f"{span}{_interval(entry.ci90, factor=factor, digits=digits)}; {paper}."
    ends = f" (90 % interval {math.exp(entry.ci90[0]):.3f} to {math.exp(entry.ci90[1]):.3f})" if entry.ci90 else ""
    return f"{span}, a ratio of {math.exp(entry.estimate):.3f}{ends}; {paper}, a ratio of {math.exp(entry.d0):.3f}."


def _interval(ends: Interval | None, *, factor: float, digits: int) -> str:
    return f" (90 % interval {factor * ends[0]:.{digits}f} to {factor * ends[1]:.{digits}f})" if ends else ""


def spread_meaning(name: str, entry: JudgedSpread) -> str:
    """The sentence that says what the verdict on a spread means."""
    assert entry.d0 is not None
    bound, twice = (amount_of(share * entry.d0, entry.decided_on, metric=entry.metric) for share in (1, 2))
    needed = f"; about {entry.seeds_needed} seeds each would find equal nets within it (80 % power)" if entry.seeds_needed else ""
    return {
        verdict.REPRODUCED: f"They differ by no more than the paper's {bound}.",
        verdict.DIRECTION: f"They differ by no more than {twice}, twice the paper's spread; whether within {bound} is open.",
        verdict.NOT_REPRODUCED: f"They differ by more than the paper's {bound}.",
        verdict.INCONCLUSIVE: f"The runs do not decide whether they differ by no more than {bound}{needed}.",
    }[name]


def count_measured(entry: JudgedCount) -> str:
    """The sentence that states in how many runs a thing shows."""
    bound = f"at most {entry.at_most:g}" if entry.at_most is not None else f"at least {entry.at_least:g}"
    low, high = entry.ci90 or (0.0, 1.0)
    what = f"The {metric_title(entry.metric, protocol=entry.protocol)} of {entry.arm} is {bound}"
    runs = f"{len(entry.shown)} of {entry.num_runs} run{'s' * (entry.num_runs != 1)}"
    return f"{what} in {runs} (90 % interval of the share {low:.0%} to {high:.0%}; by chance it would be in {entry.chance:.0%})."


def count_meaning(name: str, entry: JudgedCount) -> str:
    """The sentence that says what the verdict on a count of runs means."""
    most = f"{verdict.MOST_RUNS:.0%}"
    if name == verdict.DIRECTION and len(entry.shown) == entry.num_runs:
        return f"It shows in every run here, which is more than chance; that it does in most needs {entry.seeds_needed} runs."
    return {
        verdict.REPRODUCED: f"It shows in every run here, and so in more than {most} of all runs.",
        verdict.DIRECTION: "It shows more often than by chance, but not in every run.",
        verdict.NOT_REPRODUCED: f"It shows in fewer than {most} of all runs, and here no more often than by chance.",
        verdict.INCONCLUSIVE: "The runs do not decide whether it shows more often than by chance.",
    }[name]


def signs_measured(entry: JudgedSigns) -> str:
    """The sentence that states how many effects have the printed sign."""
    assert entry.ci90 is not None and entry.p_raw is not None
    measured = f"{entry.num_measured} of {len(entry.parts)} effects are measured here; " * (entry.num_measured < len(entry.parts))
    low, high = entry.ci90
    share = f"90 % interval of the share {low:.0%} to {high:.0%}; by chance 50 %, p {_p(entry.p_raw)}"
    text = f"{measured}{entry.num_printed} of {entry.num_measured} have the printed sign ({share})."
    return text


def signs_meaning(name: str) -> str:
    """The sentence that says what the verdict on signs means."""
    return {
        verdict.REPRODUCED: "All signs are the paper's.",
        verdict.DIRECTION: "More signs are the paper's than by chance, not all.",
        verdict.REVERSED: "More signs are the opposite of the paper's than by chance.",
        verdict.INCONCLUSIVE: "The signs are not told from chance.",
    }[name]


def every_part(name: str, *, parts: Sequence[Part], listed: bool) -> str:
    """The sentence that says how a claim follows from its parts, which are `listed` with their verdicts."""
    refuted = name in verdict.REFUTING
    because = {
        verdict.REPRODUCED: "All parts are reproduced",
        verdict.DIRECTION: "All parts have the paper's direction, not all its size",
        verdict.EXACT_PASS: "All parts hold",
        verdict.INCONCLUSIVE: "All parts must hold: not all are shown to, and none is refuted at a level shared by all (Holm)",
    }.get(name, f"All parts must hold, and one is {name}{' at a level shared by all (Holm)' * refuted}")
    return f"{because}: {', '.join(f'{part.id} {part.verdict}' for part in parts)}." if listed else f"{because}."


def _p(value: float) -> str:
    return "below .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
