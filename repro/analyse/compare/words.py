"""Two folders of results side by side, as lines of the terminal and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from repro.analyse.compare.compare import FACTOR, LEVEL, SAME, TIME, ArmCell, Comparison
from repro.artifacts.provenance import Change, plain
from repro.system.some import some

#: Facts of provenance that a line names.
MOST_NAMED = 4


def lines(comparisons: Sequence[Comparison], *, margin: float) -> list[str]:
    """What the terminal shows: counts, then each cell that is not the same to the bit."""
    found = [margin_words(margin)]
    for item in comparisons:
        found.append(f"{item.scale}: {item.folder} and {item.other_folder}")
        for what, counts in item.counts.items():
            found.append(f"  {what}: {', '.join(f'{num} {state}' for state, num in counts.items()) or 'none in common'}")
        other = [cell for cell in item.verdicts if cell.verdict != cell.other]
        found.append(f"  verdicts: {len(item.verdicts) - len(other)} of {len(item.verdicts)} the same")
        found += [f"  {cell.claim}: {cell.verdict}, {cell.other}" for cell in other]
        for name, runs in (("first", item.only), ("second", item.other_only)):
            found += [f"  in the {name} alone: {', '.join(runs)}"] if runs else []
        for cell in item.runs:
            if cell.provenance or cell.num_other != 0:
                shown = "" if cell.num_other is None else f", {cell.num_other} of {cell.num} examples otherwise"
                found.append(f"  {cell.run} {cell.split} {cell.protocol}: {cell.state}{shown}{_made(cell.provenance)}")
        found += [f"  {arm_words(cell)}{_made(cell.provenance)}" for cell in item.arms if cell.state not in (SAME, TIME)]
    return found


def margin_words(margin: float) -> str:
    """How equivalence is decided, in a sentence."""
    return (
        f"Equivalent: the {LEVEL:.0%} interval of the mean difference over common seeds lies within {margin:g} (errors, "
        f"precisions) or a factor of {FACTOR:g} (epochs); for other metrics there is no margin."
    )


def arm_words(cell: ArmCell) -> str:
    """One arm: both means, the difference with its interval, and the state."""
    measured = f"{cell.metric}{f' ({cell.protocol})' if cell.protocol else ''} of {cell.variant}"
    ends = f" [{cell.ci90[0]:+.4f}, {cell.ci90[1]:+.4f}]" if cell.ci90 else ""
    gap = "" if cell.difference is None else f", {'log ratio' if cell.on_logs else 'difference'} {cell.difference:+.4f}{ends}"
    return f"{measured}: {cell.state}; {cell.mean:.4f}, {cell.other_mean:.4f}, n {cell.n}{gap}"


def _made(changes: Sequence[Change]) -> str:
    return f"; made otherwise: {change_words(changes)}" if changes else ""


def change_words(changes: Sequence[Change]) -> str:
    """What differs in how runs were made, the first of it with both values."""
    return some([f"{change.key} {change.base}, {change.other}" for change in changes], most=MOST_NAMED, joint="; ")


def json_of(comparisons: Sequence[Comparison], *, margin: float) -> str:
    """All cells as JSON."""
    scales = [_without_infinity({**plain(item), "counts": item.counts}) for item in comparisons]
    return json.dumps({"margin": margin, "factor": FACTOR, "level": LEVEL, "scales": scales}, indent=1)


def _without_infinity(value: Any) -> Any:
    """JSON has no infinity: a run that never got to a training error has null there."""
    if isinstance(value, dict):
        return {key: _without_infinity(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_infinity(item) for item in value]
    return None if isinstance(value, float) and math.isinf(value) else value
