"""Say in plain sentences at which look a claim stands, and what was changed after runs had been seen."""

from __future__ import annotations

from repro.artifacts.judged import Judged, PostHoc


def look_words(entry: Judged) -> str:
    """The sentence that says at which of several looks the verdict was reached; "" where there is one look alone."""
    look = entry.look
    if len(look.planned) < 2:
        return ""
    seeds = ", ".join(map(str, look.planned))
    level = f"{100 * look.level:.1f} %"
    return (
        f"Look {look.number} of {len(look.planned)}, declared at {seeds} seeds: decided by intervals of {level}, "
        "which hold together at all looks in 90 %."
    )


def post_hoc_words(seen: PostHoc) -> str:
    """The sentences that say what was changed, what was found as declared, and what the verdict would be now."""
    declared = f"As declared it is {seen.declared}" if seen.declared else "What was declared is not known any more"
    changed = "; ".join(seen.changed)
    return f"{changed[:1].upper()}{changed[1:]}. {declared}; with what is there now it would be {seen.found}."
