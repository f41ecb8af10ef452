"""Say for a claim what it is decided by: its page, the arms that stand for it, the deciding scale and the sizes that count."""

from __future__ import annotations

import math
from dataclasses import dataclass

from repro.analyse.evidence import verdict
from repro.analyse.evidence.comparison import Pair
from repro.analyse.evidence.gates import Question
from repro.analyse.evidence.ledger import Ledger
from repro.analyse.evidence.paces import fastest
from repro.spec.claims import Claim
from repro.spec.experiment import Scale, Table
from repro.spec.metrics import ALWAYS, NEVER, metric_named, parameter


@dataclass(frozen=True, kw_only=True)
class Case:
    """A claim with the runs and the page by which it is judged.

    arm, against: what stands for the claim's arms: of a grid its fastest variant, else the arm itself.
    """

    claim: Claim
    ledger: Ledger
    page: Table | None
    evidence: str
    arm: str
    against: str | None

    @property
    def arms(self) -> tuple[str, ...]:
        return tuple(name for name in (self.arm, self.against) if name)

    @property
    def considered(self) -> tuple[str, ...]:
        """Return all variants on whose runs the verdict rests, those of the grids included."""
        return tuple(dict.fromkeys((*self.arms, *self.claim.arm_grid, *self.claim.against_grid)))

    @property
    def pool(self) -> tuple[str, ...]:
        """Return the variants whose spread stands for that of the arms: those of the page, if it has the arms."""
        return self.page.variants if self.page and set(self.arms) <= set(self.page.variants) else self.arms

    @property
    def control(self) -> str:
        """Return the arm that must have learned: that of the page, if the claim compares with it, else the claim's own."""
        control = self.page.control_of(self.against or self.arm) if self.page else self.arm
        return control if control in self.arms else self.arm

    @property
    def question(self) -> Question:
        protocols = (self.claim.protocol, *([self.claim.against_protocol] if self.claim.against_protocol else []))
        return Question(
            arms=self.arms,
            control=self.control,
            metric=self.claim.metric,
            protocols=protocols,
            considered=self.considered,
        )

    @property
    def pair(self) -> Pair:
        assert self.against is not None, f"claim {self.claim.id} of kind {self.claim.kind} compares with nothing"
        return Pair(
            arm=self.arm,
            against=self.against,
            pool=self.pool,
            control=self.control,
            family=family_of(self.page, self.control),
            metric=self.claim.metric,
            protocol=self.claim.protocol,
        )

    @property
    def num_classes(self) -> int | None:
        """Return the number of classes of the arm's runs; None without runs."""
        runs = self.ledger.runs(self.arm)
        return int(runs[0]["num_classes"]) if runs else None


def case_of(claim: Claim, ledger: Ledger) -> Case:
    """Return the case of `claim`; of its grids the fastest variants stand for the arms."""
    arm, against = claim.arm, claim.against
    if claim.arm_grid:
        arm = fastest(ledger, claim.arm_grid, thresholds=claim.thresholds)
    if claim.against_grid:
        against = fastest(ledger, claim.against_grid, thresholds=claim.thresholds)
    page = next((table for table in ledger.paper.tables if claim.id in table.claims), None)
    evidence = evidence_for(claim, ledger.scale)
    return Case(claim=claim, ledger=ledger, page=page, evidence=evidence, arm=arm, against=against)


def family_of(page: Table | None, control: str) -> tuple[str, ...]:
    """Return `control` and all variants of a page that are compared with it."""
    others = page.variants if page else ()
    return (control, *(name for name in others if page and name != control and page.control_of(name) == control))


def evidence_for(claim: Claim, chosen: Scale) -> str:
    """Return what a verdict on `claim` is worth.

    At a scale of a paper's own data, a claim about another set is a stand-in; at a scale of other real data, one about that
    very set (such as a claim on CIFAR-10) rests on the same data.
    """
    own = bool(claim.dataset) and claim.dataset.startswith(chosen.dataset.title)
    if chosen.evidence == "same data" and claim.dataset and not own:
        return "stand-in"
    if chosen.evidence == "stand-in" and own:
        return "same data"
    return chosen.evidence


def paper_log_ratio(claim: Claim) -> float | None:
    """Return the logarithm of the paper's ratio, or of that of its two errors, signed like its effect; None without either."""
    if claim.paper_ratio:
        return math.log(claim.paper_ratio)
    if not claim.paper_arm or not claim.paper_against:
        return None
    return math.log(claim.paper_against / claim.paper_arm)


def decided_on(claim: Claim, *, evidence: str) -> str:
    """Return the deciding scale: the log ratio for paces, speeds and, off the paper's own data, errors with a printed size.

    Points decide on the paper's own data, for bare directions, and for what is no error (a gap, a selectivity).
    """
    if claim.kind in ("level", "exact"):
        return "value"
    if claim.kind == "ratio" or metric_named(claim.metric).ratio == ALWAYS:
        return "log_ratio"
    if evidence == "same data" or claim.paper_delta is None or metric_named(claim.metric).ratio == NEVER:
        return "points"
    return "log_ratio"


def sizes(claim: Claim, *, decided_on: str) -> tuple[float | None, float | None]:
    """Return the paper's effect and the smallest effect of interest on the deciding scale, None where there is none."""
    if claim.paper_delta is None and claim.paper_ratio is None:
        return None, claim.smallest_effect
    d0 = claim.paper_delta if decided_on == "points" else paper_log_ratio(claim)
    if d0 is None:
        return None, None
    share = verdict.SMALLEST_SHARE
    if claim.smallest_effect is not None and claim.paper_delta:
        share = claim.smallest_effect / claim.paper_delta
    return d0, share * d0


def unmeasured(case: Case, metric: str) -> str:
    """Say so if finished runs of the arms were never measured by `metric` and the protocols of the claim."""
    of, part = metric_named(metric).parameter, parameter(metric)
    for protocol in case.question.protocols:
        values = case.ledger.arms(case.considered, metric=metric, protocol=protocol)
        lacking = [arm for arm in case.considered if case.ledger.finished(arm) and arm not in values]
        if lacking and of == "class":
            return f"The data here have no class {part.replace('_', ' ')!r}."
        if lacking and of == "group":
            return f"The classes here have no group {part.removeprefix('others_less_').replace('_', ' ')!r}."
        if lacking:
            return f"The runs of {' and '.join(lacking)} hold no {metric} by the protocol {protocol}."
    return ""
