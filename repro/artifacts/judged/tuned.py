"""What was judged of a claim with a learning rate of its own for each arm, beside the verdict as printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Interval = tuple[float, float]

#: What rates of the arms' own change: nothing (`stays`); the side (`turned`: against the paper became for it, or the other way
#: round; `lifted`: it is not decided any more, and the effect is another one); nothing that is shown (`open`: the claim is open,
#: and the effect may be the same); `decided`: it was open; `unjudged`: something is lacking.
Outcome = Literal["stays", "turned", "lifted", "open", "decided", "unjudged"]
#: Those by which a verdict is tuning-sensitive.
SENSITIVE: tuple[Outcome, ...] = ("turned", "lifted")


@dataclass(frozen=True, kw_only=True)
class TriedRate:
    """A rate of the search: `factor` times the printed one. errors: on held-out training examples, by seed of the search.

    None is the error of a run that diverged, which counts as 1. error: their mean.
    """

    factor: float
    rate: float
    errors: tuple[float | None, ...]
    error: float


@dataclass(frozen=True, kw_only=True)
class TunedArm:
    """An arm of the claim. runs_as: the variant whose runs stand for it, itself where the printed rate was chosen.

    printed_rate, rate, tried: None and none of an arm that has no rate, or of which the search is not over. at_edge: whether
    the best rate is an end of all that were tried. printed_mean, mean: the claim's measure as printed and with the own rate;
    None where it is not of single arms. n: seeds of the latter.
    """

    variant: str
    runs_as: str
    printed_rate: float | None = None
    rate: float | None = None
    at_edge: bool = False
    tried: tuple[TriedRate, ...] = ()
    printed_mean: float | None = None
    mean: float | None = None
    n: int = 0


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """The claim judged with rates of the arms' own. It is a test of its own, of one look, beside the verdict as printed.

    search, search_seeds: the scale at which rates were compared, and its seeds. estimate, ci90: on the deciding scale; the
    interval counts the choice of rates too where `choice_sd`, what the choice adds on that scale, is known. seeds_ci90: the
    interval over seeds alone. why: what is lacking, or what a reader should know. post_hoc: what was not declared before.
    """

    verdict: str
    outcome: Outcome
    tuning_sensitive: bool
    size: str
    reason: str
    why: str
    search: str
    search_seeds: tuple[int, ...]
    arms: tuple[TunedArm, ...]
    estimate: float | None = None
    ci90: Interval | None = None
    seeds_ci90: Interval | None = None
    choice_sd: float | None = None
    post_hoc: str = ""
    runs: tuple[str, ...] = ()
