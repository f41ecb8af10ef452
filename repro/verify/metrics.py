"""Compute every metric again from scores and logs, and compare it with `runs.csv` cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from repro.analyse.collect.collect import asked_of, collected_parts
from repro.analyse.collect.run_files import ScoresLeftOutError
from repro.artifacts.files import FileFormatError
from repro.artifacts.runs_csv import Measurement, read_runs_csv, runs_csv_text
from repro.planning.plan import planned_runs
from repro.report.text.formatting import counted
from repro.spec.experiment import make_run
from repro.spec.names import UnknownName
from repro.spec.run import Run
from repro.system.some import some
from repro.verify.check import Check
from repro.verify.stored import Stored

AGAIN = "type python -m repro collect again"
#: By run, metric and protocol: each row of the table once.
Key = tuple[str, str, str]


@dataclass
class Again:
    """What was computed again. left_out: by run why its scores gave nothing."""

    rows: list[Measurement] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def metrics_checked(stored: Stored) -> Check:
    """Compare every cell of runs.csv with what the files of its run give."""
    path = stored.folder / "runs.csv"
    if not path.is_file():
        return Check(name="metrics", unchecked=("there is no runs.csv; type python -m repro collect",))
    try:
        rows = read_runs_csv(path).rows
    except FileFormatError as error:
        return Check(name="metrics", problems=(str(error),))
    again = computed_again(stored, rows)
    num_equal, differ, lacking = compared(rows, again)
    problems = [*again.problems, *differ]
    if stored.published is None:
        problems += [f"runs.csv lacks {some(names)} of run {run}; {AGAIN}" for run, names in lacking.items()]
    if not problems and not again.left_out and not lacking and runs_csv_text(again.rows) != path.read_text(encoding="utf-8"):
        problems.append(f"{path} is not as collect writes it, in its order or its spaces; {AGAIN}")
    unchecked = []
    if again.left_out:
        num = len(rows) - num_equal
        unchecked.append(f"scores were not published: {counted(num, 'metric')} of {len(again.left_out)} runs not recomputed")
    if lacking and stored.published is not None:
        num = sum(map(len, lacking.values()))
        unchecked.append(f"{counted(num, 'metric')} of {len(lacking)} runs not measured when they were collected")
    found = f"{counted(num_equal, 'row')} of runs.csv equal what scores, logs and kernels give" if num_equal else ""
    return Check(name="metrics", found=found, problems=tuple(problems), unchecked=tuple(unchecked))


def computed_again(stored: Stored, rows: Sequence[Measurement]) -> Again:
    """What the runs that are there give, in the order in which collect takes them."""
    again, asked = Again(), asked_of(stored.papers)
    for run in _runs_of(stored, rows):
        if run.id in stored.broken:
            continue
        try:
            for part in collected_parts(run, asked=asked(run), results=stored.results):
                try:
                    again.rows += part()
                except ScoresLeftOutError as error:
                    again.left_out[run.id] = str(error)
        except FileFormatError as error:
            again.problems.append(str(error))
    return again


def _runs_of(stored: Stored, rows: Sequence[Measurement]) -> list[Run]:
    """The runs that are there or in the table, in the order in which collect takes them; then those that no plan makes."""
    wanted = dict.fromkeys([*(row.run for row in rows), *stored.records])
    most = max((int(run_id.rpartition("/")[2]) for run_id in wanted if run_id.rpartition("/")[2].isdecimal()), default=0)
    found: dict[str, Run] = {}
    for paper in stored.papers:
        for run in planned_runs(paper, scale=stored.scale, num_seeds=most + 1):
            if run.id in wanted:
                found[run.id] = run
    for run_id in wanted:
        if run_id not in found:
            scale, name, variant, seed = run_id.split("/")
            maker = next((item for item in stored.papers if item.name == name), None)
            try:
                if maker is not None:
                    found[run_id] = make_run(maker, scale=scale, variant=variant, seed=int(seed))
            except (UnknownName, ValueError):
                continue
    return list(found.values())


def compared(rows: Sequence[Measurement], again: Again) -> tuple[int, list[str], dict[str, list[str]]]:
    """How many rows are equal, what differs in the others, and by run what is not in the table."""
    stored, made = _by_key(rows), _by_key(again.rows)
    twice = [key for key, num in Counter((row.run, row.metric, row.protocol) for row in rows).items() if num > 1]
    problems = [f"runs.csv has {_named(key)} twice; {AGAIN}" for key in twice]
    equal = 0
    for key, row in stored.items():
        if key not in made:
            if key[0] not in again.left_out:
                problems.append(f"runs.csv has {_named(key)}, which no file of that run gives; {AGAIN}")
            continue
        differ = [item.name for item in fields(Measurement) if getattr(row, item.name) != getattr(made[key], item.name)]
        problems += [_difference(name, row, made[key]) for name in differ]
        equal += not differ
    lost: dict[str, list[str]] = {}
    for key in made:
        if key not in stored:
            lost.setdefault(key[0], []).append(f"{key[1]} ({key[2]})" if key[2] else key[1])
    return equal, problems, lost


def _by_key(rows: Sequence[Measurement]) -> dict[Key, Measurement]:
    return {(row.run, row.metric, row.protocol): row for row in rows}


def _named(key: Key) -> str:
    run, metric, protocol = key
    return f"{metric}{f' ({protocol})' if protocol else ''} of run {run}"


def _difference(name: str, row: Measurement, made: Measurement) -> str:
    key = (row.run, row.metric, row.protocol)
    return f"runs.csv has {name} {getattr(row, name)} in {_named(key)}, the run's files give {getattr(made, name)}; {AGAIN}"
