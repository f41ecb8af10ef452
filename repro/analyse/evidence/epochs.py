"""Estimate ratios of epochs, which are counted whole, and test whether two arms have one pace."""

from __future__ import annotations

import math
import warnings

import numpy as np
from scipy import stats

from repro.analyse.evidence.spreads import Spread, Values, differ, pooled_spread
from repro.analyse.evidence.statistics import Estimate, two_sided_p

#: Variance of the rounding to whole epochs, in epochs^2.
EPOCH_ROUNDING = 1 / 12


def log_ratio_of_epochs(arm: Values, against: Values) -> Estimate:
    """Estimate ln(epochs of against / epochs of arm) from times above 0 that are known to a whole epoch.

    Counts of whole epochs are half an epoch too long on average; take that off before (`Pace.times`). Each run's variance
    gets that of rounding as well, a twelfth of a squared epoch, on the log divided by the epochs squared (delta method).
    Seeds that all agree are rounded alike, and more of them tell no more: such an arm has that variance once, however many
    its seeds, so that equal seeds still give an interval. The spreads of the two arms are pooled on the log scale, as
    paces differ by factors; where they differ, each stands by its own.
    """
    values = (arm, against)
    logs = [[math.log(epochs) for epochs in epochs_of] for epochs_of in values]
    value = math.fsum(logs[1]) / len(against) - math.fsum(logs[0]) / len(arm)
    rounding = [EPOCH_ROUNDING * sum(1 / epochs**2 for epochs in of) / len(of) for of in values]
    seen = [pooled_spread([of]) for of in logs]
    # What rounding may hide of either spread speaks against no equality.
    own = [Spread(sd=math.sqrt(one.sd**2 + max(rounding)), df=one.df) for one in seen]
    if not all(spread.df for spread in own):
        return Estimate(value=value, se=0.0, df=0, sd=None, test="none", p=None)
    apart, both = differ(*own), pooled_spread(logs)
    variance = [(one.sd if apart else both.sd) ** 2 for one in seen]
    alike = [1 if one.sd == 0 else len(of) for one, of in zip(seen, values, strict=True)]
    shares = [sd2 / len(of) + part / num for sd2, of, part, num in zip(variance, values, rounding, alike, strict=True)]
    se, df = math.sqrt(sum(shares)), both.df
    if apart:
        df = sum(shares) ** 2 / sum(share**2 / one.df for share, one in zip(shares, seen, strict=True))
    p = two_sided_p(value, se=se, df=df)
    test = f"{'Welch' if apart else 'pooled'} t, log epochs"
    sd = math.sqrt(sum(variance + rounding) / 2)
    return Estimate(value=value, se=se, df=df, sd=sd, test=test, p=p)


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
