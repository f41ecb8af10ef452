"""Estimate ratios of epochs, which are counted whole, and test whether two arms have one pace."""

from __future__ import annotations

import math
import warnings

import numpy as np
from scipy import stats

from repro.analyse.evidence.spreads import Values
from repro.analyse.evidence.statistics import Estimate, difference, two_sided_p

#: Variance of the rounding to whole epochs, in epochs^2.
EPOCH_ROUNDING = 1 / 12


def log_ratio_of_epochs(arm: Values, against: Values) -> Estimate:
    """Estimate ln(epochs of against / epochs of arm) from times above 0 that are known to a whole epoch.

    Counts of whole epochs are half an epoch too long on average; take that off before (`Pace.times`). Seeds may agree in
    whole epochs although their paces differ, so each run's variance gets that of rounding as well, a twelfth of a squared
    epoch, on the log divided by the epochs squared (delta method): equal seeds still give an interval. The spreads of the
    two arms are pooled on the log scale, as paces differ by factors; where they differ, each stands by its own.
    """
    arms = {"arm": arm, "against": against}
    estimate = difference({name: [math.log(epochs) for epochs in arms[name]] for name in arms}, arm="arm", against="against")
    rounding = [EPOCH_ROUNDING * sum(1 / epochs**2 for epochs in values) / len(values) for values in arms.values()]
    se = math.sqrt(estimate.se**2 + sum(part / len(values) for part, values in zip(rounding, arms.values(), strict=True)))
    sd = None if estimate.sd is None else math.sqrt(estimate.sd**2 + sum(rounding) / 2)
    p = two_sided_p(estimate.value, se=se, df=estimate.df)
    return Estimate(value=estimate.value, se=se, df=estimate.df, sd=sd, test=f"{estimate.test}, log epochs", p=p)


def logrank_p(arm: Values, against: Values, *, arm_ended: Values, against_ended: Values) -> float | None:
    """The log-rank p-value that both arms have one pace: epochs, infinity for a run that ended before it got there.

    None if no run got there, or where the test has no answer.
    """
    pairs = [list(zip(arm, arm_ended, strict=True)), list(zip(against, against_ended, strict=True))]
    if not all(pairs) or not any(math.isfinite(epochs) for pair in pairs for epochs, _ in pair):
        return None
    samples = [
        stats.CensoredData(
            uncensored=[epochs for epochs, _ in pair if math.isfinite(epochs)],
            right=[ended for epochs, ended in pair if not math.isfinite(epochs)],
        )
        for pair in pairs
    ]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # without any spread the test divides by 0, and has no answer
        p = float(stats.logrank(*samples).pvalue)
    return p if math.isfinite(p) else None
