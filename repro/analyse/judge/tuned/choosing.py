"""What the choice of a rate adds to the uncertainty of an arm: had other runs searched, another rate might have been chosen.

Shapes: R rates, D draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from repro.artifacts.judged import TunedArm

#: Invented searches, drawn from one seed: the same search gives the same number.
NUM_DRAWS, SEED = 2000, 2012
#: How many times as much as is lost on the average counts. Losses are no normal draws: most searches lose nothing, some a lot,
#: and once would leave out too much. Found by simulation (docs/calibration.md, rates of the arms' own).
WEIGHT = 2.0


def search_spread(arms: Sequence[TunedArm]) -> float | None:
    """The standard deviation of a held-out error between seeds, pooled over all rates of `arms`; None where none is seen.

    A rate at which a run diverged lends none.
    """
    squares, df = 0.0, 0
    for arm in arms:
        for tried in arm.tried:
            errors = [error for error in tried.errors if error is not None]
            if len(errors) < 2 or len(errors) < len(tried.errors):
                continue
            mean = math.fsum(errors) / len(errors)
            squares += math.fsum((error - mean) ** 2 for error in errors)
            df += len(errors) - 1
    return math.sqrt(squares / df) if df else None


def choice_variance(arm: TunedArm, *, sd: float) -> float:
    """What the choice of an arm's rate adds to the variance of its error, by what other searches would lose.

    A search of as many runs gives other mean errors and chooses another rate, by so much worse than the best as was found
    here. sd: of a held-out error between seeds.
    """
    error_R = np.array([tried.error for tried in arm.tried])
    if len(error_R) < 2:
        return 0.0
    se = sd / math.sqrt(len(arm.tried[0].errors))
    noise_DR = np.random.default_rng(SEED).standard_normal((NUM_DRAWS, len(error_R)))
    lost_D = error_R[np.argmin(error_R + se * noise_DR, axis=1)] - error_R.min()
    return WEIGHT * float(np.mean(lost_D**2))
