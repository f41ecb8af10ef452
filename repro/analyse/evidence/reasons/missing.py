"""Say which runs a claim lacks: those that are planned, those that were started and do not count, those that diverged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def missing_words(missing: Sequence[str], why: Mapping[str, str]) -> tuple[str, str]:
    """A sentence about each sort of `missing` runs, and how many they are; why: of those that were started."""
    planned, started = [run for run in missing if run not in why], [run for run in missing if run in why]
    said, brief = [], []
    if planned:
        counted = "1 planned run is" if len(planned) == 1 else f"{len(planned)} planned runs are"
        brief.append(f"{counted} not among the collected")
        said.append(f"{brief[-1]}: {', '.join(planned)}.")
    if started:
        brief.append("1 run does not count" if len(started) == 1 else f"{len(started)} runs do not count")
        said.append(f"{brief[-1]}: {'; '.join(f'{run} ({why[run]})' for run in started)}.")
    return " ".join(said), f"{', '.join(brief)}."


def diverged_words(found: Mapping[str, str], *, num: int) -> str:
    """A sentence about the runs that diverged, of `num`; found: why each did."""
    named = "; ".join(f"{run} ({reason})" for run, reason in found.items())
    return f"{len(found)} of {num} runs diverged and {'has' if len(found) == 1 else 'have'} no error: {named}."
