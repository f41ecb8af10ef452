"""Measure which classes one net of clips knows better than another, such as one that sees motion.

Source: Karpathy et al. 2014, section 4.1, "Contributions of motion", Table 2. Shapes: N videos, K classes, D draws, S runs.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.average_precisions import PROTOCOL, resampled_precision_DK
from repro.analyse.evidence.comparison import Pair, compare, counts, deviations, estimated, means
from repro.analyse.evidence.ledger import Ledger
from repro.analyse.evidence.statistics import total_interval
from repro.artifacts.claims_json import ClassGain
from repro.spec.experiment import Table
from repro.spec.terms.figures import CLASS_GAINS
from repro.spec.terms.metrics import AVERAGE_PRECISION, class_slug

#: Samples of the test videos, fewer where one of them takes as many numbers as this; and the seed of their draw.
MOST_DRAWS, FEWEST_DRAWS, NUMBERS, DRAW_SEED = 1000, 50, 10**9, 2014


def class_gains(table: Table, ledger: Ledger) -> list[ClassGain]:
    """What the page's other variant gains over its control in average precision of each class, in the data's order.

    Nothing where the page does not ask for it, or a variant has no finished run. `total_ci90` is over seeds and videos, where all
    runs were scored on the same videos: these were sampled, and their clips are not samples of their own.
    """
    if CLASS_GAINS not in table.measures:
        return []
    control = table.control
    other = next(name for name in table.variants if name != control)
    if not (ledger.finished(control) and ledger.finished(other)):
        return []
    classes = ledger.finished(control)[0].dataset.classes
    errors = _videos_se(ledger, control, other)
    return [
        entry
        for k, name in enumerate(classes)
        if (entry := _gain(table, ledger, control, other, name=name, se=None if errors is None else float(errors[k])))
    ]


def _gain(table: Table, ledger: Ledger, control: str, other: str, *, name: str, se: float | None) -> ClassGain | None:
    pair = Pair(
        arm=control,
        against=other,
        pool=table.variants,
        control=control,
        family=(control, other),
        metric=f"{AVERAGE_PRECISION}.{class_slug(name)}",
        protocol=PROTOCOL,
    )
    compared = compare(ledger, pair, decided_on="points")
    if compared is None:
        return None
    known = se is not None and math.isfinite(se)
    total = total_interval(compared.points, example_se=se) if known and se is not None else None
    values = compared.compared
    return ClassGain(
        paper=ledger.paper.name,
        table=table.name,
        control=control,
        variant=other,
        class_name=name,
        metric=pair.metric,
        protocol=PROTOCOL,
        n=counts(values),
        means=means(values),
        sds=deviations(values),
        gain=estimated(compared.points),
        total_ci90=total,
    )


def _videos_se(ledger: Ledger, control: str, other: str) -> NDArray[np.float64] | None:
    """By class the standard error that the choice of test videos adds to the gain; None if the runs' videos differ."""
    if not ledger.same_examples((control, other), split="test", protocol=PROTOCOL):
        return None
    rng = np.random.default_rng(DRAW_SEED)
    weight_DN: NDArray[np.int64] | None = None
    mean_DK: dict[str, NDArray[np.float64]] = {}
    for arm in (control, other):
        runs = ledger.finished(arm)
        for record in runs:
            scores = ledger.scores(record, split="test", protocol=PROTOCOL)
            num, num_classes = scores.scores_NK.shape
            if weight_DN is None:
                draws = min(max(NUMBERS // (num * num_classes), FEWEST_DRAWS), MOST_DRAWS)
                weight_DN = rng.multinomial(num, np.full(num, 1 / num), size=draws)
            precision_DK = resampled_precision_DK(scores, weight_DN) / len(runs)
            mean_DK[arm] = mean_DK[arm] + precision_DK if arm in mean_DK else precision_DK
    gain_DK = mean_DK[other] - mean_DK[control]
    drawn_K = np.count_nonzero(~np.isnan(gain_DK), axis=0) > 1
    return np.where(drawn_K, np.nanstd(np.where(drawn_K, gain_DK, 0.0), axis=0), np.nan)
