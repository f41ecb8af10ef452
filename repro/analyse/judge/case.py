"""Say for a claim what it is decided by: its page, the arms that stand for it, the deciding scale and the sizes that count."""

from __future__ import annotations

from dataclasses import dataclass

from repro.analyse.evidence.comparison import Pair
from repro.analyse.evidence.gates import Question
from repro.analyse.evidence.paces import fastest
from repro.analyse.evidence.population import Population
from repro.artifacts.judged import Look
from repro.spec.claims import Claim, OfClaims, OfTwoArms, Ranking, Ratio, Slope, Spread, Within
from repro.spec.datasets import DEMONSTRATION, EVIDENCE, PrintedSet
from repro.spec.experiment import AnyDataset, Paper, Scale, Table
from repro.spec.terms.metrics import metric_named, parameter

#: Everything that is there, judged once.
ONE_LOOK = Look()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A claim with the runs and the page by which it is judged.

    arm, against: what stands for the claim's arms: of a grid its fastest variant, else the arm itself.
    """

    claim: Claim
    population: Population
    page: Table | None
    evidence: str
    arm: str
    against: str | None
    look: Look

    @property
    def arms(self) -> tuple[str, ...]:
        if isinstance(self.claim, Ranking | Spread | Slope):
            return self.claim.arms
        return tuple(name for name in (self.arm, self.against) if name)

    @property
    def considered(self) -> tuple[str, ...]:
        """All variants on whose runs the verdict rests, those of the grids included."""
        return tuple(dict.fromkeys((*self.arms, *self.claim.variants)))

    @property
    def pool(self) -> tuple[str, ...]:
        """The variants whose spread stands for that of the arms: those of the page, if it has the arms."""
        return self.page.variants if self.page and set(self.arms) <= set(self.page.variants) else self.arms

    @property
    def control(self) -> str:
        """The arm that must have learned: that of the page, if the claim compares with it, else the claim's own."""
        compared = (self.against, self.arm) if self.against else (self.arm,)
        controls = [self.page.control_of(name) for name in compared] if self.page else []
        return next((control for control in controls if control in self.arms), self.arm)

    @property
    def question(self) -> Question:
        against = self.claim.against_protocol if isinstance(self.claim, Within) else ""
        return Question(
            arms=self.arms,
            control=self.control,
            metric=self.claim.metric,
            protocols=(self.claim.protocol, *([against] if against else [])),
            considered=self.considered,
        )

    @property
    def pair(self) -> Pair:
        assert self.against is not None, f"claim {self.claim.id} of kind {self.claim.kind} compares with nothing"
        return self.pair_of(self.arm, self.against)

    def pair_of(self, arm: str, against: str) -> Pair:
        """Two of the arms, compared as the claim asks."""
        return Pair(
            arm=arm,
            against=against,
            pool=self.pool,
            control=self.control,
            family=family_of(self.page, self.control),
            metric=self.claim.metric,
            protocol=self.claim.protocol,
        )

    @property
    def data_words(self) -> str:
        """How the data that the claim is about are called."""
        return self.population.paper.data_words(self.claim.dataset)

    @property
    def num_classes(self) -> int | None:
        """The number of classes of the arm's runs; None without runs."""
        runs = self.population.runs(self.arm)
        return runs[0].num_classes if runs else None


def case_of(claim: Claim, population: Population, *, look: Look = ONE_LOOK) -> Case:
    """The case of `claim`; of the grids of a ratio the fastest variants stand for the arms. look: at which it is judged."""
    arm, against = claim.arm, claim.against if isinstance(claim, OfTwoArms) else None
    if isinstance(claim, Ratio):
        arm = fastest(population, claim.arm_grid or (claim.arm,), thresholds=claim.thresholds)
        against = fastest(population, claim.against_grid or (claim.against,), thresholds=claim.thresholds)
    page = next((table for table in population.paper.tables if claim.id in table.claims), None)
    evidence = evidence_for(claim, paper=population.paper, scale=population.scale)
    return Case(claim=claim, population=population, page=page, evidence=evidence, arm=arm, against=against, look=look)


def family_of(page: Table | None, control: str) -> tuple[str, ...]:
    """`control` and all variants of a page that are compared with it."""
    others = page.variants if page else ()
    return (control, *(name for name in others if page and name != control and page.control_of(name) == control))


def evidence_for(claim: Claim, *, paper: Paper, scale: Scale) -> str:
    """What a verdict on `claim` is worth: the least that its runs' data are worth.

    Whether they are the data that the claim is about is told by their names. A claim about no data, and one that no run here
    can speak to, have the level of the scale and of its own data.
    """
    printed = paper.printed_set(claim.dataset.of) if claim.dataset else None
    levels = {data_level(printed, dataset, scale=scale) for dataset in data_of(claim, paper=paper, scale=scale)}
    return max(levels, key=EVIDENCE.index)


def data_of(claim: Claim, *, paper: Paper, scale: Scale) -> set[AnyDataset]:
    """The data of the runs by which `claim` is judged at `scale`; those of the scale if there are no such runs."""
    parts = [item for item in paper.claims if item.id in claim.parts] if isinstance(claim, OfClaims) else []
    families = {paper.family(name) for item in (claim, *parts) for name in item.variants}
    folds = [scale.dataset_of(family, seed=seed) for family in families if scale.has(family) for seed in range(scale.num_seeds)]
    return set(folds) or {scale.dataset}


def data_level(printed: PrintedSet | None, dataset: AnyDataset, *, scale: Scale) -> str:
    """What a verdict about `printed` is worth on `dataset`."""
    if dataset.procedural is not None:
        return DEMONSTRATION
    return scale.evidence if printed is None else printed.evidence_of(dataset.of)


def unmeasured(case: Case, metric: str) -> str:
    """Say so if finished runs of the arms were never measured by `metric` and the protocols of the claim."""
    of, part = metric_named(metric).parameter, parameter(metric)
    for protocol in case.question.protocols:
        values = case.population.arms(case.considered, metric=metric, protocol=protocol)
        lacking = [arm for arm in case.considered if case.population.finished(arm) and arm not in values]
        if lacking and of == "class":
            return f"The data here have no class {part.replace('_', ' ')!r}."
        if lacking and of == "group":
            return f"The classes here have no group {part.removeprefix('others_less_').replace('_', ' ')!r}."
        if lacking and of == "pair":
            return f"The data here do not have both of the classes {part.replace('_or_', ' and ')}."
        if lacking:
            return f"The runs of {' and '.join(lacking)} hold no {metric} by the protocol {protocol}."
    return ""
