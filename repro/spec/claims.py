"""What a paper states, and the rule by which a statement is judged, fixed before any run."""

from __future__ import annotations

from dataclasses import dataclass

#: effect: a difference of two arms with a printed size. direction: its sign only. level: one arm's value.
#: exact: a number that follows from the architecture.
CLAIM_KINDS = ("effect", "direction", "level", "exact")


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """Somebody else's measurement that speaks to a claim. Errors in [0, 1]; `confidence` as in the facts (V, C, S, D, M).

    same_quantity: whether it is of the claim's metric; else it is listed beside the claim, but not drawn on its axis.
    """

    who: str
    control: float | None
    ablated: float | None
    protocol: str
    confidence: str
    note: str = ""
    same_quantity: bool = True


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One statement of a paper.

    id: as in facts/claims.csv. metric: top1_error, top5_error, top1_gap, num_parameters, num_neurons, ...
    arm: the variant that the statement is about: for effects the one WITH the part that is claimed to help.
    against: the variant it is compared with. The effect is metric(against) - metric(arm); positive = as the paper says.
    paper_value: printed value of a level or exact claim. paper_delta: printed effect in the metric's unit (fractions).
    paper_arm, paper_against: the two values behind the effect, which give the paper's log error ratio.
    smallest_effect: effect below which we call it absent; None = a quarter of the paper's effect.
    measured: for exact claims, the quantity of the network's geometry that is compared.
    tolerance: for exact claims, relative rounding that the paper's words allow.
    """

    id: str
    where: str
    statement: str
    kind: str
    metric: str
    protocol: str
    arm: str
    against: str | None = None
    paper_value: float | None = None
    paper_delta: float | None = None
    paper_arm: float | None = None
    paper_against: float | None = None
    smallest_effect: float | None = None
    tolerance: float = 0.0
    confidence: str = "V"
    dataset: str = ""
    note: str = ""
    reproductions: tuple[Reproduction, ...] = ()
