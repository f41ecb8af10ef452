"""The grid of learning rates among which an arm's own is chosen, fixed in the catalogue before anything is run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from repro.spec.scales.names import factor_text, named_factor

#: Two ways of adding up the same errors differ by less than this.
ROUNDING = 1e-9
#: The error of a run that diverged.
WORST = 1.0


def mean_error(errors: Sequence[float | None]) -> float:
    """The mean of the errors of some runs, of which None diverged."""
    return math.fsum(WORST if error is None else error for error in errors) / len(errors)


@dataclass(frozen=True, kw_only=True)
class RateGrid:
    """Factors of an arm's printed rate, in rising order, 1 among them.

    num_steps: where the best factor is at an end of the grid, the grid grows there by one step more, so often at most.
    num_seeds: runs of each rate. held_out: the share of the training examples by which rates are compared, in (0, 0.5], where
    a data set holds out no validation examples of its own.

    Raises:
        ValueError: the fields make no grid; says what is allowed.
    """

    factors: tuple[float, ...] = (0.5, 1.0, 2.0)
    num_steps: int = 2
    num_seeds: int = 3
    held_out: float = 0.1

    def __post_init__(self) -> None:
        factors = self.factors
        if len(factors) < 2 or list(factors) != sorted(set(factors)) or 1 not in factors or min(factors) <= 0:
            self._refuse(f"factors {factors}", "two and more factors above 0, which rise, the printed rate (1) among them")
        for factor in factors:
            if not math.isclose(named_factor(factor_text(factor)), factor, rel_tol=1e-12):
                self._refuse(f"factor {factor}", "whole numbers and fractions of whole numbers up to 1000, such as 2 or 1/3")
        if self.num_steps < 0 or self.num_seeds < 1:
            self._refuse(f"num_steps {self.num_steps}, num_seeds {self.num_seeds}", "steps from 0 and seeds from 1")
        if not 0 < self.held_out <= 0.5:
            self._refuse(f"held_out {self.held_out}", "a share above 0 and up to 0.5")

    def _refuse(self, got: str, allowed: str) -> None:
        raise ValueError(f"a grid of rates has {got}; allowed: {allowed}")

    @property
    def words(self) -> str:
        """The grid in a line, by which the ledger declares it."""
        listed = ", ".join(map(factor_text, self.factors))
        return (
            f"{listed} times the printed rate, {self.num_seeds} seeds each, up to {self.num_steps} steps more at an end, "
            f"{self.held_out:g} of the training examples held out"
        )

    def best(self, errors: Mapping[float, Sequence[float | None]]) -> float:
        """The factor of the least mean error; None is the error of a run that diverged, and counts as the worst there is.

        Of several the one that is nearest to the printed rate, of two as near the smaller.
        """
        means = {factor: mean_error(values) for factor, values in errors.items()}
        least = min(means.values())
        tied = [factor for factor, mean in means.items() if mean <= least + ROUNDING]
        return min(tied, key=lambda factor: (abs(math.log(factor)), factor))

    def beyond(self, tried: tuple[float, ...], *, best: float) -> float | None:
        """The factor that is tried next, if the best of those `tried` is at an end and a step is left; else None."""
        known = sorted(tried)
        if best not in (known[0], known[-1]) or len(known) - len(self.factors) >= self.num_steps:
            return None
        step = known[1] / known[0] if best == known[0] else known[-1] / known[-2]
        return named_factor(factor_text(best / step if best == known[0] else best * step))

    @property
    def most(self) -> int:
        """How many rates an arm may be tried at."""
        return len(self.factors) + self.num_steps


#: Where a sizing names no grid of its own.
DEFAULT_GRID = RateGrid()
