"""What this page would say of each claim if the paper were exactly right: by the spread and the seeds that are here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import special

from repro.analyse.calibrate.settings import rng_for
from repro.analyse.evidence import verdict
from repro.analyse.evidence.sizes import Size
from repro.artifacts.calibration_json import Chances
from repro.artifacts.judged import JudgedClaim, JudgedEffect, JudgedWithin
from repro.spec.claims import NoWorse


def chances(claims: Sequence[JudgedClaim], *, seed: int, draws: int) -> list[Chances]:
    """Of each claim that has an interval and prints a size, or that nothing is lost."""
    found = []
    for claim in claims:
        if not isinstance(claim, JudgedEffect | JudgedWithin) or claim.verdict not in verdict.DECIDED:
            continue
        if claim.ci90 is None or not claim.smallest_effect or not claim.df:
            continue
        effect = 0.0 if claim.kind == NoWorse.kind else claim.d0
        if effect is None:
            continue
        half = float(special.stdtrit(claim.df, 0.95))
        se = (claim.ci90[1] - claim.ci90[0]) / 2 / half
        counted = _verdicts(claim, effect, se=se, seed=seed, draws=draws)
        shares = {name: counted[name] / draws for name in verdict.DECIDED if counted[name]}
        found.append(
            Chances(claim=claim.id, paper=claim.paper, effect=effect, se=se, df=claim.df, found=claim.verdict, shares=shares)
        )
    return found


def _verdicts(claim: JudgedEffect | JudgedWithin, effect: float, *, se: float, seed: int, draws: int) -> Counter[str]:
    """How often each verdict comes: the estimate is normal around the effect, its variance a chi-square."""
    assert claim.df is not None, "a claim with an interval"
    rng = rng_for(seed, "chances", claim.id)
    value_N = effect + se * rng.standard_normal(draws)
    half_N = float(special.stdtrit(claim.df, 0.95)) * se * np.sqrt(rng.chisquare(claim.df, draws) / claim.df)
    intervals = list(zip((value_N - half_N).tolist(), (value_N + half_N).tolist(), strict=True))
    if claim.kind == NoWorse.kind:
        margin = claim.smallest_effect or math.nan
        return Counter(verdict.decide_no_worse(interval, margin=margin) for interval in intervals)
    size = size_of_entry(claim)
    return Counter(verdict.decide(interval, size) for interval in intervals)


def size_of_entry(claim: JudgedEffect | JudgedWithin) -> Size:
    """The size by which a claim was judged, as claims.json has it."""
    least = claim.d0
    most = None if least is None else math.inf if claim.d0_most is None else claim.d0_most
    band = None if claim.band is None else (claim.band[0], math.inf if claim.band[1] is None else claim.band[1])
    assert claim.smallest_effect is not None, "a claim with a size"
    return Size(least=least, most=most, band=band, smallest=claim.smallest_effect)
