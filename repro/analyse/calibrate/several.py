"""Claims about several things at once: the spread of four arms, the share of runs that show a thing, the order of four nets.

Shape suffixes: A arms, S seeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from repro.analyse.calibrate.settings import Draw, Setting, named, rng_for
from repro.analyse.evidence import verdict
from repro.analyse.evidence.several import page_trend_p, range_interval, share_interval
from repro.analyse.evidence.statistics import difference
from repro.analyse.judge.several.rankings import pair_verdicts
from repro.artifacts.judged import Interval

SEEDS = (2, 3, 5, 10)
NUM_ARMS, NUM_COMPARED = 8, 4
#: True means of the four arms, in standard deviations of a seed.
MEANS = {
    "four equal arms": (0.0, 0.0, 0.0, 0.0),
    "one of four apart": (0.0, 0.0, 0.0, 2.0),
    "in steps of 1": (0.0, 1.0, 2.0, 3.0),
}
SHARES = (0.5, 0.8, 0.95)
#: The order that is claimed: the first before two, these before the last; five pairs, as in the paper.
TIERS = (0, 1, 1, 2)
PAIRS = tuple((i, j) for i, j in combinations(range(NUM_COMPARED), 2) if TIERS[i] != TIERS[j])
ORDERS = {
    "four equal nets": (0.0, 0.0, 0.0, 0.0),
    "as claimed, in steps of 1 sd": (0.0, 1.0, 1.0, 2.0),
    "as claimed, in steps of 3 sd": (0.0, 3.0, 3.0, 6.0),
    "the other way, in steps of 1 sd": (2.0, 1.0, 1.0, 0.0),
}
SMALLEST = 0.25


@dataclass(frozen=True, kw_only=True)
class Order:
    """How often a claim of an order has each of `VERDICTS`."""

    name: str
    num_seeds: int
    shares: tuple[float, ...]


VERDICTS = (
    verdict.REPRODUCED,
    verdict.DIRECTION,
    verdict.INCONCLUSIVE,
    verdict.NOT_REPRODUCED,
    verdict.ABSENT,
    verdict.REVERSED,
)


def several_settings() -> list[Setting]:
    """The intervals of a spread and of a share."""
    found = []
    for n in SEEDS:
        for name, means in MEANS.items():
            kind = "largest mean less smallest"
            found.append(
                Setting(kind=kind, name=name, num_seeds=n, draw=_range(n, means), truth=max(means) - min(means), share=0.25)
            )
        for share in SHARES:
            name = f"shown by {share:.0%} of all runs"
            found.append(Setting(kind="share of runs", name=name, num_seeds=n, draw=_share(n, share), truth=share))
    return found


def _table(rng: np.random.Generator, n: int, means: tuple[float, ...]) -> dict[str, list[float]]:
    y_AS = rng.standard_normal((NUM_ARMS, n))
    y_AS[:NUM_COMPARED] += np.array(means)[:, None]
    return named(y_AS.tolist())


def _range(n: int, means: tuple[float, ...]) -> Draw:
    def draw(rng: np.random.Generator) -> Interval | None:
        arms = _table(rng, n, means)
        pairs = combinations(map(str, range(NUM_COMPARED)), 2)
        found = [difference(arms, arm=arm, against=against) for arm, against in pairs]
        return range_interval(found, num_arms=NUM_COMPARED)

    return draw


def _share(n: int, share: float) -> Draw:
    def draw(rng: np.random.Generator) -> Interval | None:
        return share_interval(int(rng.binomial(n, share)), n)

    return draw


def order_rows(*, num: int, seed: int) -> list[Order]:
    """How often each verdict on an order comes, with nets that are equal, in that order, and in the opposite one."""
    return [_order(name, means, n, num=num, seed=seed) for name, means in ORDERS.items() for n in SEEDS]


def _order(name: str, means: tuple[float, ...], n: int, *, num: int, seed: int) -> Order:
    rng = rng_for(seed, "order", name, n)
    found = [_verdict(_table(rng, n, means)) for _ in range(num)]
    return Order(name=name, num_seeds=n, shares=tuple(found.count(one) / num for one in VERDICTS))


def _verdict(arms: dict[str, list[float]]) -> str:
    """The verdict on an order: each pair by its own interval, and by those that refute it."""
    estimates = [difference(arms, arm=str(arm), against=str(against)) for arm, against in PAIRS]
    pairs, adjusted = pair_verdicts(estimates, smallest_effect=SMALLEST)
    value_BA = np.array([arms[str(i)] for i in range(NUM_COMPARED)]).T
    return verdict.decide_ranking(pairs, adjusted=adjusted, trend=page_trend_p(value_BA, TIERS) <= verdict.ONE_SIDED)
