"""How a paper prints the size of an effect: about so large, more than that, or from one number to another."""

from __future__ import annotations

from dataclasses import dataclass

from repro.spec.claims.stated import Stated
from repro.spec.terms.metrics import ALWAYS, ELSEWHERE

#: What a printed size says: the effect is about as large ("1.4 points"), or larger ("more than 1 %").
ABOUT, AT_LEAST = "about", "at_least"
SIZE_BOUNDS = (ABOUT, AT_LEAST)


@dataclass(frozen=True, kw_only=True)
class Sized(Stated):
    """A claim whose effect may have a printed size, as a difference or as a ratio.

    paper_delta: the printed difference. paper_arm, paper_against: the two printed values behind it. Off the
        paper's own data errors are compared by their ratio, which these two give.
    unpaired: where the paper prints the difference of two errors and neither of them, that it does: the claim
        then cannot be tested on other data.
    paper_ratio: the printed ratio, where times or epochs are compared.
    bound: one of SIZE_BOUNDS. paper_most: of "2 to 4 times" the 4; the printed size is then the lower end.
    smallest_effect: the difference below which we call the effect absent; None: a quarter of the paper's.
    smallest_ratio: the ratio below which we call it absent; None: that of SMALLEST_RATIO.
    """

    paper_delta: float | None = None
    paper_arm: float | None = None
    paper_against: float | None = None
    unpaired: str = ""
    paper_ratio: float | None = None
    bound: str = ABOUT
    paper_most: float | None = None
    smallest_effect: float | None = None
    smallest_ratio: float | None = None

    @property
    def printed_size(self) -> float | None:
        """The printed difference or ratio, None where the paper prints neither."""
        return self.paper_delta if self.paper_ratio is None else self.paper_ratio

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_positive("paper_delta", "paper_ratio", "smallest_effect", "smallest_ratio")
        self.check_share("paper_delta", "paper_arm", "paper_against")
        if self.paper_delta is not None and self.paper_ratio is not None:
            self.refuse("has a paper_delta and a paper_ratio", "one of them")
        self._check_bound()
        self._check_ratio()
        self._check_values()

    def _check_bound(self) -> None:
        if self.bound not in SIZE_BOUNDS:
            self.refuse(f"has bound {self.bound!r}", " or ".join(SIZE_BOUNDS))
        if self.bound != ABOUT and self.printed_size is None:
            self.refuse(f"has bound {self.bound!r} and no size", "a paper_delta or paper_ratio that is the bound")
        if self.paper_most is None:
            return
        if self.printed_size is None or self.paper_most <= self.printed_size:
            self.refuse(f"has a size from {self.printed_size} to {self.paper_most}", "a paper_most above the printed size")
        if self.bound != ABOUT:
            self.refuse(f"has bound {self.bound!r} and paper_most {self.paper_most}", "one of the two")

    def _check_ratio(self) -> None:
        for name in ("paper_ratio", "smallest_ratio"):
            value: float | None = getattr(self, name)
            if value is None:
                continue
            if self.measured.ratio != ALWAYS:
                self.refuse(f"has a {name} of {self.metric}", "a ratio of times or epochs; an effect on errors has a paper_delta")
            if value <= 1:
                self.refuse(f"has {name} {value}", "above 1, which is the paper's direction; exchange the arms")

    def _check_values(self) -> None:
        """Refuse an effect whose printed size cannot be compared."""
        if (self.paper_arm is None) != (self.paper_against is None):
            self.refuse("has one of paper_arm and paper_against", "both or neither")
        if self.paper_arm is not None and self.paper_against is not None and self.paper_against <= self.paper_arm:
            got = f"has paper_arm {self.paper_arm} and paper_against {self.paper_against}"
            self.refuse(got, "more against than the arm, which is the paper's direction; exchange the arms")
        if self.paper_delta is None or self.measured.ratio != ELSEWHERE:
            return
        if self.paper_arm is None and not self.unpaired:
            self.refuse(
                f"has paper_delta {self.paper_delta} of {self.metric} alone",
                "paper_arm and paper_against, the two printed errors, whose ratio is compared on other data; or, where the "
                "paper prints neither, unpaired with the reason",
            )
        if self.paper_arm is not None and self.unpaired:
            self.refuse("is unpaired and has both values", "one of the two")
