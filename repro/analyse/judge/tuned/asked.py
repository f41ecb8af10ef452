"""A paper that makes one claim of arms at rates of their own, as they stand on the claim's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from repro.spec.claims import Claim, OfClaims
from repro.spec.claims.arms import with_arms
from repro.spec.experiment import Paper, Table


def claims_of(claim: Claim, paper: Paper) -> list[Claim]:
    """A claim and, where it is about others, these, in the paper's order."""
    parts = claim.parts if isinstance(claim, OfClaims) else ()
    return [item for item in paper.claims if item.id == claim.id or item.id in parts]


def arms_of(claim: Claim, paper: Paper) -> tuple[str, ...]:
    """All variants on whose runs a claim rests, those of the claims that it is about included."""
    return tuple(dict.fromkeys(name for item in claims_of(claim, paper) for name in item.variants))


def asked_at_rates(claim: Claim, paper: Paper, runs_as: Mapping[str, str]) -> Paper:
    """`paper` with this claim alone, each arm replaced by the variant that stands for it; its page lends the spreads it lends."""
    kept = claims_of(claim, paper)
    known = {item.id for item in kept}
    tables = [_page(table, known, runs_as) for table in paper.tables if known & set(table.claims)]
    further = [paper.variant(name) for name in runs_as.values()]
    names = {item.name for item in paper.variants}
    return replace(
        paper,
        variants=(*paper.variants, *(item for item in further if item.name not in names)),
        claims=tuple(with_arms(item, runs_as) for item in kept),
        tables=tuple(tables),
        questions=(),
    )


def _page(table: Table, claims: set[str], runs_as: Mapping[str, str]) -> Table:
    return replace(
        table,
        control=runs_as.get(table.control, table.control),
        variants=tuple(dict.fromkeys(runs_as.get(name, name) for name in table.variants)),
        controls=tuple((runs_as.get(one, one), runs_as.get(other, other)) for one, other in table.controls),
        claims=tuple(name for name in table.claims if name in claims),
        figures=(),
        measures=(),
        planted=(),
    )
