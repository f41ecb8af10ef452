"""A second opinion on claims about paces, orders, and other claims."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.analyse.independent import intervals, looks, opinions, rules
from tests.analyse.independent.intervals import Found
from tests.analyse.independent.opinions import Bench, Claim, Opinion
from tests.analyse.independent.spreads import LARGER, Spread, excess_p, together

Floats = NDArray[np.float64]
#: Variance of a time that is known to a whole epoch.
ROUNDING = 1 / 12


def ratio(bench: Bench, claim: Claim) -> Opinion | None:
    """How many times as many epochs the second arm needs; one that never gets there bounds the ratio from below."""
    thresholds = [item["threshold"] for item in claim["thresholds"]]
    metric = claim["metric"] if "leave" in claim["metric"] or not thresholds else f"{claim['metric']}.{thresholds[0]:g}"
    arms = [bench.folder.values(claim["paper"], name, metric, claim["protocol"]) for name in claim["chosen"]]
    if not all(arms):
        return None
    never = [any(math.isinf(value) for value in values.values()) for values in arms]
    if never[0]:
        return Opinion(verdict="INCONCLUSIVE", numbers={"estimate": None, "ci90": None})
    times = [
        np.array([_time(bench, claim, name, seed, value) for seed, value in values.items()])
        for name, values in zip(claim["chosen"], arms, strict=True)
    ]
    found = log_ratio(times[0], times[1])
    interval, size = found.interval(looks.level(claim)), opinions.size_of(claim)
    if size is None or interval is None:
        return Opinion(numbers={"estimate": found.value})
    if never[1]:
        return Opinion(verdict=rules.at_least(interval[0], size), numbers={"estimate": found.value, "ci90": None})
    numbers = {"estimate": found.value, "ci90": found.interval(), "ci95": found.interval(0.95), "df": found.df, "d0": size.least}
    return Opinion(verdict=rules.decide(interval, size), numbers=numbers)


def _time(bench: Bench, claim: Claim, name: str, seed: int, epochs: float) -> float:
    """Half an epoch before the end of the one in which it got there; the length of a run that never did."""
    if math.isinf(epochs):
        return float(bench.folder.record(claim["paper"], name, seed)["network"]["num_epochs"])
    return epochs - 0.5


def log_ratio(one: Floats, two: Floats) -> Found:
    """ln of the ratio of times that are known to a whole epoch, by the spread of the logarithms and that of rounding."""
    logs = np.log(one), np.log(two)
    spreads = [Spread(float(values.var(ddof=1)), len(values) - 1) if len(values) > 1 else Spread(0.0, 0.0) for values in logs]
    whole = [float(np.mean(ROUNDING / times**2)) for times in (one, two)]
    # What rounding may hide of either spread speaks against no equality.
    small, large = sorted(Spread(spread.variance + max(whole), spread.df) for spread in spreads)
    apart = bool(small.df and large.df) and 2 * excess_p(large, small) < LARGER / min(small.df, large.df)
    common = together(spreads)
    # Seeds that all agree are rounded alike: their mean has the variance of rounding once.
    parts = [
        (spread if apart else common).variance / len(times) + rounding / (len(times) if np.ptp(times) else 1)
        for spread, rounding, times in zip(spreads, whole, (one, two), strict=True)
    ]
    each = [(part, spread.df) for part, spread in zip(parts, spreads, strict=True)]
    df = intervals.satterthwaite(each) if apart else common.df
    return Found(float(logs[1].mean() - logs[0].mean()), math.sqrt(sum(parts)), df)


def ranking(bench: Bench, claim: Claim) -> Opinion | None:
    """An order: Page's test of the whole, and every two variants of different tiers in points."""
    tier = {name: number for number, names in enumerate(claim["tiers"]) for name in names}
    pairs = [pair for pair in itertools.combinations(tier, 2) if tier[pair[0]] < tier[pair[1]]]
    found: list[Found] = []
    for pair in pairs:
        measured = bench.compare(claim, *pair, log=False)
        if measured is None:
            return None
        found.append(measured.points.found)
    size = rules.Size(None, None, None, claim["smallest_effect"])
    own = looks.level(claim)
    verdicts = [rules.decide(one.interval(own) or (-math.inf, math.inf), size) for one in found]
    level = 1 - (1 - own) / len(pairs)
    refuting = [rules.decide(one.interval(level) or (-math.inf, math.inf), size) for one in found]
    values = [bench.folder.values(claim["paper"], name, claim["metric"], claim["protocol"]) for name in tier]
    seeds = sorted(set.intersection(*map(set, values)))
    table = np.array([[arm[seed] for arm in values] for seed in seeds])
    trend = page_p(table, list(tier.values())) if len(seeds) else None
    holm = intervals.holm([one.p if one.p is not None else 1.0 for one in found])
    numbers: dict[str, Any] = {"p_trend": trend}
    for pair, one, adjusted in zip(pairs, found, holm, strict=True):
        numbers[f"pair {pair[0]} {pair[1]}"] = (one.value, *(one.interval() or ()), adjusted)
    return Opinion(verdict=rules.order(verdicts, refuting, trend=trend is not None and trend < (1 - own) / 2), numbers=numbers)


def page_p(table: Floats, tiers: Sequence[int]) -> float:
    """Page's test: the chance that ranks rise so well with the tiers if all orders in a block are equally likely."""
    weights = stats.rankdata(tiers)
    chances: dict[float, float] = {0.0: 1.0}
    seen = 0.0
    for row in table:
        ranks = stats.rankdata(row)
        seen += float(weights @ ranks)
        sums = Counter(round(float(weights @ np.array(order)), 6) for order in itertools.permutations(ranks))
        total = math.factorial(len(ranks))
        after: dict[float, float] = {}
        for one, chance in chances.items():
            for other, times in sums.items():
                place = round(one + other, 6)
                after[place] = after.get(place, 0.0) + chance * times / total
        chances = after
    return float(sum(chance for value, chance in chances.items() if value >= seen - 1e-6))


def every(bench: Bench, claim: Claim, all_claims: Mapping[str, Claim]) -> Opinion | None:
    """All parts must hold; an interval adjusted for all of them refutes."""
    parts = [all_claims[item["id"]] for item in claim["parts"]]
    verdicts, refuting = [], []
    for part in parts:
        if part["verdict"] in rules.BLOCKING:
            verdicts.append(part["verdict"])
            refuting.append(part["verdict"])
            continue
        found = [opinions.of_two_arms(bench.at(part), part, parts=num) for num in (1, len(parts))]
        if None in found:
            return None
        verdicts.append(found[0].verdict if found[0] else "")
        refuting.append(found[1].verdict if found[1] else "")
    return Opinion(verdict=rules.every(verdicts, refuting))


def signs(_bench: Bench, claim: Claim, all_claims: Mapping[str, Claim]) -> Opinion | None:
    """How many of several effects have the printed sign."""
    values = [all_claims[item["id"]].get("points") for item in claim["parts"]]
    known = [value["estimate"] for value in values if value]
    if len(known) < len(values):
        return None
    shown = sum(value > 0 for value in known)
    ci90 = intervals.exact_share(shown, len(known), 0.90)
    deciding = intervals.exact_share(shown, len(known), looks.level(claim))
    return Opinion(
        verdict=rules.signs(deciding, every=shown == len(known)), numbers={"estimate": shown / len(known), "ci90": ci90}
    )
