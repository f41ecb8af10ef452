"""A claim about other variants: what the arms are replaced by stands in each of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from repro.spec.claims.kinds import Claim

#: The fields of claims that name variants, in tuples or not.
FIELDS = ("arm", "against", "arm_grid", "against_grid", "tiers", "among", "points", "less")

C = TypeVar("C", bound=Claim)


def with_arms(claim: C, names: Mapping[str, str]) -> C:
    """`claim` with each variant that is a key of `names` replaced by its value."""
    changed = {name: _replaced(getattr(claim, name), names) for name in FIELDS if hasattr(claim, name)}
    return replace(claim, **changed)


def _replaced(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_replaced(item, names) for item in value)
    return names.get(value, value) if isinstance(value, str) else value
