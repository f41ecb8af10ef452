"""A second opinion on each claim that runs decide: its numbers and its verdict, from runs.csv and the scores alone.

Of `claims.json` is read what a claim is about (arms, metric, protocol, printed numbers); nothing that was measured.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from scipy import stats

from tests.analyse.independent import intervals, looks, rules, spreads
from tests.analyse.independent.dunnett import dunnett_p
from tests.analyse.independent.folder import Folder
from tests.analyse.independent.intervals import Found, Interval
from tests.analyse.independent.pages import page_of
from tests.analyse.independent.spreads import Compared

Claim = Mapping[str, Any]
ERRORS = ("top1_error", "top5_error")


@dataclass
class Opinion:
    """What is found of a claim: numbers by the name of their field, and the verdict ("" where no rule is restated)."""

    verdict: str = ""
    size: str | None = None
    numbers: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """Two arms compared, on the scale that decides and in points."""

    deciding: Compared
    points: Compared
    seeds: tuple[list[int], list[int]]
    paired: bool


class Bench:
    """A results folder with what its pages say of who lends whom a spread."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    def at(self, claim: Claim) -> Bench:
        """The bench with the runs of the look at which a claim stands."""
        folder = looks.at_look(self.folder, claim)
        return self if folder is self.folder else Bench(folder)

    def arms(self, claim: Claim, names: Sequence[str], protocol: str) -> tuple[dict[str, dict[int, float]], list[str]]:
        """The values of the page's variants, if it has all of `names`, else of those; and which of them lend."""
        page = page_of(claim["paper"], claim.get("id", ""), name=claim.get("table", ""))
        wanted = list(page.variants) if page and set(names) <= set(page.variants) else list(names)
        found = {name: self.folder.values(claim["paper"], name, claim["metric"], protocol) for name in wanted}
        found = {name: values for name, values in found.items() if values}
        return found, [name for name in found if self.folder.lends(claim["paper"], name, protocol)]

    def compare(self, claim: Claim, arm: str, against: str, *, log: bool) -> Measured | None:
        """Two arms, seed by seed if their correlation says so."""
        arms, lenders = self.arms(claim, (arm, against), claim["protocol"])
        if arm not in arms or against not in arms:
            return None
        one, two = arms[arm], arms[against]
        seeds, _, paired = spreads.correlation(one, two)
        least = self.least(claim)
        if paired:
            x, y = (np.array([values[seed] for seed in seeds]) for values in (one, two))
            found = [Compared(intervals.paired(x, y, log=scale, least=least), "paired t") for scale in (log, False)]
            return Measured(found[0], found[1], (seeds, seeds), True)
        found = [spreads.compare(arms, arm, against, lenders=lenders, log=scale, least=least) for scale in (log, False)]
        return Measured(found[0], found[1], (list(one), list(two)), False)

    def least(self, claim: Claim) -> float:
        """What an error counts as at least in a logarithm: half an example more than none, of the fewest of an arm."""
        named = ((claim["paper"], name, claim["metric"], claim["protocol"]) for name in claim["chosen"])
        return 0.5 / (1 + min(self.folder.num_examples(*each) for each in named))

    def units_se(self, claim: Claim, arm: str, against: str, measured: Measured, *, log: bool) -> float | None:
        """The standard error of the choice of test examples; None where they differ or there are no scores."""
        rows, digests = [], set()
        for name, seeds in zip((arm, against), measured.seeds, strict=True):
            rows.append(self.folder.unit_shares(claim["paper"], name, claim["metric"], claim["protocol"], seeds))
            protocol = self.folder.protocol(claim["paper"], name, claim["metric"], claim["protocol"])
            digests.add(self.folder.digest(claim["paper"], name, seeds[0], protocol))
        if rows[0] is None or rows[1] is None or len(digests) > 1:
            return None
        return intervals.units_se(rows[0], rows[1], log=log, by_seed=measured.paired)


def size_of(claim: Claim) -> rules.Size | None:
    """The printed size on the deciding scale; None where none is known there."""
    log, smallest = claim["decided_on"] == "log_ratio", claim["smallest_effect"]
    if claim["kind"] == "direction":
        return rules.Size(None, None, None, smallest)
    ratio = claim.get("paper_ratio")
    if ratio is not None:
        return _of_ratio(claim, math.log(ratio))
    delta = claim.get("paper_delta")
    printed = delta
    if log and delta is not None:
        pair = claim["paper_arm"], claim["paper_against"]
        printed = math.log(pair[1] / pair[0]) if None not in pair else None
    if printed is None:
        return rules.Size(None, None, None, smallest) if smallest is not None and delta is None else None
    if claim["bound"] == "at_least":
        return rules.between(printed, math.inf, smallest)
    return rules.about(printed, smallest)


def _of_ratio(claim: Claim, printed: float) -> rules.Size:
    most, smallest = claim["paper_most"], claim["smallest_effect"]
    if claim["bound"] == "at_least":
        return rules.between(printed, math.inf, smallest)
    if most is not None:
        return rules.between(printed, math.log(most), smallest)
    return rules.about_ratio(math.exp(printed), smallest)


def _estimate(found: Found, se: float | None = None) -> dict[str, Any]:
    numbers: dict[str, Any] = {"estimate": found.value, "ci90": found.interval(), "ci95": found.interval(0.95)}
    return numbers | ({"total_ci90": found.interval(more=se)} if se is not None else {})


def of_two_arms(bench: Bench, claim: Claim, *, parts: int = 1) -> Opinion | None:
    """An effect, a direction, or that nothing is lost. parts: among which the level of the look is shared."""
    level = 1 - (1 - looks.level(claim)) / parts
    arm, against = claim["chosen"]
    log = claim["decided_on"] == "log_ratio"
    measured = bench.compare(claim, arm, against, log=log)
    if measured is None:
        return None
    found = measured.deciding.found
    opinion = Opinion(numbers=_estimate(found, bench.units_se(claim, arm, against, measured, log=log)))
    opinion.numbers |= _beside(bench, claim, measured)
    opinion.numbers |= {"p_raw": found.p} | ({"df": found.df} if found.interval() else {})
    if looks.level(claim) != 0.9:
        opinion.numbers |= {"look_ci": found.interval(looks.level(claim))}
    opinion.words = {"test": measured.deciding.test, "pool": measured.deciding.pool, "alone": measured.deciding.alone}
    interval, sides = found.interval(level), measured.points.found.interval(level)
    size = size_of(claim) if claim["smallest_effect"] is not None else None
    if interval is None or (size is None and claim["kind"] != "no_worse"):
        opinion.verdict = "INCONCLUSIVE" if interval is None else ""
        return opinion
    if claim["kind"] == "no_worse":
        opinion.verdict = rules.no_worse(interval, claim["smallest_effect"])
        return opinion
    assert size is not None
    opinion.verdict = rules.decide(interval, size, sides if log and claim["metric"].endswith("error") else None)
    opinion.size = rules.flag(interval, size) if opinion.verdict == "DIRECTION" else ""
    opinion.numbers |= {"d0": size.least}
    return opinion


def _beside(bench: Bench, claim: Claim, measured: Measured) -> dict[str, Any]:
    """What stands beside the deciding interval: points, Welch's interval, and what pairing was decided by."""
    arms, _ = bench.arms(claim, claim["chosen"], claim["protocol"])
    one, two = (arms[name] for name in claim["chosen"])
    seeds, r, _ = spreads.correlation(one, two)
    points = measured.points.found
    numbers: dict[str, Any] = {"num_common": len(seeds), "correlation": r}
    numbers |= {"points.estimate": points.value, "points.ci90": points.interval(), "points.ci95": points.interval(0.95)}
    numbers |= _adjusted(bench, claim, measured)
    if min(len(one), len(two)) > 1:
        log = claim["decided_on"] == "log_ratio"
        found = intervals.welch(spreads.array(one), spreads.array(two), log=log, least=bench.least(claim))
        numbers |= {"welch.estimate": found.value, "welch.ci90": found.interval()}
    return numbers


def _adjusted(bench: Bench, claim: Claim, measured: Measured) -> dict[str, Any]:
    """Dunnett's p among all that the page compares with one of the two; nothing where it compares neither with the other."""
    page = page_of(claim["paper"], claim.get("id", ""), name=claim.get("table", ""))
    arm, against = claim["chosen"]
    found = measured.deciding.found
    if page is None or not {arm, against} <= set(page.variants) or not found.interval():
        return {}
    controls = [one for one, two in ((arm, against), (against, arm)) if page.control_of(two) == one]
    if not controls:
        return {}
    arms, _ = bench.arms(claim, (arm, against), claim["protocol"])
    log = claim["decided_on"] == "log_ratio"
    means = {name: spreads.array(arms[name]) for name in page.family(controls[0]) if name in arms}
    weights = {name: len(values) * (float(values.mean()) ** 2 if log else 1.0) for name, values in means.items()}
    return {"p_adjusted": dunnett_p(abs(found.value) / found.se, found.df, weights=weights, control=controls[0])}


def _least_within(bench: Bench, claim: Claim, arm: str) -> float:
    """What an error of 0 counts as: half an example more than none, of the view that has fewer."""
    views = (claim["protocol"], claim["against_protocol"])
    return 0.5 / (1 + min(bench.folder.num_examples(claim["paper"], arm, claim["metric"], view) for view in views))


def within(bench: Bench, claim: Claim) -> Opinion | None:
    """A difference inside each run: by the other protocol less by the claim's own, or the metric itself."""
    (arm,), log = claim["chosen"][:1], claim["decided_on"] == "log_ratio"
    here = bench.folder.values(claim["paper"], arm, claim["metric"], claim["protocol"])
    there = bench.folder.values(claim["paper"], arm, claim["metric"], claim["against_protocol"])
    seeds = [seed for seed in here if seed in there or not claim["against_protocol"]]
    if not seeds:
        return None
    one = np.array([here[seed] for seed in seeds])
    two = np.array([there.get(seed, math.nan) for seed in seeds])
    least = _least_within(bench, claim, arm) if log and claim["against_protocol"] else 0.0
    x, y = np.maximum(one, least), np.maximum(two, least)
    found = [
        intervals.one_sample(one if not claim["against_protocol"] else np.log(y / x) if scale else two - one)
        for scale in (log, False)
    ]
    opinion = Opinion(numbers=_estimate(found[0]), words={"test": "paired t" if found[0].interval() else "none"})
    interval, size = found[0].interval(looks.level(claim)), size_of(claim)
    if interval and size:
        sides = found[1].interval(looks.level(claim)) if log and claim["metric"].endswith("error") else None
        opinion.verdict = rules.decide(interval, size, sides)
        opinion.numbers |= {"d0": size.least}
    return opinion


def level(bench: Bench, claim: Claim) -> Opinion | None:
    """The value of one arm; off the paper's own data it is not comparable."""
    (arm,) = claim["chosen"]
    if claim["metric"].startswith("epochs"):
        return None
    arms, lenders = bench.arms(claim, (arm,), claim["protocol"])
    if arm not in arms:
        return None
    compared = spreads.level(arms, arm, lenders=lenders)
    opinion = Opinion(numbers=_estimate(compared.found), words={"test": compared.test, "pool": compared.pool})
    if claim["evidence"] != "same data":
        opinion.verdict = "NOT-COMPARABLE"
    return opinion


def count(bench: Bench, claim: Claim) -> Opinion | None:
    """In how many runs a thing shows that is said to show in every one."""
    (arm,) = claim["chosen"]
    values = np.array(list(bench.folder.values(claim["paper"], arm, claim["metric"], claim["protocol"]).values()))
    if not len(values):
        return None
    shown = int((values <= claim["at_most"] if claim["at_most"] is not None else values >= claim["at_least"]).sum())
    ci90 = intervals.exact_share(shown, len(values), 0.90)
    numbers = {
        "estimate": shown / len(values),
        "ci90": ci90,
        "ci95": intervals.exact_share(shown, len(values), 0.95),
        "p_raw": float(stats.binom.sf(shown - 1, len(values), claim["chance"])),
    }
    deciding = intervals.exact_share(shown, len(values), looks.level(claim))
    verdict = rules.share(deciding, every=shown == len(values), chance=claim["chance"])
    return Opinion(verdict=verdict, numbers=numbers)


def spread(bench: Bench, claim: Claim) -> Opinion | None:
    """The largest of several means less the smallest, by the studentized range."""
    log = claim["decided_on"] == "log_ratio"
    pairs = [
        (one, two, measured.deciding.found)
        for one, two in itertools.combinations(claim["chosen"], 2)
        if (measured := bench.compare(claim, one, two, log=log))
    ]
    if len(pairs) < len(claim["chosen"]) * (len(claim["chosen"]) - 1) / 2:
        return None
    numbers: dict[str, Any] = {"estimate": max(abs(found.value) for _, _, found in pairs)}
    for name, chance in (("ci90", 0.90), ("ci95", 0.95), ("look_ci", looks.level(claim))):
        ends = [_range_ends(found, len(claim["chosen"]), chance) for _, _, found in pairs]
        numbers[name] = (max(0.0, *(low for low, _ in ends)), max(high for _, high in ends))
    bound = math.log(claim["paper_against"] / claim["paper_arm"]) if log else claim["paper_delta"]
    deciding = numbers["look_ci"]
    if looks.level(claim) == 0.9:
        del numbers["look_ci"]
    return Opinion(verdict=rules.bounded(deciding, bound), numbers=numbers | {"d0": bound})


def _range_ends(found: Found, num_arms: int, chance: float) -> Interval:
    half = _range_quantile(chance, num_arms, found.df) / math.sqrt(2) * found.se
    return abs(found.value) - half, abs(found.value) + half


@cache
def _range_quantile(chance: float, num_arms: int, df: float) -> float:
    return float(stats.studentized_range.ppf(chance, num_arms, df))
