"""Effects that are put into a page on purpose: what they are is known, so what a verdict says of them can be checked."""

from __future__ import annotations

from dataclasses import dataclass

#: What should be found: more errors for certain; more errors, if the seeds show so little; the same to the bit.
WORSE, EITHER, SAME = "worse", "either", "same"
EXPECTED = (WORSE, EITHER, SAME)


@dataclass(frozen=True, kw_only=True)
class PlantedEffect:
    """`variant` differs from `against` by something that is known (`what`); expected: one of EXPECTED.

    Raises:
        ValueError: nothing of that kind can be expected.
    """

    variant: str
    against: str
    what: str
    expected: str

    def __post_init__(self) -> None:
        if self.expected not in EXPECTED:
            raise ValueError(f"planted effect of {self.variant}: expected {self.expected!r}; allowed: {', '.join(EXPECTED)}")
