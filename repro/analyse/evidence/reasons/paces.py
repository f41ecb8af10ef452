"""Say in plain sentences how many epochs runs need, and what runs mean that never get there."""

from __future__ import annotations

import math
from collections.abc import Sequence

LEAVES_CHANCE = "To leave chance"


def pace_chosen(arm: str, grid: Sequence[str], *, num_seeds: int) -> str:
    """The sentence that says which of several learning rates stands for an arm, and why."""
    if len(grid) < 2:
        return ""
    seeds = f"{num_seeds} seed{'s' * (num_seeds != 1)} each"
    return (
        f"{arm} stands for its unit: of {', '.join(grid)} it needs the fewest epochs (chosen by training error alone, {seeds})."
    )


def epochs_listed(epochs: Sequence[float], lasted: Sequence[float]) -> str:
    """The epochs of each seed; `more than 12` for one that had not got there after its 12 epochs."""
    return ", ".join(
        f"{one:g}" if math.isfinite(one) else f"more than {last:g}" for one, last in zip(epochs, lasted, strict=True)
    )


def pace_measured(
    *,
    goal: str,
    arm: str,
    against: str,
    arm_epochs: str,
    against_epochs: str,
    ratio: float | None,
    at_least: bool,
    interval: tuple[float, float] | None,
    paper: str,
) -> str:
    """The sentence that states a ratio of paces (log intervals), seed by seed, then the paper's.

    goal: what is got to.
    """
    seeds = f"epochs by seed: {against_epochs} against {arm_epochs}"
    if ratio is None:
        return f"{goal} {against} and {arm} cannot be compared ({seeds}){paper}."
    low = f"90 % interval from {math.exp(interval[0]):.2f}, " if interval else ""
    both = f"90 % interval {math.exp(interval[0]):.2f} to {math.exp(interval[1]):.2f}, " if interval else ""
    times = f"at least {ratio:.2f} times" if at_least else f"{ratio:.2f} times"
    return (
        f"{goal} {against} needs {times} as many epochs as {arm} "
        f"({low if at_least else both}{seeds}){paper}. Epochs are counted whole; the interval allows for that."
    )


def pace_meaning(*, bounded: bool, arm_never: int, against_never: int, num_arm: int, num_against: int) -> str:
    """What censored runs mean for a ratio of paces."""
    if arm_never == num_arm and against_never == num_against:
        return "Neither arm ever got there, so nothing can be decided; train longer."
    if arm_never:
        return f"{arm_never} of {num_arm} runs of the faster arm never got there, so the ratio has no lower bound; train longer."
    if bounded and against_never:
        return (
            f"{against_never} of {num_against} runs of the slower arm never got there and count with the epochs they lasted: "
            "the ratio is a lower bound, which can show the direction alone."
        )
    return ""
