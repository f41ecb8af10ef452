"""Judge a claim about the value of one arm."""

from __future__ import annotations

import math
from dataclasses import replace

from repro.analyse.evidence import comparison, reasons, verdict
from repro.analyse.evidence.comparison import measure_level
from repro.analyse.evidence.gates import untestable_metric
from repro.analyse.evidence.looks.levels import one_sided
from repro.analyse.evidence.paces import pace
from repro.analyse.evidence.several import widened
from repro.analyse.judge.case import Case, unmeasured
from repro.analyse.judge.entries import with_level
from repro.artifacts.judged import JudgedLevel
from repro.spec.claims import Level
from repro.spec.datasets import SAME_DATA


def judged_level(case: Case, claim: Level, entry: JudgedLevel) -> JudgedLevel:
    """Measure and judge a level; off the paper's own data it is shown, not judged."""
    if claim.threshold is not None:
        return _epochs(case, entry, threshold=claim.threshold)
    level = measure_level(case.population, arm=case.arm, pool=case.pool, metric=claim.metric, protocol=claim.protocol)
    band = level_band(claim)
    entry = replace(with_level(entry, level) if level else entry, smallest_effect=band)
    measured = _sentence(case, level, printed=entry.paper_value)
    cannot = claim.untestable or untestable_metric(claim.metric, num_classes=case.num_classes) or unmeasured(case, claim.metric)
    if not claim.untestable and case.evidence != SAME_DATA:
        other = other_data(case)
        return replace(entry, verdict=verdict.NOT_COMPARABLE, brief=other, reason=f"{other} {measured}".strip())
    if cannot:
        return replace(entry, verdict=verdict.UNTESTABLE, brief=cannot, reason=f"{cannot} {measured}".strip())
    interval = level.estimate.interval(entry.look.level) if level else None
    if level is None or interval is None:
        brief = reasons.no_spread(entry.n, level.compared if level else None)
        return replace(entry, verdict=verdict.INCONCLUSIVE, brief=brief, reason=f"{measured} {brief}".strip())
    name = verdict.decide_level(interval, printed=entry.paper_value, band=band)
    total = level.total_ci90 and widened(level.total_ci90, df=level.estimate.df, one_sided=one_sided(entry.look.level))
    flips = total is not None and name != verdict.decide_level(total, printed=entry.paper_value, band=band)
    brief = reasons.level_meaning(name, metric=claim.metric, band=band)
    return replace(entry, verdict=name, total_flips=flips, brief=brief, reason=f"{measured} {brief}")


def other_data(case: Case) -> str:
    """Why a level off the paper's own data is shown, and not judged."""
    return f"The printed value was measured on {case.data_words}; on other data a level cannot be compared."


def level_band(claim: Level) -> float:
    """How far from the printed value a level may lie: half a point, but at least one unit of the last digit that is printed."""
    unit = claim.measured.unit
    return verdict.LEVEL_BAND if unit.share else max(verdict.LEVEL_BAND, float(f"1e-{unit.printed_decimals}"))


def _sentence(case: Case, level: comparison.Level | None, *, printed: float) -> str:
    if level is None:
        return ""
    return reasons.level_measured(
        metric=case.claim.metric,
        protocol=case.claim.protocol,
        arm=case.arm,
        estimate=level.estimate.value,
        interval=level.ci90,
        n=level.n[case.arm],
        printed=printed,
    )


def _epochs(case: Case, entry: JudgedLevel, *, threshold: float) -> JudgedLevel:
    """Show the epochs to a training error, seed by seed: no net but the paper's own can be compared with its curve."""
    found = pace(case.population, case.arm, threshold=threshold)
    why = case.claim.untestable or f"Epochs are those of the paper's own net on {case.data_words}; ours are shown, not judged."
    name = verdict.UNTESTABLE if case.claim.untestable else verdict.NOT_COMPARABLE
    if not found.epochs:
        return replace(entry, verdict=name, reason=why)
    epochs = reasons.epochs_listed(found.epochs, found.lasted)
    measured = reasons.epochs_measured(arm=case.arm, threshold=threshold, epochs=epochs, printed=entry.paper_value)
    mean = math.fsum(found.epochs) / len(found.epochs) if found.arrived else None
    return replace(
        entry,
        estimate=mean,
        means={} if mean is None else {case.arm: mean},
        n={case.arm: len(found.epochs)},
        verdict=name,
        brief=why,
        reason=f"{why} {measured}",
    )
