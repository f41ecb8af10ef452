"""What a paper says of effects at several sizes: which are shown side by side, and how large its own data are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ShownEffect:
    """An effect that is shown beside others. title: a short one.

    claim: that states it, whose arms are compared. metric, protocol: by which it is drawn, where the claim itself is of another,
    such as a gap, which says little beside errors; "" for those of the claim.
    """

    claim: str
    title: str
    metric: str = ""
    protocol: str = ""


@dataclass(frozen=True, kw_only=True)
class TrainedOn:
    """How many training examples a printed set has. of: its name; where: the paper says so."""

    of: str
    num: int
    where: str


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """What is run at several sizes, of the target `sizes`, and to which size a line is drawn on.

    shares: sizes beside the whole, as names of scales have them.
    """

    shares: tuple[str, ...]
    effects: tuple[ShownEffect, ...]
    trained_on: tuple[TrainedOn, ...] = ()
