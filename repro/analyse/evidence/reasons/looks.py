"""Say in plain sentences at which look a claim stands, and what was changed after runs had been seen."""

from __future__ import annotations

from collections.abc import Mapping

from repro.analyse.evidence import verdict
from repro.artifacts.judged import Judged, PostHoc
from repro.system.durations import duration


def look_words(entry: Judged) -> str:
    """The sentence that says at which of several looks the verdict was reached; "" where there is one look alone."""
    look = entry.look
    if len(look.planned) < 2 or entry.verdict not in verdict.DECIDED:
        return ""
    seeds = ", ".join(map(str, look.planned))
    level = f"{100 * look.level:.1f} %"
    return (
        f"Look {look.number} of {len(look.planned)}, declared at {seeds} seeds: decided by intervals of {level}, "
        "which hold together at all looks in 90 %."
    )


def price_words(*, lacking: Mapping[str, int], seed_s: Mapping[str, float]) -> str:
    """The sentence that says what the seeds take that a claim lacks; lacking, seed_s: by arm, as far as is known."""
    seconds = sum(num * seed_s[arm] for arm, num in lacking.items() if arm in seed_s)
    if not seconds:
        return ""
    seeds = ", ".join(f"{num} of {arm}" for arm, num in lacking.items() if num)
    return f"The seeds that it lacks for that ({seeds}) take about {duration(seconds)} of processor time."


def post_hoc_words(seen: PostHoc) -> str:
    """The sentences that say what was changed, what was found as declared, and what the verdict would be now."""
    declared = f"As declared it is {seen.declared}" if seen.declared else "What was declared is not known any more"
    changed = "; ".join(seen.changed)
    return f"{changed[:1].upper()}{changed[1:]}. {declared}; with what is there now it would be {seen.found}."
