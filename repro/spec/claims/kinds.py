"""What a paper states, and the rule by which a statement is judged, fixed before any run."""

from __future__ import annotations

from dataclasses import dataclass

from repro.spec.datasets import Printed

#: effect: a difference of two arms with a printed size. direction: its sign only. no_worse: no loss beyond a declared margin.
#: level: one arm's value. ratio: how many times as many epochs one arm needs as the other. within: an effect inside each run
#: of one arm. every: holds if all its parts, claims of their own, hold. exact: a number that follows from the architecture.
CLAIM_KINDS = ("effect", "direction", "no_worse", "level", "ratio", "within", "every", "exact")

#: How an exact claim compares: the number equals the printed one, or is at most that.
BOUNDS = ("equal", "at_most")


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """Somebody else's measurement that speaks to a claim. Errors in [0, 1]; `confidence` as in the facts (V, C, S, D, M).

    same_quantity: whether it is of the claim's metric; else it is listed beside the claim, but not drawn on its axis.
    """

    who: str
    control: float | None
    ablated: float | None = None
    protocol: str
    confidence: str
    note: str = ""
    same_quantity: bool = True


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One statement of a paper.

    id: as in facts/claims.csv; claims that the facts do not number have ids of the same form.
    metric, protocol: names of repro.spec.terms; of a time, the protocol is the network that was timed.
    arm: the variant that the statement is about: for effects the one WITH the part that is claimed to help.
    against: the variant it is compared with. The effect is metric(against) - metric(arm); positive = as the paper says.
        A ratio is metric(against) / metric(arm). Where more is better (average precision), the arm is the one that has less.
    arm_grid, against_grid: variants that differ from the arm by their learning rate alone, itself included: of each grid the
        one that gets there in the fewest epochs stands for the arm.
    against_protocol: for kind within, the protocol compared with: the effect of a run is its metric by `against_protocol`
        minus that by `protocol`. Without one, the effect of a run is its metric.
    paper_value: printed value of a level or exact claim. paper_delta: printed effect in the metric's unit (fractions).
    paper_arm, paper_against: the two values behind the effect, which give the paper's log error ratio.
    paper_ratio: printed ratio of a ratio claim. thresholds: the training errors at which it is measured, the first decides.
    smallest_effect: effect below which we call it absent; None = a quarter of the paper's effect.
        For kind no_worse, the margin: the largest loss of the arm that still counts as none.
    tolerance: for exact claims, relative rounding that the paper's words allow. bound: one of BOUNDS.
    parts: for kind every, the ids of the claims that must all hold.
    row, column: where the number stands in a table of the paper, in its own words; its page then has a table of that layout.
    dataset: the data that the statement is about; None where no data are.
    not_run: why nothing has been run for this claim yet. untestable: why no run here can speak to it, at any scale.
    """

    id: str
    where: str
    statement: str
    kind: str
    metric: str = ""
    protocol: str = ""
    arm: str = ""
    against: str | None = None
    arm_grid: tuple[str, ...] = ()
    against_grid: tuple[str, ...] = ()
    against_protocol: str = ""
    paper_value: float | None = None
    paper_delta: float | None = None
    paper_arm: float | None = None
    paper_against: float | None = None
    paper_ratio: float | None = None
    thresholds: tuple[float, ...] = ()
    smallest_effect: float | None = None
    tolerance: float = 0.0
    bound: str = "equal"
    parts: tuple[str, ...] = ()
    row: str = ""
    column: str = ""
    not_run: str = ""
    untestable: str = ""
    confidence: str = "V"
    dataset: Printed | None = None
    note: str = ""
    reproductions: tuple[Reproduction, ...] = ()
