"""A claim about other arms is the same claim: nothing else of it changes, whatever its kind."""

import pytest

from repro.papers import PAPERS
from repro.spec.claims import Claim
from repro.spec.claims.arms import with_arms

CLAIMS = [claim for paper in PAPERS.values() for claim in paper.claims]


@pytest.mark.parametrize("kind", sorted({claim.kind for claim in CLAIMS}))
def test_each_arm_is_replaced_wherever_it_stands_and_nothing_else_is(kind: str) -> None:
    for claim in (item for item in CLAIMS if item.kind == kind):
        names = {name: f"{name}_rate_x2" for name in claim.variants}
        other: Claim = with_arms(claim, names)
        assert other.variants == tuple(names[name] for name in claim.variants)
        assert other.arms == tuple(names.get(name, name) for name in claim.arms)
        assert with_arms(other, {there: here for here, there in names.items()}) == claim
        assert with_arms(claim, {}) == claim
