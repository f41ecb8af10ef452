"""What the pages of a paper decide claims by, and which arms and spreads they have there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from repro.analyse.evidence.lenders import lenders_for
from repro.analyse.evidence.population import Population
from repro.analyse.evidence.several import share_interval
from repro.artifacts.calibration_json import Share
from repro.artifacts.judged import JudgedClaim, JudgedEffect
from repro.spec.experiment import Table

#: Of the share of tables.
SHARE_LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A metric by which a page decides claims on two arms. smallest: the least effect that any of these claims counts."""

    population: Population
    table: Table
    metric: str
    protocol: str
    decided_on: str
    smallest: float
    claims: tuple[JudgedEffect, ...]

    @property
    def log(self) -> bool:
        return self.decided_on == "log_ratio"

    @cached_property
    def by_seed(self) -> dict[str, dict[int, float]]:
        """The values of the page's variants by seed; those without any are left out."""
        names = dict.fromkeys((*self.table.variants, *(arm for claim in self.claims for arm in claim.chosen)))
        found = {name: self.population.by_seed(name, metric=self.metric, protocol=self.protocol) for name in names}
        return {name: values for name, values in found.items() if values}

    def lenders(self, *wanted: str) -> list[str]:
        """The variants of the page that may lend their spread to those that are asked about."""
        return lenders_for(self.population, self.table.variants, wanted, protocol=self.protocol)

    @property
    def floor(self) -> float:
        """What an error of 0 counts as in a logarithm."""
        if not self.log:
            return 0.0
        least: float = self.population.least_value(list(self.by_seed), metric=self.metric, protocol=self.protocol)
        return least


def measures_of(population: Population, claims: Sequence[JudgedClaim]) -> list[Measure]:
    """By page, metric, protocol and deciding scale, the claims on two arms that have an estimate."""
    found: dict[tuple[str, str, str, str], list[JudgedEffect]] = {}
    tables = {table.name: table for table in population.paper.tables}
    page_of = {claim: table.name for table in reversed(population.paper.tables) for claim in table.claims}
    for claim in claims:
        if not isinstance(claim, JudgedEffect) or claim.estimate is None or claim.id not in page_of or not claim.smallest_effect:
            continue
        found.setdefault((page_of[claim.id], claim.metric, claim.protocol, claim.decided_on), []).append(claim)
    return [
        Measure(
            population=population,
            table=tables[table],
            metric=metric,
            protocol=protocol,
            decided_on=scale,
            smallest=min(claim.smallest_effect or 0.0 for claim in group),
            claims=tuple(group),
        )
        for (table, metric, protocol, scale), group in found.items()
    ]


def share(num: int, of: int) -> Share:
    """A share with its interval; of nothing, all that it could be."""
    return Share(num=num, of=of, ci95=share_interval(num, of, level=SHARE_LEVEL) if of else (0.0, 1.0))
