"""Choose which runs are made again: at random by a seed that is said, or so that they hold as many settings as they can."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from repro.artifacts.provenance import code_digest, flatten
from repro.artifacts.run_json import RunJson
from repro.planning.plan import stage_of
from repro.spec.experiment import make_run
from repro.spec.run import Run
from repro.verify.stored import Stored

#: What cannot be equal to the bit: times are what it measures.
TIMES = "time"


def run_of(record: RunJson, stored: Stored) -> Run:
    """The run that the name of a record stands for now."""
    paper = next(paper for paper in stored.papers if paper.name == record.paper)
    return make_run(paper, scale=record.scale, variant=record.variant, seed=record.seed)


def stages(stored: Stored) -> dict[str, list[RunJson]]:
    """The finished runs by the stage that makes them, but for timings."""
    found: dict[str, list[RunJson]] = {}
    for record in stored.records.values():
        stage = stage_of(run_of(record, stored))
        if stage != TIMES:
            found.setdefault(stage, []).append(record)
    return found


def at_random(stored: Stored, *, num: int, seed: int) -> list[RunJson]:
    """`num` of the finished runs, each as likely as any other; the same seed gives the same ones."""
    known = sorted((record for records in stages(stored).values() for record in records), key=lambda record: record.id)
    return random.Random(seed).sample(known, min(num, len(known)))


def of_other_code(stored: Stored) -> dict[tuple[str, str], list[RunJson]]:
    """The runs that were made by other code than is here, by their stage and that code's digest."""
    found: dict[tuple[str, str], list[RunJson]] = {}
    for stage, records in stages(stored).items():
        here = code_digest(stage)
        for record in records:
            if record.code_digest != here:
                found.setdefault((stage, record.code_digest), []).append(record)
    return found


def covering(records: Sequence[RunJson], *, num: int, seed: int) -> list[RunJson]:
    """`num` runs that hold as many different settings as so many can: each adds the most to those before it."""
    waiting = sorted(records, key=lambda record: record.id)
    random.Random(seed).shuffle(waiting)
    settings = {record.id: settings_of(record) for record in waiting}
    chosen: list[RunJson] = []
    seen: set[tuple[str, str]] = set()
    while waiting and len(chosen) < num:
        best = max(waiting, key=lambda record: len(settings[record.id] - seen))
        waiting.remove(best)
        chosen.append(best)
        seen |= settings[best.id]
    return chosen


def settings_of(record: RunJson) -> set[tuple[str, str]]:
    """Every setting of a run's specification with its value."""
    return {(key, repr(value)) for key, value in flatten(record.spec).items()}


def covered(chosen: Sequence[RunJson], records: Sequence[RunJson]) -> tuple[int, int]:
    """How many of the settings of `records` the runs of `chosen` hold, and how many there are."""
    there: set[tuple[str, str]] = set().union(*(settings_of(record) for record in records))
    held: set[tuple[str, str]] = set().union(*(settings_of(record) for record in chosen)) if chosen else set()
    return len(held & there), len(there)


def by_variant(records: Mapping[str, RunJson]) -> dict[tuple[str, str], list[RunJson]]:
    """Finished runs by paper and variant."""
    found: dict[tuple[str, str], list[RunJson]] = {}
    for record in records.values():
        found.setdefault((record.paper, record.variant), []).append(record)
    return found
